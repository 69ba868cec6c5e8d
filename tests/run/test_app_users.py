"""Cases that expect an application: its own credential signs in, nobody's password does, and it is judged."""

from copy import deepcopy
from urllib.parse import parse_qs

import pytest

from auditor.errors import ScopeError
from auditor.exit_codes import Demands, Watched, verdict_of
from auditor.lab import entra
from auditor.model import Axis, Contract, Expected, NotObserved, Observed, Question, Why
from auditor.run.interface import ScopeAnswer
from tests.run.test_directories import online, readable

APP, OTHER = "7d1f0c52-8a43-4e61-b1f5-2c9e6a7b0d11", "7d1f0c52-8a43-4e61-b1f5-2c9e6a7b0d12"
ORG, SECOND = "contoso.crm4.dynamics.com", "contoso-two.crm4.dynamics.com"
TENANT = "6b0c8c5e-0000-4000-8000-000000000001"
BUILDS, SUBJECT = "https://token.builds.example", "repo:contoso/sync:environment:live"
SECRET = "Copper-lantern-31"
JOB = "sync@contoso.example"
WORLD = {
    "version": 1,
    "tenants": [
        {
            "id": TENANT,
            "name": "Contoso",
            "domains": [{"name": "contoso.example"}],
            "apps": [
                {
                    "app": APP,
                    "secret": SECRET,
                    "certificates": [{"name": "sync"}],
                    "federated": [{"issuer": BUILDS, "subject": SUBJECT}],
                },
                {"app": "resco-external-project"},
            ],
            "grants": [{"app": "resco-external-project", "all_users": True}],
        }
    ],
    "issuers": [{"url": BUILDS}],
    "users": [{"upn": JOB, "password": "Right-horse-1"}],
    "environments": [
        {"host": ORG, "tenant": "contoso.example", "application_users": [{"app": APP}]},
        {"host": SECOND, "tenant": "contoso.example", "application_users": [{"app": APP}]},
    ],
}
MET, BROKEN, UNANSWERED = Contract.MET, Contract.BROKEN, Contract.UNANSWERED


def row(account=JOB, host=ORG, app=APP, **more):
    how = {"expected": "application", "kind": "integration", "signs_in_with": "secret", **more}
    return {"account": account, "environment": host, "app": app, **how}


def a_world(*rows, app=(), user=(), **more):
    data = deepcopy(WORLD) | {"inventory": list(rows) or [row()]} | more
    data["tenants"][0]["apps"][0] |= dict(app)
    data["environments"][0]["application_users"][0] |= dict(user)
    return data


def slot(result, question=Question.APP_SIGN_IN):
    (found,) = [item for item in result.evidence if item.question is question]
    return found


def findings(result):
    return [finding.rule for finding in result.findings]


@pytest.fixture
def forms(monkeypatch):
    """What was posted to the token endpoint: each form's fields."""
    posted, answered = [], entra.token

    def token(state, exchange):
        posted.append({name: one[0] for name, one in parse_qs(exchange.body.decode()).items()})
        return answered(state, exchange)

    from auditor.lab import routes  # noqa: PLC0415 - patched here alone

    patched = tuple(
        routes.Route(
            one.site, one.method, one.path, one.leg, token if one.handler is answered else one.handler
        )
        for one in routes.ROUTES
    )
    monkeypatch.setattr(routes, "ROUTES", patched)
    return posted


@pytest.mark.parametrize("way", ["secret", "certificate", "federated"])
def test_an_integration_that_has_moved_is_proven_to_have_moved(audit_world, way):
    audited = audit_world(a_world(row(signs_in_with=way)))
    (result,) = audited.results
    assert result.contract is MET
    assert result.verdicts[Axis.PATH].value == "ready"
    assert "application-user-signs-in" in findings(result)
    assert isinstance(slot(result), Observed)
    assert slot(result, Question.WHOAMI).answer.success
    assert audited.submissions == {}


@pytest.mark.parametrize(
    ("changes", "row_changes", "finding"),
    [
        ({}, {"believes": "wrong"}, "application-secret-is-refused"),
        ({"app": {"secret_days": -1}}, {}, "application-secret-has-expired"),
        ({}, {"signs_in_with": "certificate", "believes": "wrong"}, "application-certificate-is-refused"),
        (
            {"app": {"certificates": [{"name": "sync", "days": -2}]}},
            {"signs_in_with": "certificate"},
            "application-certificate-is-refused",
        ),
        ({}, {"signs_in_with": "federated", "believes": "wrong"}, "application-federation-does-not-match"),
        ({"app": {"state": "disabled"}}, {}, "app-is-disabled-in-tenant"),
        ({}, {"app": OTHER}, "app-is-unknown-in-tenant"),
        ({"user": {"app": OTHER}}, {}, "application-user-is-missing"),
        ({"user": {"state": "disabled"}}, {}, "application-user-is-disabled"),
        ({"user": {"roles": []}}, {}, "application-user-has-no-role"),
        ({"user": {"reads": ["contact"]}}, {}, "privilege-is-missing"),
    ],
)
def test_what_stands_in_its_way_is_named_and_the_way_is_a_fix(audit_world, changes, row_changes, finding):
    (result,) = audit_world(a_world(row(**row_changes), **changes)).results
    assert findings(result)[0] == finding
    assert result.verdicts[Axis.PATH].value == "fix, then ready"
    assert result.verdicts[Axis.PATH].why
    # the contract asks for token and WhoAmI; what the role may read is more than that
    assert result.contract is (MET if finding == "privilege-is-missing" else BROKEN)


def test_the_days_until_a_certificate_expires_are_said(audit_world):
    app = {"certificates": [{"name": "sync", "days": 20}]}
    (result,) = audit_world(a_world(row(signs_in_with="certificate"), app=app)).results
    (told,) = [one for one in result.findings if one.rule == "application-credential-expires"]
    assert told.severity == "medium"
    assert slot(result).details["expires"] in told.what
    assert "in 20 days" in told.what or "in 21 days" in told.what


def test_the_accounts_password_is_never_asked_for_and_the_secret_is_no_password(audit_world, forms):
    audited = audit_world(a_world(), people=True)
    (result,) = audited.results
    assert slot(result, Question.PASSWORD).why is Why.APPLICATION_EXPECTED
    assert audited.submissions == {}
    (form,) = forms
    assert form["client_secret"] == SECRET
    assert not {"password", "username"} & form.keys()


@pytest.mark.parametrize("app", [APP, "resco-external-project"])
@pytest.mark.parametrize("expected", ["ropc", "", "none", "interactive"])
def test_a_password_is_never_sent_as_a_secret(audit_world, forms, expected, app):
    password = row(app=app, expected=expected, signs_in_with="", believes="right")
    audit_world(a_world(password))
    assert forms
    assert not any({"client_secret", "client_assertion"} & form.keys() for form in forms)


def test_an_app_that_cannot_sign_in_for_itself_is_sent_nothing(audit_world, forms):
    given = row(app="resco-external-project", signs_in_with="", password="Right-horse-1")
    audited = audit_world(a_world(given))
    (result,) = audited.results
    assert slot(result).why is Why.NO_APPLICATION_GRANT
    assert (result.contract, result.verdicts[Axis.PATH].value) == (UNANSWERED, "could not tell")
    assert findings(result)[0] == "app-cannot-sign-in-for-itself"
    assert (forms, audited.submissions) == ([], {})


def test_without_passwords_no_secret_is_sent_either(audit_world, forms):
    audited = audit_world(a_world(), passwords=False)
    (result,) = audited.results
    assert slot(result).why is Why.NOT_ASKED
    assert (result.contract, forms) == (UNANSWERED, [])


def test_a_tenant_that_was_not_agreed_to_is_sent_no_secret(audit_world, forms):
    audited = audit_world(a_world(), scope=ScopeAnswer(tenants=frozenset({"fabrikam.example"})))
    (result,) = audited.results
    assert slot(result).why is Why.NOT_AGREED
    assert forms == []
    assert "scope-was-not-agreed" in findings(result)


def test_where_nobody_can_agree_a_secret_stops_the_run_before_it_begins(audit_world, forms):
    with pytest.raises(ScopeError, match=r"contoso\.example"):
        audit_world(a_world(), scope=ScopeAnswer())
    assert forms == []


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"tenant": "fabrikam.example"}, Why.TENANT_UNKNOWN),
        ({"environment": "contoso-gone.crm4.dynamics.com"}, Why.ENVIRONMENT_UNKNOWN),
        ({"account": "sync@nowhere.example"}, Why.TENANT_UNKNOWN),
    ],
)
def test_a_secret_stays_where_tenant_or_environment_are_in_doubt(audit_world, forms, more, why):
    (result,) = audit_world(a_world(row() | more)).results
    assert slot(result).why is why
    assert forms == []


def test_a_refused_credential_is_not_sent_for_the_applications_other_cases(audit_world, forms):
    rows = [row(host=host, believes="wrong") for host in (ORG, SECOND)]
    first, second = audit_world(a_world(*rows)).results
    assert slot(first).answer.codes == (7000215,)
    assert slot(second).why is Why.APP_CREDENTIAL_REFUSED
    assert str(first.case.key) in slot(second).detail
    assert len(forms) == 1


def test_another_credential_of_the_same_application_is_tried_all_the_same(audit_world, forms):
    rows = [row(believes="wrong"), row("jobs@contoso.example", SECOND)]
    first, second = audit_world(a_world(*rows)).results
    assert (first.contract, second.contract) == (BROKEN, MET)
    assert len(forms) == 2


def test_a_credential_that_was_proven_opens_further_environments(audit_world, forms):
    results = audit_world(a_world(row(), row(host=SECOND))).results
    assert [result.contract for result in results] == [MET, MET]
    assert len(forms) == 2


def test_a_credential_that_is_right_is_sent_again_after_an_answer_about_the_environment(audit_world):
    data = a_world(row(), row(host=SECOND))
    data["environments"][0]["application_users"] = []
    first, second = audit_world(data).results
    assert (first.contract, second.contract) == (BROKEN, MET)


def test_nothing_is_remembered_and_the_next_run_is_green_after_the_fix(audit_world, tmp_path):
    ledger = tmp_path / "attempts.ledger"
    contracts = [
        audit_world(a_world(app=app), ledger=ledger).results[0].contract
        for app in ({"secret": "Another-lantern-1", "secret_days": -1}, {"secret": "Another-lantern-1"})
    ]
    assert contracts == [BROKEN, MET]


def test_an_application_that_cannot_be_asked_leaves_the_run_incomplete_and_not_broken(audit_world):
    fault = {"kind": "unavailable", "leg": "token", "account": f"{APP}@*"}
    audited = audit_world(a_world(faults=[fault]))
    (result,) = audited.results
    assert (result.contract, result.verdicts[Axis.PATH].value) == (UNANSWERED, "could not tell")
    code, lines = verdict_of(Watched(audited.audit, Demands(frozenset(Expected))))
    assert code == 4
    assert any("unanswered" in line for line in lines)


@pytest.mark.parametrize("kind", ["reset", "throttled", "captive-portal", "truncated", "redirect"])
def test_a_credential_is_never_sent_again_after_no_answer(audit_world, kind):
    fault = {"kind": kind, "leg": "token", "account": f"{APP}@*"}
    audited = audit_world(a_world(faults=[fault]))
    tokens = [seen for seen in audited.requests if seen.method == "POST" and seen.path.endswith("token")]
    assert len(tokens) == 1
    assert audited.results[0].contract is UNANSWERED


@pytest.mark.parametrize(
    ("believes", "contract"), [("right", MET), ("wrong", BROKEN)], ids=["right", "wrong"]
)
def test_an_account_may_be_audited_beside_the_application_that_takes_its_place(
    audit_world, believes, contract
):
    old = row(app="resco-external-project", expected="ropc", signs_in_with="")
    data = a_world(old, row(believes=believes))
    data["environments"][0]["open_to_tenant"] = True
    before, after = audit_world(data).results
    assert before.contract is MET
    assert after.contract is contract


def test_what_a_directory_says_of_the_account_does_not_speak_for_the_application(audit_world):
    data = a_world()
    data["users"][0]["enabled"] = False
    (result,) = audit_world(data).results
    assert result.verdicts[Axis.PATH].value == "ready"


def test_an_interrupted_run_says_so_of_the_applications_it_did_not_reach(audit_world, monkeypatch):
    from auditor.run.app_users import AppSignIns  # noqa: PLC0415 - patched here alone

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(AppSignIns, "application", stop)
    audited = audit_world(a_world())
    (result,) = audited.results
    assert {slot(result, asked).why for asked in (Question.APP_SIGN_IN, Question.PASSWORD)} == {
        Why.INTERRUPTED
    }
    assert audited.audit.summary.unasked == {Why.INTERRUPTED: 1}
    assert result.contract is UNANSWERED


def test_every_question_has_one_slot(audit_world):
    rows = [row(), row(host=SECOND, believes="wrong"), row("x@contoso.example", believes="none")]
    for result in audit_world(a_world(*rows)).results:
        asked = [item.question for item in result.evidence if item.subject.kind == "case"]
        assert sorted(asked) == ["application sign-in", "password", "table", "whoami"]
        assert isinstance(slot(result, Question.PASSWORD), NotObserved)


def test_a_directory_tells_when_the_secret_ends(audit_world):
    data = readable(a_world(app={"secret_days": 12}))
    (result,) = audit_world(data, directory=online()).results
    (told,) = [one for one in result.findings if one.rule == "application-credential-expires"]
    assert told.severity == "medium"
    assert "secret of" in told.what
    assert {word for word in ("in 11 days", "in 12 days") if word in told.what}
    assert result.contract is MET


def test_a_directory_without_any_password_tells_of_an_application_that_is_disabled(audit_world):
    data = readable(a_world(app={"state": "disabled"}))
    (result,) = audit_world(data, directory=online(), passwords=False).results
    assert str(result.verdicts[Axis.PATH]) == "fix, then ready (app disabled)"
    assert result.contract is UNANSWERED
