"""What a tenant's directory implies about a row, by the world's state: without any password, and beside one.

Imports nothing of the product. The directory is taken to have been read by an administrator who may read
all of it; where the tenant has no licence for policies, they are not known. Nobody said from where the
sign-in comes, and risk is nothing that a directory holds: what hangs on either is open.
"""

from typing import NamedTuple

from tests.oracle import DOUBTED, FIX, GRANTED, OPEN, REFUSED, RETIRE, UNCLEAR, UNKNOWN, expected_of, path_of
from tests.oracle_situation import Situation, client_of, named
from tests.oracle_states import administrators_consent, discovered, state_of

PASSWORD = "mobile-apps-and-desktop-clients"
PAGES = ("browser", PASSWORD)
DEVICE = {"compliant-device", "hybrid-joined-device", "approved-app", "app-protection"}
EVERYTHING = {"all", "dataverse"}
NEEDED = "user_impersonation"
YES, NO, PERHAPS = "yes", "no", "perhaps"


class Verdicts(NamedTuple):
    """The values of the four verdicts."""

    mfa: str
    consent: str
    ropc: str
    path: str


def without_passwords(world: dict, row: dict) -> Verdicts:
    """Return what an audit says that reads directories and sends no password."""
    case = Situation(world, row)
    if case.application:
        return _of_application(case, state_of(world, row))
    state = discovered(world, row)
    if state in {"skipped", "clouds", "no tenant", "personal"} or _abroad(case):
        said = expected_of(world, row)
        return Verdicts(said.mfa, said.consent, said.ropc if state == "personal" else UNKNOWN, said.path)
    ropc = REFUSED if _barred(case) or state in {"guest", "http provider", "unusable provider"} else UNKNOWN
    return Verdicts(_mfa(case), _consent(case), ropc, _path(case, state, ropc))


def _of_application(case: Situation, state: str) -> Verdicts:
    """Return what a directory says of an application that nobody asked to sign in: whether it may."""
    barred = {"app missing", "app disabled", "Dataverse disabled", "Dataverse missing"}
    return Verdicts(UNKNOWN, UNKNOWN, UNKNOWN, FIX if state in barred else UNCLEAR)


def _abroad(case: Situation) -> bool:
    """Return whether the environment is known to be another tenant's: the account's directory is silent."""
    return case.tenant is not named(case.world, case.environment.get("tenant", case.domain))


def _path(case: Situation, state: str, ropc: str) -> str:
    if _disabled(case):
        return path_of(case, "disabled", RETIRE)
    if state in {"no environment", "unreached", "tenants"}:
        return path_of(case, state, DOUBTED)
    if not case.user:
        return path_of(case, "user unknown" if case.apps else "app missing", UNCLEAR)
    return path_of(case, "" if case.apps else "app missing", FIX if ropc == REFUSED else UNCLEAR)


def beside_passwords(world: dict, row: dict) -> Verdicts:
    """Return what an audit says that does both: what was seen leads, the directory adds what it knows."""
    if row.get("expected") == "application":  # a directory is silent on it where it has signed in itself
        said = expected_of(world, row)
        return Verdicts(said.mfa, said.consent, said.ropc, said.path)
    seen, read, case = expected_of(world, row), without_passwords(world, row), Situation(world, row)
    kinds = {GRANTED: read.consent, "missing": read.consent, UNKNOWN: read.consent}
    ropc = read.ropc if seen.ropc == UNKNOWN else seen.ropc
    if ropc == "eligible" and _excluded(case) and _way(case, PASSWORD) in {"allowed", UNKNOWN}:
        ropc = "works only because of an exclusion"
    return Verdicts(
        read.mfa if seen.mfa == UNKNOWN else seen.mfa,
        kinds.get(seen.consent, seen.consent),
        ropc,
        read.path if seen.path == UNCLEAR or _disabled(case) else seen.path,
    )


def _disabled(case: Situation) -> bool:
    return case.user.get("enabled", True) is False


def _barred(case: Situation) -> bool:
    """Return whether the directory shows something in the way of a token for user and password."""
    (app,) = case.apps or [{}]
    return bool(
        _disabled(case)
        or not app
        or app.get("state") == "disabled"
        or case.tenant.get("dataverse", "enabled") != "enabled"
        or (app.get("assignment_required") and not case.among(app.get("assigned")))
        or case.user.get("guest_of")
        or (case.user and _way(case, PASSWORD) in {"blocked", "mfa", "unmet"})
        or (case.user and _granted(case) == "none")
    )


def _mfa(case: Situation) -> str:
    way = _page(case) if case.unasked else _way(case, PASSWORD)
    if _disabled(case) or not case.user or (case.user.get("guest_of") and not case.unasked):
        return UNKNOWN
    if way == "mfa":
        listed = case.tenant.get("licence", "p1") != "free" and not case.user.get("guest_of")
        bare = case.user.get("mfa_method", "none") == "none" and not case.federation
        return "registration required" if listed and bare else "required"
    return {"blocked": "blocked by policy", "allowed": OPEN}.get(way, UNKNOWN)


def _consent(case: Situation) -> str:
    kind = _granted(case)
    if not case.user:  # whatever an administrator consented to, nobody of that name is there to use it
        return UNKNOWN
    if kind == "none":
        return "needs an administrator" if administrators_consent(case) else "missing"
    if _wider(case):
        return "wider than needed"
    return {"user": "granted for this user", "all": "granted for all"}[kind]


def _grants(case: Situation) -> list:
    return [
        grant
        for grant in case.tenant.get("grants", ())
        if client_of(grant["app"]) == case.client
        and (grant.get("all_users") or case.among(grant.get("users")))
    ]


def _granted(case: Situation) -> str:
    if not case.apps or case.tenant.get("dataverse") == "missing":
        return "none"
    fitting = [
        grant
        for grant in _grants(case)
        if grant.get("resource", "dataverse") == "dataverse" and NEEDED in grant.get("scopes", [NEEDED])
    ]
    return "all" if any(one.get("all_users") for one in fitting) else "user" if fitting else "none"


def _wider(case: Situation) -> bool:
    """Return whether the app may do more than signing in and Dataverse."""
    usual = {"openid", "profile", "offline_access", "email"}
    for grant in _grants(case):
        needed = {NEEDED} if grant.get("resource", "dataverse") == "dataverse" else set()
        if set(grant.get("scopes", [NEEDED])) - usual - needed:
            return True
    return False


def _page(case: Situation) -> str:
    """Return what holds of a sign-in on a page whatever the client, else unknown."""
    ways = {_way(case, client) for client in PAGES}
    return ways.pop() if len(ways) == 1 else UNKNOWN


def _way(case: Situation, client: str) -> str:
    """Return what rules make of a sign-in: blocked, mfa, unmet, allowed, or unknown."""
    found = [(_applies(policy, case, client), policy) for policy in _policies(case)]
    sure = [policy for applies, policy in found if applies == YES]
    open_ones = [policy for applies, policy in found if applies == PERHAPS]
    if any("block" in policy["controls"] for policy in sure):
        return "blocked"
    if any(_asks_mfa(policy) for policy in sure) or case.user.get("per_user_mfa", "disabled") != "disabled":
        return "mfa"
    if any(_unmet(policy, client, case) for policy in sure):
        return "unmet"
    settled = case.tenant.get("licence", "p1") != "free" and not case.tenant.get("security_defaults")
    return "allowed" if settled and not open_ones and not sure else UNKNOWN


def _policies(case: Situation) -> list:
    if case.tenant.get("licence", "p1") == "free":
        return []
    return [
        policy
        for policy in case.tenant.get("policies", ())
        if policy.get("state", "on") in {"on", True} and policy.get("target", "sign-in") == "sign-in"
    ]


def _applies(policy: dict, case: Situation, client: str) -> str:
    if not _about(policy, case, client) or _left_out(policy, case):
        return NO
    places = policy.get("locations", {})
    somewhere = places.get("include", ["all"]) != ["all"] or places.get("exclude")
    return PERHAPS if somewhere or policy.get("user_risk") else YES


def _about(policy: dict, case: Situation, client: str) -> bool:
    """Return whether a policy is about an account's sign-in, as if it excluded nobody and nothing."""
    users, apps = policy.get("users", {}), policy.get("apps", {})
    clients = {"all", client}.intersection(policy.get("client_apps", ["all"]))
    guarded = EVERYTHING.intersection(apps.get("include", ["all"]))
    return bool(clients and guarded and case.meant(users.get("include", ["all"])))


def _left_out(policy: dict, case: Situation) -> bool:
    users, apps = policy.get("users", {}), policy.get("apps", {})
    return case.meant(users.get("exclude", ())) or bool(EVERYTHING.intersection(apps.get("exclude", ())))


def _asks_mfa(policy: dict) -> bool:
    controls = set(policy["controls"])
    return controls == {"mfa"} or ("mfa" in controls and policy.get("operator", "or") == "and")


def _unmet(policy: dict, client: str, case: Situation) -> bool:
    """Return whether a sign-in surely fails a policy: terms may be accepted, pages may know a device."""
    controls = set(policy["controls"])
    on_page = client != PASSWORD or case.unasked
    surely = controls - {"terms-of-use"} - (DEVICE if on_page else set())
    return bool(surely) if policy.get("operator", "or") == "and" else surely == controls


def _excluded(case: Situation) -> bool:
    """Return whether an exclusion alone keeps a policy from refusing the password."""
    return any(
        _about(policy, case, PASSWORD) and _left_out(policy, case) and _unmet(policy, PASSWORD, case)
        for policy in _policies(case)
        if not policy.get("user_risk") and not policy.get("locations")
    )
