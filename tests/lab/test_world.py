import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from auditor.edges import yaml_data
from auditor.errors import LabError
from auditor.lab.world import available_worlds, load_world, world_from, world_schema

PROJECT = Path(__file__).parents[2]
WORLDS = PROJECT / "auditor" / "lab" / "worlds"


def test_the_shipped_worlds_have_names_and_load():
    assert available_worlds() == ["breaker", "shipped"]
    assert load_world() == load_world("shipped")


def test_the_shipped_world_is_an_estate_of_sixty_accounts_in_four_tenants_at_least():
    world = load_world()
    assert len({row.account for row in world.inventory}) >= 60
    assert len(world.tenants) >= 4
    assert {tenant.cloud for tenant in world.tenants} >= {"commercial", "gcc", "gcc-high"}
    assert any(tenant.security_defaults for tenant in world.tenants)
    assert any(domain.federation for tenant in world.tenants for domain in tenant.domains)


def test_the_breaker_world_has_twenty_five_accounts_with_mostly_stale_passwords():
    world = load_world("breaker")
    assert len(world.tenants) == 1
    assert len(world.inventory) == 25
    assert sum(row.believes == "wrong" for row in world.inventory) > 20


def test_a_world_of_a_few_lines_is_enough(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(
        """
version: 1
tenants:
  - id: 6b0c8c5e-0000-4000-8000-000000000001
    name: Contoso
    domains: [{name: contoso.example}]
    apps: [{app: resco-external-project}]
users: [{upn: ada@contoso.example, password: Right-horse-1}]
environments: [{host: contoso.crm4.dynamics.com, tenant: Contoso, open_to_tenant: true}]
inventory:
  - {account: ada@contoso.example, environment: contoso.crm4.dynamics.com, app: resco-external-project}
"""
    )
    assert load_world(path).users[0].upn == "ada@contoso.example"


def test_every_problem_is_named_at_once_by_its_key(make_data):
    data = make_data({"users.0.pasword": "x", "tenants.1.cloud": "moon", "environments.0.host": "no host"})
    with pytest.raises(LabError) as caught:
        world_from(data, "mine.yaml")
    lines = str(caught.value).splitlines()
    assert [line.split(": ")[1] for line in sorted(lines)] == [
        "environments.0.host",
        "tenants.1.cloud",
        "users.0.pasword",
    ]
    assert "mine.yaml: users.0.pasword: unknown key" in lines
    assert "mine.yaml" in caught.value.advice


def test_apps_that_share_a_registration_may_be_listed_by_each_name(make_data):
    data = make_data()
    data["tenants"][0]["apps"] = [{"app": "resco-mobile-crm"}, {"app": "resco-routes"}]
    world_from(data)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"users.0.upn": "ada@nowhere.example"}, "users.0.upn: no tenant owns"),
        ({"users.1.upn": "ADA@contoso.example"}, "users: ada@contoso.example stands 2 times"),
        ({"users.0.guest_of": "nobody"}, "users.0.guest_of: no such tenant"),
        ({"tenants.1.id": "6b0c8c5e-0000-4000-8000-000000000001"}, "tenants: 6b0c8c5e"),
        ({"tenants.1.domains": [{"name": "contoso.example"}]}, "tenants.domains: contoso.example"),
        (
            {"tenants.0.apps.0.app": "resco-submarine"},
            "tenants.0.apps.0.app: resco-submarine is no known app",
        ),
        (
            {"tenants.0.apps": [{"app": "resco-mobile-crm"}, {"app": "resco-routes", "state": "disabled"}]},
            "tenants.0.apps.1: resco-routes and resco-mobile-crm are one registration",
        ),
        ({"tenants.0.grants.0.all_users": False}, "tenants.0.grants.0: either all_users or a list"),
        ({"tenants.0.grants.0.resource": "sharepoint"}, "tenants.0.grants.0.resource"),
        ({"tenants.0.groups.0.members": ["eve@contoso.example"]}, "tenants.0.groups.0.members: no such user"),
        (
            {"tenants.0.policies": [{"name": "p", "controls": ["mfa"], "users": {"include": ["Nobody"]}}]},
            "tenants.0.policies.0.users.include: no such user or group: Nobody",
        ),
        (
            {"tenants.0.policies": [{"name": "p", "controls": ["mfa"], "locations": {"exclude": ["Mars"]}}]},
            "tenants.0.policies.0.locations.exclude: no such location: Mars",
        ),
        (
            {"tenants.0.policies": [{"name": "p", "controls": ["mfa"], "apps": {"include": ["crm"]}}]},
            "tenants.0.policies.0.apps.include: crm is no known resource",
        ),
        (
            {"tenants.0.policies": [{"name": "p", "controls": ["mfa"], "target": "register-security-info"}]},
            "tenants.0.policies.0.controls: only block",
        ),
        ({"environments.0.tenant": "Nowhere"}, "environments.0.tenant: no such tenant"),
        ({"environments.0.tenant": "Harrow"}, "environments.0.host: a host of commercial"),
        (
            {"environments.0.host": "crm.contoso.example"},
            "environments.0.host: crm.contoso.example is no Dataverse",
        ),
        (
            {"environments.0.members": [{"user": "eve@contoso.example"}]},
            "environments.0.members: no such user",
        ),
        ({"faults": [{"kind": "code"}]}, "faults.0.code"),
        ({"caller": {"address": "1.2.3"}}, "caller.address: no address such as"),
        ({"tenants.0.blocked_addresses": ["10.0.0.1/8"]}, "blocked_addresses.0: no address range such as"),
        ({"faults": [{"kind": "no-dns", "leg": "token"}]}, "faults.0: no-dns strikes a host"),
        (
            {"tenants.1.domains.0.federation": {"host": "sts.contoso.example", "endpoints": [2005]}},
            "another domain describes sts.contoso.example differently",
        ),
        (
            {"tenants.1.domains.0.federation": {"host": "login.microsoftonline.com"}},
            "login.microsoftonline.com is the host of something else",
        ),
    ],
)
def test_parts_that_contradict_one_another_are_named(make_data, changes, named):
    with pytest.raises(LabError, match="world: ") as caught:
        world_from(make_data(changes))
    assert named in str(caught.value)


def test_a_policy_state_on_is_on_though_yaml_reads_it_as_a_boolean(make_data):
    data = make_data({"tenants.0.policies": [{"name": "p", "state": True, "controls": ["mfa"]}]})
    assert world_from(data).tenants[0].policies[0].state == "on"


def test_a_password_never_stands_in_an_error_or_a_repr(make_data):
    with pytest.raises(LabError) as caught:
        world_from(make_data({"users.0.password": 1234567890}))
    assert "1234567890" not in str(caught.value)
    assert "Right-horse" not in repr(world_from(make_data()))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"version: [", "not valid YAML"),
        (b"version: 1\nversion: 1\n", "twice"),
    ],
)
def test_a_file_that_is_no_world_says_what_it_is(tmp_path, content, said):
    path = tmp_path / "odd.yaml"
    path.write_bytes(content)
    with pytest.raises(LabError, match=r"odd\.yaml") as caught:
        load_world(path)
    assert said in str(caught.value)


def test_a_name_that_is_neither_world_nor_file_advises_the_shipped_names():
    with pytest.raises(LabError) as caught:
        load_world(Path("no-such-world.yaml"))
    assert "shipped" in caught.value.advice


def test_the_published_schema_is_the_one_the_code_means():
    published = PROJECT / "docs" / "schema" / "world.v1.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == world_schema()


@pytest.mark.parametrize("name", ["shipped", "breaker"])
def test_the_shipped_worlds_fit_the_schema(name):
    text = (WORLDS / f"{name}.yaml").read_text(encoding="utf-8")
    data = json.loads(json.dumps(yaml_data(text, name, LabError)))
    assert not list(Draft202012Validator(world_schema()).iter_errors(data))


def test_every_key_of_the_schema_is_described_and_unknown_keys_are_errors():
    schema = world_schema()
    objects = [schema, *(part for part in schema["$defs"].values() if "properties" in part)]
    for part in objects:
        assert part["additionalProperties"] is False
        for key, value in part["properties"].items():
            assert value.get("description"), (part["title"], key)


_LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
_ANY = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner)
)


@given(_ANY, st.sampled_from(["tenants", "users", "environments", "faults", "inventory", "caller", "order"]))
def test_whatever_stands_in_a_world_a_lab_error_says_why_it_does_not_load(part, key):
    data = {"version": 1, "tenants": [], key: part}
    with pytest.raises(LabError, match="world: "):
        world_from(data)


def test_the_example_in_the_documentation_is_a_world():
    text = (PROJECT / "docs" / "lab.md").read_text(encoding="utf-8")
    example = text.partition("```yaml\n")[2].partition("```")[0]
    assert len(world_from(yaml_data(example, "example", LabError)).users) == 2
