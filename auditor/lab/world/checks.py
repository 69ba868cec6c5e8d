"""What a world's parts say about one another: names that lead nowhere, things that stand twice."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from auditor.lab.apps import client_id, resource_id
from auditor.lab.estate import Estate
from auditor.lab.world.faults import OF_HOSTS

if TYPE_CHECKING:
    from auditor.lab.world.environments import Environment
    from auditor.lab.world.policies import Policy
    from auditor.lab.world.root import World
    from auditor.lab.world.tenants import App, Federation, Tenant
    from auditor.lab.world.users import User

Problems = Iterator[str]


def inconsistencies(world: "World") -> list[str]:
    """Return every problem between a world's parts as `key.path: what is wrong`."""
    estate = Estate(world)
    return [
        *_twice(world),
        *_federations(estate),
        *_tenants(estate),
        *_users(estate),
        *_environments(estate),
        *_vaults(estate),
        *_faults(world),
    ]


def _repeated(key: str, names: Iterable[str]) -> Problems:
    for name, count in Counter(n.lower() for n in names if n).items():
        if count > 1:
            yield f"{key}: {name} stands {count} times"


def _twice(world: "World") -> Problems:
    yield from _repeated("tenants", (t.id for t in world.tenants))
    yield from _repeated("tenants", (t.name for t in world.tenants))
    domains = [d.name for t in world.tenants for d in t.domains]
    yield from _repeated("tenants.domains", [*domains, *world.personal_domains])
    yield from _repeated("users", (u.upn for u in world.users))
    yield from _repeated("vaults", (vault.host for vault in world.vaults))
    yield from _repeated("environments", (e.host for e in world.environments))
    yield from _repeated("issuers", (issuer.url for issuer in world.issuers))


def _federations(estate: Estate) -> Problems:
    """Yield AD FS hosts that two domains describe differently, or that are somebody else's."""
    taken = {*estate.logins, *(environment.host for environment in estate.world.environments)}
    for number, tenant in enumerate(estate.world.tenants):
        for index, domain in enumerate(tenant.domains):
            if domain.federation:
                key = f"tenants.{number}.domains.{index}.federation"
                yield from _federation(key, domain.federation, estate, taken)


def _federation(key: str, federation: "Federation", estate: Estate, taken: set[str]) -> Problems:
    served = estate.federation(federation.host)
    if federation.host in taken:
        yield f"{key}.host: {federation.host} is the host of something else"
    if served and served.as_served != federation.as_served:
        yield f"{key}: another domain describes {federation.host} differently"


def _vaults(estate: Estate) -> Problems:
    for number, vault in enumerate(estate.world.vaults):
        key, tenant = f"vaults.{number}", estate.tenant_named(vault.tenant)
        if tenant is None:
            yield f"{key}.tenant: no tenant is called {vault.tenant}"
            continue
        known = {client_id(app.app) for app in tenant.apps}
        for app in vault.readers:
            if client_id(app) not in known:
                yield f"{key}.readers: {tenant.name} has no application {app}"


def _tenants(estate: Estate) -> Problems:
    for number, tenant in enumerate(estate.world.tenants):
        key = f"tenants.{number}"
        people = {u.key for u in estate.world.users} | {group.name for group in tenant.groups}
        yield from _apps(key, tenant, people)
        yield from _consents(key, tenant, people)
        yield from _repeated(f"{key}.groups", (group.name for group in tenant.groups))
        yield from _repeated(f"{key}.locations", (place.name for place in tenant.locations))
        yield from _repeated(f"{key}.policies", (policy.name for policy in tenant.policies))
        for index, group in enumerate(tenant.groups):
            yield from _unknown(f"{key}.groups.{index}.members", group.members, people, "user")
            names = {other.name for other in tenant.groups}
            yield from _unknown(f"{key}.groups.{index}.groups", group.groups, names, "group")
        for index, policy in enumerate(tenant.policies):
            yield from _policy(f"{key}.policies.{index}", policy, tenant, people)


def _apps(key: str, tenant: "Tenant", people: set[str]) -> Problems:
    yield from _same_registration(key, tenant)
    for index, app in enumerate(tenant.apps):
        yield from _app(f"{key}.apps.{index}.app", app.app)
        yield from _unknown(f"{key}.apps.{index}.assigned", app.assigned, people, "user or group")
        yield from _repeated(f"{key}.apps.{index}.certificates", (one.name for one in app.certificates))


def _same_registration(key: str, tenant: "Tenant") -> Problems:
    """Name apps that are one registration, as the Resco apps are, and are described differently."""
    described: dict[str, App] = {}
    for index, app in enumerate(tenant.apps):
        other = described.setdefault(client_id(app.app), app)
        if other.model_copy(update={"app": app.app}) != app:
            yield f"{key}.apps.{index}: {app.app} and {other.app} are one registration, described differently"


def _consents(key: str, tenant: "Tenant", people: set[str]) -> Problems:
    for index, grant in enumerate(tenant.grants):
        path = f"{key}.grants.{index}"
        yield from _app(f"{path}.app", grant.app)
        yield from _unknown(f"{path}.users", grant.users, people, "user")
        if not resource_id(grant.resource):
            yield f"{path}.resource: no known resource and no GUID"
        if grant.all_users == bool(grant.users):
            yield f"{path}: either all_users or a list of users"


def _app(path: str, app: str) -> Problems:
    if not client_id(app):
        yield f"{path}: {app} is no known app and no client id"


def _unknown(path: str, names: Iterable[str], known: set[str], what: str) -> Problems:
    lower = {name.lower() for name in known}
    for name in names:
        if name.lower() not in lower:
            yield f"{path}: no such {what}: {name}"


def _policy(path: str, policy: "Policy", tenant: "Tenant", people: set[str]) -> Problems:
    named = {*policy.users.include, *policy.users.exclude}
    persons = people | {"all", "guests"} | {word for word in named if word.lower().startswith("role:")}
    places = {place.name for place in tenant.locations} | {"all", "all-trusted"}
    for side in ("include", "exclude"):
        yield from _unknown(f"{path}.users.{side}", getattr(policy.users, side), persons, "user or group")
        yield from _unknown(f"{path}.locations.{side}", getattr(policy.locations, side), places, "location")
        for name in getattr(policy.apps, side):
            if name.lower() != "all" and not resource_id(name):
                yield f"{path}.apps.{side}: {name} is no known resource and no GUID"
    if policy.target == "register-security-info" and "block" not in policy.controls:
        yield f"{path}.controls: only block has an effect on register-security-info"


def _users(estate: Estate) -> Problems:
    for index, user in enumerate(estate.world.users):
        yield from _user(f"users.{index}", user, estate)


def _user(path: str, user: "User", estate: Estate) -> Problems:
    if not estate.tenant_of(user.upn):
        yield f"{path}.upn: no tenant owns the domain of {user.upn}"
    if user.guest_of and user.guest_of != "personal" and not estate.tenant_named(user.guest_of):
        yield f"{path}.guest_of: no such tenant: {user.guest_of}"


def _environments(estate: Estate) -> Problems:
    people = {user.key for user in estate.world.users}
    for index, environment in enumerate(estate.world.environments):
        yield from _environment(f"environments.{index}", environment, estate, people)


def _environment(path: str, environment: "Environment", estate: Estate, people: set[str]) -> Problems:
    cloud = estate.clouds.of_environment(environment.host)
    tenant = estate.owner(environment)
    if cloud is None:
        yield f"{path}.host: {environment.host} is no Dataverse online host"
    if tenant is None:
        yield f"{path}.tenant: no such tenant: {environment.tenant}"
    elif cloud and cloud.name is not tenant.cloud:
        yield f"{path}.host: a host of {cloud.name}, but its tenant is in {tenant.cloud}"
    yield from _repeated(f"{path}.members", (member.user for member in environment.members))
    yield from _unknown(f"{path}.members", (m.user for m in environment.members), people, "user")
    for app in environment.blocked_apps:
        yield from _app(f"{path}.blocked_apps", app)
    yield from _repeated(
        f"{path}.application_users", (client_id(u.app) for u in environment.application_users)
    )
    for user in environment.application_users:
        yield from _app(f"{path}.application_users", user.app)


def _faults(world: "World") -> Problems:
    for index, fault in enumerate(world.faults):
        if (fault.kind == "code") != (fault.code is not None):
            yield f"faults.{index}.code: a number belongs to kind `code`, and to no other"
        if fault.kind in OF_HOSTS and (fault.leg or fault.account != "*"):
            yield f"faults.{index}: {fault.kind} strikes a host, not a request; leave leg and account out"
