"""One period of a domain moves both what a sign-in answers and what the directory says of the day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from auditor.model import Unknown
from tests.run.modes import audited, differing, readable, says_as_much

TODAY = datetime.now(UTC).date()
NAMES = ("fresh", "due", "stale", "exempt", "synced")
OLD = {"fresh": 5, "due": 80, "stale": 120, "exempt": 400, "synced": 400}  # days since the last change


def account(name, domain="contoso.example"):
    return f"job.{name}@{domain}"


def a_user(upn, age, **more):
    changed = (TODAY - timedelta(days=age)).isoformat()
    return {"upn": upn, "password": f"Planted-{upn}-1", "password_changed": changed, **more}


def a_row(upn):
    return {"account": upn, "environment": "contoso.crm4.dynamics.com", "app": "resco-external-project"}


@pytest.fixture(scope="module")
def modes(tmp_path_factory):
    special = {"exempt": {"password_never_expires": True}, "synced": {"synced": True}}
    users = [a_user(account(name), OLD[name], **special.get(name, {})) for name in NAMES]
    users += [a_user(account("ever", "ever.example"), 900), a_user(account("open", "open.example"), 900)]
    world = {
        "version": 1,
        "tenants": [
            {
                "id": "6b0c8c5e-0000-4000-8000-00000000000a",
                "name": "Contoso",
                "domains": [
                    {"name": "contoso.example", "password_validity_days": 90},
                    {"name": "ever.example", "password_validity_days": 2_147_483_647},
                    {"name": "open.example"},
                ],
                "apps": [{"app": "resco-external-project"}],
                "grants": [{"app": "resco-external-project", "all_users": True}],
            }
        ],
        "users": users,
        "environments": [
            {"host": "contoso.crm4.dynamics.com", "tenant": "contoso.example", "open_to_tenant": True}
        ],
        "inventory": [a_row(user["upn"]) for user in users],
    }
    made = audited(readable(world), tmp_path_factory.mktemp("expiring"))
    yield made
    for one in made:
        one.journal.close()


def of(audit, upn):
    return next(result for result in audit.results if result.case.account == upn)


def said(audit, upn, rule="password-expires-by-policy"):
    return next((one for one in of(audit, upn).findings if one.rule == rule), None)


@pytest.mark.parametrize("mode", ["directory", "both", "offline"])
@pytest.mark.parametrize(("name", "severity"), [("fresh", "low"), ("due", "medium")])
def test_the_day_is_named_whoever_brought_the_directory(modes, mode, name, severity):
    found = said(getattr(modes, mode), account(name))
    assert found.severity == severity
    assert (TODAY + timedelta(days=90 - OLD[name])).isoformat() in found.what


def test_a_password_past_its_day_is_refused_and_said_to_be_past_it(modes):
    assert of(modes.probes, account("stale")).facts["sign_in"].value == "password_expired"
    assert said(modes.directory, account("stale")).severity == "medium"
    assert "days ago" in said(modes.directory, account("stale")).what
    assert said(modes.both, account("stale"), "password-has-expired")


@pytest.mark.parametrize(
    ("upn", "words"),
    [
        (account("exempt"), "Entra ID exempts"),
        (account("ever", "ever.example"), "Passwords of the domain"),
    ],
)
def test_what_never_expires_says_by_what(modes, upn, words):
    assert said(modes.both, upn) is None
    assert words in said(modes.both, upn, "password-never-expires").what
    assert of(modes.both, upn).facts["sign_in"].value == "token_issued"


@pytest.mark.parametrize("upn", [account("synced"), account("open", "open.example")])
def test_where_the_directory_does_not_decide_the_day_is_unknown(modes, upn):
    assert isinstance(of(modes.both, upn).facts["password_expires_soon"], Unknown)
    assert said(modes.both, upn).severity == "low"
    assert of(modes.both, upn).facts["sign_in"].value == "token_issued"


def test_no_mode_contradicts_another(modes):
    assert not differing(modes.both, modes.directory, says_as_much)
    assert not differing(modes.both, modes.offline, says_as_much)
    assert not differing(modes.both, modes.probes, says_as_much)


def test_days_in_evidence_are_days(modes):
    for result in modes.offline.results:
        (item,) = [one for one in result.evidence if one.question == "directory user"]
        day = item.details["password_expires"]
        assert day in {"", "never"} or date.fromisoformat(day)
