import json
import subprocess
import sys

import pytest

from auditor.model import Confidence, Kind, Mark
from auditor.rulebook.advice import Adviser
from auditor.rulebook.explain import explain, explanation_v1

MFA = (
    "AADSTS50076: Due to a configuration change made by your administrator, or because you moved to a new "
    "location, you must use multi-factor authentication to access 'x'."
)


def test_the_machine_format_is_exact(book):
    explanation = explain(book, MFA, {"flow": "ropc", "realm": "managed"}, "row 7")
    assert explanation_v1(explanation) == {
        "schema": "auditor.explain/v1",
        "id": "row 7",
        "code": 50076,
        "all_codes": [50076],
        "outcome": "mfa_required",
        "confidence": "certain",
        "password": "right",
        "candidates": [],
        "findings": ["mfa-blocks-password-grant"],
    }


def test_the_machine_format_is_plain_json(book):
    for raw in (MFA, "0x80072560", "AADB2C90083", "undefined", "AADSTS50126", ""):
        shape = explanation_v1(explain(book, raw))
        assert json.loads(json.dumps(shape)) == shape
        assert list(shape)[:4] == ["schema", "id", "code", "all_codes"]


@pytest.mark.parametrize(
    ("raw", "code", "outcome"),
    [
        ("50076", 50076, "mfa_required"),
        ("0x80072560", "0x80072560", "not_a_member"),
        ("-2147220960", "0x80040220", "privilege_missing"),
        ("AADB2C90083: missing", "AADB2C90083", "other_flow"),
        ("AADSTS70002: Error validating credentials. AADSTS50126: x", 50126, "wrong_password"),
        ("AADSTS90010: not supported. InnerException : AADSTS9001023: x", 9001023, "authority_not_supported"),
        ("You are using Ws-Trust authentication which has been deprecated", None, "wstrust_retired"),
        ("You are using Ws-Tust authentication which has been deprecated", None, "wstrust_retired"),
        ("AuthType is invalid. Please see the documentation", None, "auth_type_invalid"),
        ("undefined", None, "answer_lost"),
        ("Error: undefined", None, "answer_lost"),
        ("", None, "answer_lost"),
        ("Failed to connect to Dataverse", None, "answer_lost"),
        ("Failed to connect to Dataverse\n   at Contoso.Sync.Run() in Sync.cs:line 3", None, "answer_lost"),
        (
            "The HTTP request was forbidden with client authentication scheme 'Anonymous'.",
            None,
            "answer_lost",
        ),
        ("Federated service at https://sts.contoso.example/adfs/x returned error:", None, "answer_lost"),
        (
            "Federated service at https://sts.contoso.example/adfs/x returned error: ID3242: The security",
            None,
            "federated_sign_in_refused",
        ),
        ("?error=access_denied&error_subcode=cancel", None, "consent_declined"),
        ("?error=consent_required&state=1", None, "consent_required"),
        ("#error=login_required&state=1", None, "interaction_required"),
        ("?admin_consent=True&tenant=11111111-2222-3333-4444-555555555555", None, "consent_given"),
        ("Too Many Requests", None, "throttled"),
        ("<html><title>503 Service Unavailable</title></html>", None, "service_unavailable"),
        ("<html><title>407 Proxy Authentication Required</title></html>", None, "network_failure"),
        ("The remote name could not be resolved: 'contoso.crm4.dynamics.com'", None, "network_failure"),
        ("Unable to find wstrust endpoint from MEX.", None, "federation_misconfigured"),
        ("User canceled authentication.", None, "sign_in_cancelled"),
        ("one fine day", None, "unmapped"),
    ],
)
def test_what_people_paste_is_explained(book, raw, code, outcome):
    explanation = explain(book, raw)
    assert (explanation.code, explanation.outcome) == (code, outcome)


def test_a_code_says_something_about_a_password_only_if_one_was_sent(book):
    asked = {flow: explain(book, MFA, {"flow": flow}) for flow in ("ropc", "refresh", "device", "forum", "")}
    assert asked.pop("ropc").password is Mark.RIGHT
    assert {one.password for one in asked.values()} == {Mark.UNKNOWN}
    assert "password is right" not in asked["refresh"].meaning


def test_the_realm_decides_whose_password_it_was(book):
    managed = explain(book, "AADSTS50126", {"flow": "ropc", "realm": "Managed"})
    federated = explain(book, "AADSTS50126", {"flow": "ropc", "realm": "Federated"})
    unread = explain(book, "AADSTS50126", {"flow": "ropc"})
    assert (managed.outcome, managed.password) == ("wrong_password", Mark.WRONG)
    assert (federated.outcome, federated.password) == ("federated_password_at_cloud", Mark.UNKNOWN)
    assert (unread.outcome, unread.password, unread.confidence) == (
        "wrong_password",
        Mark.UNKNOWN,
        Confidence.UNSURE,
    )


@pytest.mark.parametrize(
    ("raw", "outcome", "other"),
    [
        (
            "AADSTS53005: Access has been blocked by Conditional Access policies.",
            "blocked_by_conditional_access",
            "device_required",
        ),
        (
            "AADSTS530035: Application needs to enforce Intune protection policies.",
            "blocked_by_security_defaults",
            "device_required",
        ),
        (
            "AADSTS50076: Access has been blocked by Conditional Access policies.",
            "mfa_required",
            "blocked_by_conditional_access",
        ),
        (
            "AADSTS53003 at the client; Sign-in error code 50199 in the log",
            "blocked_by_conditional_access",
            "interaction_required",
        ),
    ],
)
def test_where_number_and_text_disagree_both_are_kept_and_confidence_drops(book, raw, outcome, other):
    explanation = explain(book, raw)
    assert explanation.outcome == outcome
    assert {candidate.outcome for candidate in explanation.candidates} == {outcome, other}
    assert explanation.confidence is not Confidence.CERTAIN


def test_a_text_that_fits_its_number_takes_nothing_from_its_confidence(book):
    assert explain(book, MFA).confidence is Confidence.CERTAIN
    refused = "AADSTS50126: Error validating credentials due to invalid username or password."
    assert explain(book, refused, {"realm": "federated"}).candidates == ()


def test_what_the_answer_hides_is_named(book):
    assert "consent" in explain(book, "50076").hides
    assert "mfa" in explain(book, "65001").hides


def test_a_benign_answer_leads_to_no_finding(book):
    explanation = explain(book, "?admin_consent=True&tenant=x")
    assert explanation.findings == ()
    assert Adviser(book).advice(explanation, Kind.PERSON) is None


def test_every_other_outcome_has_advice_for_both_kinds_of_account(book):
    adviser = Adviser(book)
    for code in book.codes:
        explanation = explain(book, str(code), {"flow": "ropc"})
        for kind in Kind:
            advice = adviser.advice(explanation, kind)
            assert advice is not None, code
            assert advice.finding in explanation.findings
            assert advice.fixes, code
            assert "{{" not in f"{advice.what}{advice.why}{advice.fixes}"


def test_the_fix_for_a_person_is_not_that_of_an_integration(book):
    adviser = Adviser(book)
    explanation = explain(book, "50076")
    person, integration = (adviser.advice(explanation, kind) for kind in Kind)
    assert "switch-to-interactive" in {advised.fix.id for advised in person.fixes}
    assert "move-to-application-user" in {advised.fix.id for advised in integration.fixes}
    moved = next(a for a in integration.fixes if a.fix.id == "move-to-application-user")
    assert moved.provided == ("if the app can sign in as an application user",)
    assert all(advised.fix.role for advised in integration.fixes)


def test_what_only_a_case_could_fill_in_stays_legible(book):
    advice = Adviser(book).advice(explain(book, "65001"), Kind.PERSON)
    links = [advised.fix.link for advised in advice.fixes if advised.fix.link]
    assert links
    assert all("<tenant>" in link for link in links)
    assert not any("%3C" in link for link in links)


def test_explaining_imports_nothing_heavy():
    heavy = ("msal", "pandas", "openpyxl", "requests", "jinja2", "python_calamine", "typer", "starlette")
    program = (
        "import sys\n"
        "from auditor.rulebook.explain import explain, explanation_v1\n"
        "from auditor.rulebook.load import load_rulebook\n"
        "explanation_v1(explain(load_rulebook(), 'AADSTS50076'))\n"
        f"print([name for name in {heavy!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
