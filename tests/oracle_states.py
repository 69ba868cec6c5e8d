"""Which one state decides about a case: the first obstacle in the order of checks that its world declares.

Reads worlds as plain data and imports nothing of the product. The order is that of docs/lab.md and of the
world's own `order`; what a key means is what the schema says of it.
"""

from tests.oracle_applications import application_state
from tests.oracle_situation import PASSWORD_APPS, Situation, client_of, inside, named

LOGIN = {"commercial": "com", "gcc": "com", "gcc-high": "us", "dod": "us", "china": "cn"}
BROKEN = {"reset", "captive-portal", "truncated", "redirect", "huge"}
CODES = {50053: "locked", 50131: "risk blocks", 530035: "defaults block"}
DEVICE = {"compliant-device", "hybrid-joined-device", "approved-app", "app-protection"}
# Obstacles behind the password check whose answers prove the password (`+` in the vocabulary): only they,
# and a token, allow the account's other cases a submission. "not assigned" and "disabled" do not suffice.
PROVEN = {
    *("", "expired", "must change", "policy blocks", "external control", "no consent", "administrator"),
    *("MFA", "MFA unregistered", "MFA registration blocked", "MFA at provider"),
}


def _first(pairs: object) -> str:
    """Return the first state that holds, or nothing."""
    return next((state for state, holds in pairs if holds), "")


def state_of(world: dict, row: dict) -> str:
    """Return the state that decides about a row of the inventory."""
    case = Situation(world, row)
    if case.application:
        return _first(_doubts(case)) or application_state(case)
    state = _first(_unsent(case)) or _held_back(case) or _first(_sign_in(case)) or _first(_dataverse(case))
    return state or _token(case)


def discovered(world: dict, row: dict) -> str:
    """Return what discovery finds in the way before any password, or nothing."""
    found = _first(_discovered(Situation(world, row)))
    return "" if found in {"no credential", "unsendable", "person not asked"} else found


def administrators_consent(case: Situation) -> bool:
    """Return whether only an administrator can consent for this account."""
    reserved = case.tenant.get("user_consent") == "admin-approval"
    return reserved or any(app.get("assignment_required") for app in case.apps)


def sends_password(world: dict, row: dict) -> bool:
    """Return whether a row's password has to be sent at all."""
    case = Situation(world, row)
    if case.application:
        return False
    return not (_first(_unsent(case)) or _held_back(case))


def _doubts(case: Situation) -> list:
    """List what of discovery stands before an application's sign-in: not what is about its account."""
    about_accounts = {"personal", "guest", "person, stored password", "person not asked", "no credential"}
    about_accounts |= {"provider out", "unusable provider", "http provider", "unsendable"}
    return [(state, holds) for state, holds in _discovered(case) if state not in about_accounts]


def _unsent(case: Situation) -> list:
    """List what makes a password needless: what discovery finds, then what its app and environment meet."""
    return [*_discovered(case), *_beforehand(case)]


def _beforehand(case: Situation) -> list:
    """List what a device code shows, in whatever order a sign-in would look at it.

    Not whether Microsoft's own app is preauthorised: only a sign-in shows that.
    """
    if case.fault("device_code"):
        return []
    (app,) = case.apps or [{}]
    missing, disabled, confidential, _ = _application(case)
    return [missing, disabled, *_resource(case), confidential] if app else [missing]


def _token(case: Situation) -> str:
    if case.row.get("expected") == "none":
        return "signed in, unwanted"
    if case.federation:
        return "over WS-Trust"
    return "person signed in" if case.person else "signed in"


def _discovered(case: Situation) -> list:
    """List what stands before any password: environment, tenant, agreement, realm, credential."""
    place, server, held = case.environment, case.federation, case.password
    owner = named(case.world, place.get("tenant", ""))
    cloud = place.get("challenge_cloud") or owner.get("cloud", "commercial")
    meant = named(case.world, case.row.get("tenant") or case.domain)
    metadata, host = server.get("metadata", "ok"), server.get("host", "")
    return [
        ("skipped", case.row.get("skip")),
        ("no environment", place.get("state", "enabled") in {"deleted", "not-found", "no-challenge"}),
        ("no environment", not place or case.struck(case.host, "no-dns")),
        ("unreached", case.struck(case.host, "wrong-certificate")),
        ("personal", case.domain in case.world.get("personal_domains", ())),
        ("no tenant", not case.tenant),
        ("clouds", LOGIN[cloud] != LOGIN[case.tenant.get("cloud", "commercial")]),
        ("tenants", case.tenant is not owner or case.tenant is not meant),
        ("guest", "#ext#" in case.upn),
        ("person, stored password", case.unasked and case.row["app"] in PASSWORD_APPS),
        ("person not asked", case.unasked),
        ("provider out", metadata == "unavailable" or case.struck(host, "no-dns")),
        ("provider out", case.struck(host, "wrong-certificate")),
        ("unusable provider", metadata not in {"ok", "missing", "unavailable"}),
        ("http provider", server.get("scheme") == "http"),
        ("no credential", held is None),
        ("unsendable", held is not None and (not held or held != held.strip())),
    ]


def _held_back(case: Situation) -> str:
    """One submission an account, unless that proved the password. The rows of one app go in their order."""
    for row in case.world["inventory"]:
        other = Situation(case.world, row)
        if (other.upn, other.host, other.client) == (case.upn, case.host, case.client):
            return ""
        if other.upn == case.upn and not _first(_unsent(other)):
            return "" if _first(_sign_in(other)) in PROVEN else "held back"
    return ""


def _sign_in(case: Situation) -> list:
    """List every check between password and token, in the order that the world declares."""
    order, federated = case.order, bool(case.federation)
    policies, consent, resource = _policies(case), _consent(case), _resource(case)
    return [
        *(_at_the_provider(case) if federated else ()),
        *_struck(case),
        *(_application(case) if order["application"] == "before-password" else ()),
        *(resource if order["resource"] == "before-password" else ()),
        *(_assertion(case) if federated else _password(case)),
        *_application(case),
        *resource,
        *_assignment(case),
        *([*policies, *consent] if order["mfa"] == "before-consent" else [*consent, *policies]),
    ]


def _struck(case: Situation) -> list:
    """List what Entra ID answers before it looks at the request."""
    fault, permitted = case.fault("token"), case.world.get("caller", {}).get("tenant_restrictions")
    kind = fault.get("kind")
    return [
        ("throttled", kind == "throttled"),
        ("unavailable", kind == "unavailable"),
        ("no answer", kind in BROKEN),
        (CODES.get(fault.get("code"), "new code"), kind == "code"),
        ("our restriction", permitted and case.tenant["id"] not in permitted),
        ("address blocked", inside(case.address, case.tenant.get("blocked_addresses"))),
    ]


def _application(case: Situation) -> list:
    (app,) = case.apps or [{}]
    return [
        ("app missing", not app),
        ("app disabled", app.get("state") == "disabled"),
        ("app confidential", not app.get("public_client", True)),
        ("app not preauthorized", not app.get("preauthorized", True)),
    ]


def _assignment(case: Situation) -> list:
    reserved = [app for app in case.apps if app.get("assignment_required")]
    return [("not assigned", not case.among(app.get("assigned"))) for app in reserved]


def _resource(case: Situation) -> list:
    state = case.tenant.get("dataverse", "enabled")
    return [("Dataverse disabled", state == "disabled"), ("Dataverse missing", state == "missing")]


def _at_the_provider(case: Situation) -> list:
    """List what AD FS answers; it does not say why it refuses."""
    user = case.user
    barred = user.get("locked") or user.get("federation_access") == "denied"
    stale = case.password != user.get("password") or user.get("password_state", "current") != "current"
    return [
        ("provider out", case.fault("mex", "wstrust").get("kind") == "unavailable"),
        ("refused by provider", barred or stale),
    ]


def _assertion(case: Situation) -> list:
    """List what Entra ID finds wrong with an assertion: trust and link are a matter of the federation."""
    mistrusted = case.federation.get("trust", "ok") != "ok"
    return [
        ("unusable provider", mistrusted or case.user.get("immutable_id") == "mismatch"),
        ("disabled", not case.user.get("enabled", True)),
    ]


def _password(case: Situation) -> list:
    user, held = case.user, case.password or ""
    state, agent = user.get("password_state", "current"), case.tenant.get("pass_through", "off")
    disabled = not user.get("enabled", True)
    return [
        ("user unknown", not user),
        ("locked", user.get("locked")),
        ("disabled", disabled and case.order["disabled"] == "before-password"),
        ("too long", len(held) > 256),
        ("agent out", agent in {"agent-unavailable", "directory-unreachable"}),
        ("none stored", state in {"none", "not-synchronised"}),
        ("wrong password", held != user.get("password")),
        ("outside hours", user.get("sign_in_hours") == "denied"),
        ("disabled", disabled),
        ("expired", state == "expired"),
        ("must change", state == "must-change"),
    ]


def _applies(policy: dict, case: Situation) -> bool:
    """Return whether a Conditional Access policy decides about this sign-in. Exclusions win."""
    users, apps, places = (policy.get(key, {}) for key in ("users", "apps", "locations"))
    clients = {"all", "mobile-apps-and-desktop-clients"}.intersection(policy.get("client_apps", ["all"]))
    everything = {"all", "dataverse"}
    guarded = everything.intersection(apps.get("include", ["all"])) and not everything & set(
        apps.get("exclude", ())
    )
    someone = case.meant(users.get("include", ["all"])) and not case.meant(users.get("exclude"))
    here = case.at(places.get("include", ["all"])) and not case.at(places.get("exclude"))
    risky = not policy.get("user_risk") or case.user.get("risk") in policy["user_risk"]
    return bool(
        policy.get("state", "on") in {"on", True} and clients and guarded and someone and here and risky
    )


def _first_demand(policy: dict) -> str:
    """Return which of a policy's demands is answered: where one is enough MFA, where all are the device."""
    by_device = policy.get("operator", "or") == "and"
    ranks = ["block", *(DEVICE if by_device else ()), "mfa", *DEVICE]
    return next((one for one in ranks if one in policy["controls"]), policy["controls"][0])


def _policies(case: Situation) -> list:
    """List what stands between a right password and the token: block first, then MFA, device and the rest."""
    user, method = case.user, case.user.get("mfa_method", "none")
    applying = [policy for policy in case.tenant.get("policies", ()) if _applies(policy, case)]
    registering = [policy for policy in applying if policy.get("target") == "register-security-info"]
    controls = {_first_demand(policy) for policy in applying if policy not in registering}
    defaults = case.tenant.get("security_defaults") and not (
        method == "none" and user.get("registration_grace")
    )
    demanded = "mfa" in controls or user.get("per_user_mfa", "disabled") != "disabled" or defaults
    return [
        ("policy blocks", "block" in controls),
        ("MFA at provider", demanded and case.federation.get("mfa") == "provider"),
        ("MFA registration blocked", demanded and method == "none" and registering),
        ("MFA unregistered", demanded and method == "none"),
        ("external control", demanded and method == "third-party"),
        ("MFA", demanded),
        ("device", controls & DEVICE),
        ("external control", controls & {"terms-of-use", "third-party"}),
        ("risk", "password-change" in controls),
    ]


def _consent(case: Situation) -> list:
    """List what is missing; where assignment is required, only an administrator may consent.

    What a registration lists matters only where nobody has consented: consent stands for itself.
    """
    tenant = case.tenant
    given = any(
        (grant.get("all_users") or case.among(grant.get("users")))
        and client_of(grant["app"]) == case.client
        and grant.get("resource", "dataverse") == "dataverse"
        and "user_impersonation" in grant.get("scopes", ["user_impersonation"])
        for grant in tenant.get("grants", ())
    )
    reserved = administrators_consent(case)
    unlisted = any(app.get("permission") == "missing" for app in case.apps)
    return [
        ("app without permission", not given and unlisted),
        ("administrator", not given and reserved),
        ("no consent", not given),
    ]


def _dataverse(case: Situation) -> list:
    place = case.environment
    default = {"state": "enabled" if place.get("open_to_tenant") else "absent"}
    member = next((one for one in place.get("members", ()) if one["user"].lower() == case.upn), default)
    mode, roles = member.get("access_mode", "read-write"), member.get("roles", ["Basic User"])
    kept_out = place.get("state") == "administration" and "System Administrator" not in roles
    closed = place.get("state") == "disabled" or kept_out
    blocked = {client_of(app) for app in place.get("blocked_apps", ())}
    return [
        ("Dataverse out", case.fault("whoami", "table").get("kind") == "unavailable"),
        ("address outside", place.get("ip_firewall") and not inside(case.address, place["ip_firewall"])),
        ("closed, in words", closed and place.get("error_bodies") == "text"),
        ("closed", closed),
        ("app blocked", case.client in blocked),
        ("no member", member.get("state") == "absent"),
        ("member disabled", member.get("state") == "disabled"),
        ("no licence", not member.get("licensed", True)),
        ("no role", not roles),
        ("access mode", mode in {"administrative", "support"}),
        ("no privilege", "account" not in (member.get("reads") or ["account"])),
    ]
