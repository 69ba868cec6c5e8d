"""Which state decides about a row that expects an application to sign in for itself.

Imports nothing of the product. Of the account behind such a row nothing counts but its domain.
"""

from tests.oracle_situation import Situation, client_of

GOOD, LATER = "application signs in", "application signs in, expiring"


def application_state(case: Situation) -> str:
    """Return the state of a row's own sign-in, after what discovery finds."""
    if not case.own_registration:
        return "app offers none"
    if case.row.get("believes") == "none":
        return "no app credential"
    return _registration(case) or _proof(case) or _resource(case) or _user(case) or _end(case)


def _registration(case: Situation) -> str:
    (app,) = case.apps or [{}]
    if not app:
        return "app missing"
    return "app disabled" if app.get("state") == "disabled" else ""


def _proof(case: Situation) -> str:
    (app,) = case.apps
    stale, way = case.row.get("believes") == "wrong", case.row.get("signs_in_with", "")
    if way == "certificate":
        known = app.get("certificates") or [{"days": -1}]
        good = not stale and known[0].get("registered", True) and known[0].get("days", 365) >= 0
        return "" if good else "app certificate"
    if way == "federated":
        return "" if app.get("federated") and not stale else "app federation"
    if not way or stale or not app.get("secret"):
        return "app secret wrong"
    return "app secret expired" if (app.get("secret_days") or 1) <= 0 else ""


def _resource(case: Situation) -> str:
    state = case.tenant.get("dataverse", "enabled")
    return {"enabled": "", "disabled": "Dataverse disabled", "missing": "Dataverse missing"}[state]


def _user(case: Situation) -> str:
    users = case.environment.get("application_users", ())
    found = [one for one in users if client_of(one["app"]) == case.client]
    if not found:
        return "application user missing"
    if found[0].get("state") == "disabled":
        return "application user disabled"
    return "" if found[0].get("roles", ["Basic User"]) else "application user without role"


def _end(case: Situation) -> str:
    """Return the state of a sign-in that works: a certificate says when it ends, a secret does not."""
    (app,) = case.apps
    if case.row.get("signs_in_with") == "certificate" and app["certificates"][0].get("days", 365) <= 90:
        return LATER
    return "application signs in with a secret" if case.row["signs_in_with"] == "secret" else GOOD
