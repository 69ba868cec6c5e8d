"""The cases beside this file: per finding facts under which it holds, does not, and cannot be answered."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from auditor.model import (
    FACTS,
    Answer,
    Contract,
    Disposition,
    Expected,
    Flow,
    Grant,
    Kind,
    Known,
    Lane,
    Leg,
    Severity,
    SignsInFrom,
    Truth,
    Unknown,
    Vantage,
)
from auditor.rulebook.conditions import evaluate, values_in
from auditor.rulebook.context import context_of
from auditor.rulebook.facts import build_estate
from auditor.rulebook.findings import Asked, Scene, findings_of, held_by, refuted_by
from auditor.rulebook.judge import judge
from auditor.rulebook.seen import see
from auditor.rulebook.templates import PLACEHOLDERS

CASES = Path(__file__).parent / "findings"
FILES = sorted(CASES.glob("*.yaml"))
GAP = re.compile(r"  |\(\)|None| [.,;:]|\{\{|\{%|^ | $")
OF_DIRECTORY = {name for name, spec in FACTS.items() if "directory" in spec.source}
KINDS = ("holds", "fails", "unanswered")

each_finding = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def read(file):
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def facts_from(given):
    return {
        name: Known(given[name], source=spec.source) if name in given else Unknown("not looked")
        for name, spec in FACTS.items()
    }


def filled_in(book, case, looks, vantage):
    """Return what tells which findings hold for some facts, filled in for this case."""
    seen = see(book, case, looks.items)

    def holding(given):
        facts = facts_from(given)
        context = context_of(book, case, seen, facts, vantage, (Contract.BROKEN, "MFA required"))
        held = held_by(book, facts, Asked(tuple(seen.slots), seen.sign_in))
        return {f.rule: f for f in findings_of(book, Scene(case, seen, facts, context), held)}

    return holding


@pytest.fixture(scope="module")
def holding(book, kit):
    """An ordinary case of which everything was asked."""
    case = kit.case()
    looks = kit.looks(case).discovered().signed_in(kit.refused(50076, correlation_id="c-1"))
    looks.asked_dataverse(kit.dataverse("0x80072560", "The user is not a member of the organization."))
    return filled_in(book, case, looks, kit.office)


@pytest.fixture(scope="module")
def holding_of_little(book, kit):
    """A case of which next to nothing is known, and an app without a redirect URI."""
    app = kit.app(Grant.INTERACTIVE, signs_in_from=SignsInFrom.DEVICE, redirect_uri="")
    case = kit.case("ada@contoso.example", Kind.PERSON, app, expected=Expected.ROPC)
    looks = kit.looks(case).discovered().signed_in(kit.refused())
    looks.asked_dataverse(Answer(Flow.DATAVERSE, Leg.WHOAMI))
    return filled_in(book, case, looks, Vantage())


@pytest.fixture(scope="module")
def holding_with_directory(book, kit):
    """A case of which no password was sent and a directory was read in which everything is named."""
    case = kit.case()
    looks = (
        kit.looks(case)
        .discovered()
        .directory(
            user={"unread": ("registration details: the tenant has no licence for it",)},
            access={
                "ropc": "mfa",
                "ropc_by": ("MFA for everybody", "per-user MFA (enforced)"),
                "ropc_exclusion": ("MFA for everybody excludes group Service accounts",),
                "report_only": ("MFA for services",),
                "location_used": "vendor server (203.0.113.7)",
            },
            consent={"wider": ("Microsoft Graph: Mail.Read", "Microsoft Graph: User.Read")},
        )
    )
    return filled_in(book, case, looks, Vantage())


def test_every_finding_has_cases_and_every_case_a_finding(book):
    assert {file.stem for file in FILES} == {rule.id for rule in book.findings}


@each_finding
def test_each_finding_has_a_case_that_holds_one_that_does_not_and_one_without_answer(file):
    data = read(file)
    assert set(data) == set(KINDS)
    assert all(data[kind] for kind in KINDS)


@each_finding
def test_it_holds_with_this_severity_and_these_fixes(file, holding):
    for given in read(file)["holds"]:
        finding = holding(given["facts"])[file.stem]
        assert finding.severity is Severity(given["severity"])
        assert [fix.id for fix in finding.fixes] == given["fixes"]


@each_finding
def test_it_does_not_hold(file, book):
    rule = next(rule for rule in book.findings if rule.id == file.stem)
    for given in read(file)["fails"]:
        assert evaluate(rule.when, facts_from(given)).truth is Truth.FAILS, given


@each_finding
def test_it_cannot_be_answered_and_then_does_not_appear(file, book, holding):
    rule = next(rule for rule in book.findings if rule.id == file.stem)
    for given in read(file)["unanswered"]:
        assert evaluate(rule.when, facts_from(given)).truth is Truth.UNANSWERED, given
        assert file.stem not in holding(given)


@each_finding
def test_it_is_refuted_only_where_it_is_known_not_to_hold(file, book):
    refuted, data = refuted_by(book), read(file)
    told = {
        kind: {refuted(file.stem, SimpleNamespace(facts=facts_from(facts))) for facts in given}
        for kind, given in (
            ("holds", [one["facts"] for one in data["holds"]]),
            ("fails", data["fails"]),
            ("unanswered", data["unanswered"]),
        )
    }
    assert told == {"holds": {False}, "fails": {True}, "unanswered": {False}}


def test_a_finding_that_there_is_not_any_more_is_never_refuted(book):
    assert not refuted_by(book)("of-an-older-version", SimpleNamespace(facts={}))


@each_finding
def test_what_a_customer_reads_is_whole_sentences_without_gaps(
    file, holding, holding_of_little, holding_with_directory
):
    for given in read(file)["holds"]:
        by_directory = OF_DIRECTORY & set(given["facts"]) and "sign_in" not in given["facts"]
        for known in (holding, holding_of_little, *([holding_with_directory] if by_directory else [])):
            finding = known(given["facts"])[file.stem]
            texts = [finding.what, finding.why, finding.title]
            texts += [
                text for fix in finding.fixes for text in (*fix.steps, fix.verify, fix.title, fix.group)
            ]
            for text in texts:
                assert text
                assert not GAP.search(text), text
            assert finding.what.endswith((".", "!", ")"))


@pytest.mark.parametrize(
    ("fact", "benign"),
    [("sign_in", "token_issued"), ("dataverse", "member"), ("table", "readable"), ("tenant_lookup", "found")],
)
def test_what_is_well_needs_no_finding(book, fact, benign):
    assert book.outcomes[benign].benign


def test_every_outcome_leads_to_a_finding_or_is_benign(book):
    asked = ("sign_in", "dataverse", "table", "tenant_lookup", "environment_lookup")
    named = {value for rule in book.findings for fact in asked for value in values_in(rule.when, fact)}
    assert named == {name for name, outcome in book.outcomes.items() if not outcome.benign}


def test_no_finding_advises_to_weaken_security_first(book, holding):
    for file in FILES:
        for given in read(file)["holds"]:
            fixes = [book.fixes[fix.id] for fix in holding(given["facts"])[file.stem].fixes]
            weakening = [index for index, fix in enumerate(fixes) if fix.weakens]
            assert 0 not in weakening, file.stem


def test_a_fix_that_weakens_security_says_so_in_so_many_words(book):
    weakening = [fix for fix in book.fixes.values() if fix.weakens]
    assert {fix.id for fix in weakening} == {
        "exclude-one-account-from-mfa",
        "let-policy-admit-the-app",
        "let-entra-check-federated-password",
    }
    for fix in weakening:
        steps = " ".join(fix.steps)
        assert "Only for a" in steps
        assert "end date" in steps
        assert fix.disposition is Disposition.STOPGAP
        if "Conditional Access" in fix.link + steps:
            assert "named location" in steps
            assert fix.licence == "Microsoft Entra ID P1"
    exclusion = " ".join(book.fixes["exclude-one-account-from-mfa"].steps)
    assert "security defaults this cannot be done: they exempt no account" in exclusion


def test_nobody_is_sent_to_a_grant_that_the_app_lacks(book, holding):
    for file in FILES:
        for given in read(file)["holds"]:
            fixes = {fix.id for fix in holding(given["facts"])[file.stem].fixes}
            if given["facts"].get("app_offers_application") == "no":
                assert "move-to-application-user" not in fixes, file.stem
            if given["facts"].get("app_offers_interactive") == "no":
                assert "switch-to-interactive" not in fixes, file.stem


def test_titles_state_a_condition(book):
    for rule in book.findings:
        assert not rule.title.endswith(".")
        assert rule.title.split()[0] not in {"Ensure", "Enable", "Disable", "Make", "Use", "Check"}


def test_every_fix_is_used_and_every_placeholder_known(book):
    assert {use.fix for rule in book.findings for use in rule.fixes} == set(book.fixes)
    assert "password" not in PLACEHOLDERS


def test_the_gravest_come_first_and_side_remarks_behind_causes_of_their_severity(holding, book):
    given = {
        "kind": "integration",
        "sign_in": "wrong_password",
        "contract": "broken",
        "credential": "plaintext",
        "app_is_sample": "yes",
    }
    found = list(holding(given).values())
    assert [finding.severity.rank for finding in found] == sorted(f.severity.rank for f in found)
    assert [finding.rule for finding in found][:2] == ["password-is-refused", "contract-is-broken"]


def test_lanes_follow_from_severity_and_effort(holding):
    finding = holding({"kind": "integration", "sign_in": "wrong_password"})["password-is-refused"]
    assert (finding.severity, finding.lane) == (Severity.HIGH, Lane.NOW)
    lasting = holding(
        {"kind": "integration", "ropc": "works", "federated_leg": "no", "app_offers_application": "no"}
    )
    assert lasting["password-grant-is-not-lasting"].lane is Lane.LATER


def test_evidence_is_cited_by_question_and_code(holding):
    finding = holding({"kind": "integration", "sign_in": "mfa_required"})["mfa-blocks-password-grant"]
    assert finding.evidence == ("password: AADSTS50076",)


def test_one_tenant_wide_action_is_one_line_for_all_accounts(book, kit):
    groups = set()
    for account in ("one@contoso.example", "two@contoso.example"):
        case = kit.case(account)
        looks = kit.looks(case).discovered().signed_in(kit.refused(65001))
        result = judge(book, case, looks.items, build_estate([case]))
        groups |= {(f.id, f.group) for f in result.findings[0].fixes if f.id == "grant-consent-for-everyone"}
    assert groups == {("grant-consent-for-everyone", f"{kit.contoso}/{kit.case().app.client_id}")}
