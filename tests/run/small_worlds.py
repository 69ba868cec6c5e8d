"""Small worlds by chance: one tenant, a few accounts, and whatever policies, consents and states may be."""

from hypothesis import strategies as st

NAMES = tuple(f"job{number}@contoso.example" for number in range(6))
OWN = "5c9be1a4-2222-4d0f-9b7e-6a1f2c3d4e01"
APPS = ("resco-external-project", OWN)
GROUPS = ("Jobs", "Night jobs", "Left out")
ROLE = "Directory Readers"
PEOPLE = ("all", *NAMES[:3], *GROUPS, f"role:{ROLE}")
DEMANDS = (("mfa",), ("block",), ("compliant-device",), ("mfa", "compliant-device"), ("terms-of-use",))


def _few(words, most=2):
    return st.lists(st.sampled_from(words), max_size=most, unique=True)


def _one_of(*words):
    return st.sampled_from(words)


USERS = st.fixed_dictionaries(
    {
        "mfa_method": _one_of("none", "entra", "third-party"),
        "per_user_mfa": _one_of("disabled", "disabled", "disabled", "enforced"),
        # of a disabled account's password no source says which of the two is answered first
        "state": _one_of({}, {}, {}, {"enabled": False}, {"password_state": "expired"}),
        "directory_roles": _few([ROLE], 1),
        "risk": _one_of("none", "none", "high"),
    }
).map(lambda user: {**user.pop("state"), **user})
POLICIES = st.fixed_dictionaries(
    {
        "users": st.fixed_dictionaries(
            {"include": st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2), "exclude": _few(PEOPLE)}
        ),
        "apps": st.fixed_dictionaries(
            {
                "include": _one_of(["all"], ["all"], ["dataverse"], ["microsoft-graph"]),
                "exclude": _one_of([], [], [], ["dataverse"]),
            }
        ),
        "client_apps": _one_of(["all"], ["all"], ["browser"], ["mobile-apps-and-desktop-clients"], ["other"]),
        "state": _one_of("on", "on", "on", "report-only", "off"),
        "controls": st.sampled_from(DEMANDS).map(list),
        "operator": _one_of("or", "and"),
        "user_risk": _one_of([], [], [], ["high"]),
        "locations": _one_of({}, {}, {}, {"exclude": ["Here"]}, {"include": ["Elsewhere"]}),
    }
)
GRANTS = st.fixed_dictionaries(
    {
        "app": st.sampled_from(["resco-mobile-crm", OWN]),
        "users": _few(NAMES, 3),
        "resource": _one_of("dataverse", "dataverse", "microsoft-graph"),
        "scopes": _one_of(["user_impersonation"], ["user_impersonation", "offline_access"], ["User.Read"]),
    }
).map(lambda grant: grant | {"all_users": not grant["users"]})
NESTING = _one_of([], [GROUPS[1]], [GROUPS[1]])
TENANTS = st.fixed_dictionaries(
    {
        "security_defaults": _one_of(False, False, False, True),
        "licence": _one_of("p1", "p1", "p1", "free"),
        "user_consent": _one_of("allowed", "admin-approval"),
        "dataverse": _one_of("enabled", "enabled", "enabled", "disabled"),
        "policies": st.lists(POLICIES, max_size=4),
        "grants": st.lists(GRANTS, max_size=3),
        "members": st.lists(_few(NAMES, 4), min_size=3, max_size=3),
        "nesting": st.lists(NESTING, min_size=2, max_size=2),
        "assigned": _few([*NAMES, *GROUPS], 3),
        "assignment_required": st.booleans(),
        "order": _one_of("before-consent", "after-consent"),
    }
)


def _world(tenant, users):
    tenant = dict(tenant)
    members, nesting = tenant.pop("members"), tenant.pop("nesting")
    inner = [nesting[0], [], nesting[1]]
    own = {"app": OWN} | {name: tenant.pop(name) for name in ("assigned", "assignment_required")}
    return {
        "version": 1,
        "order": {"mfa": tenant.pop("order")},
        "tenants": [
            tenant
            | {
                "id": "0a51c6d2-1111-4a6b-8c3d-5e6f70819201",
                "name": "contoso",
                "domains": [{"name": "contoso.example"}],
                "apps": [{"app": "resco-mobile-crm"}, own],
                "groups": [
                    {"name": name, "members": listed, "groups": groups}
                    for name, listed, groups in zip(GROUPS, members, inner, strict=True)
                ],
                "locations": [
                    {"name": "Here", "ranges": ["198.51.100.0/24"]},
                    {"name": "Elsewhere", "ranges": ["192.0.2.0/24"]},
                ],
                "policies": [{"name": f"Rule {n}"} | one for n, one in enumerate(tenant["policies"])],
            }
        ],
        "users": [
            {"upn": upn, "password": f"Planted-secret-{number}"} | user
            for number, (upn, user) in enumerate(zip(NAMES, users, strict=True))
        ],
        "environments": [{"host": "contoso.crm4.dynamics.com", "tenant": "contoso", "open_to_tenant": True}],
        "inventory": [
            {"account": upn, "environment": "contoso.crm4.dynamics.com", "app": APPS[number % 2]}
            for number, upn in enumerate(NAMES)
        ],
    }


WORLDS = st.builds(_world, TENANTS, st.lists(USERS, min_size=len(NAMES), max_size=len(NAMES)))
