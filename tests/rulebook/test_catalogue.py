"""What `rules/answers/` holds, against the list of codes and against what other tools got wrong."""

import json

import pytest

from auditor.model import Answer, Confidence, Flow, Mark
from auditor.rulebook.answers import interpret
from auditor.rulebook.check import ANSWERED
from auditor.rulebook.conditions import values_in
from auditor.rulebook.explain import explain

# named in the vocabulary or met in the field, absent from the list
STRANGERS = {530031, 530036, 900439, 500200, 900021, 9002346}
# (a code, the one it is a prefix of): facts/aadsts-answers.md, Surprises, 2
PREFIX_TRAPS = [
    (53003, 530032),
    (53003, 530034),
    (53003, 530035),
    (53000, 530001),
    (53000, 530002),
    (53000, 530003),
    (50001, 500011),
    (50001, 500014),
    (50020, 500207),
    (50020, 500208),
    (50053, 500532),
    (50057, 500571),
    (65005, 650051),
    (65005, 650052),
    (65005, 650056),
    (65005, 650057),
    (65005, 650059),
    (70001, 700011),
    (70001, 700016),
    (70008, 700082),
    (70008, 700084),
    (90002, 900023),
    (70002, 700020),
    (70002, 700022),
    (70002, 700025),
    (70002, 700027),
    (50013, 500133),
    (90094, 900941),
]


@pytest.fixture(scope="module")
def listed(shared):
    entries = json.loads((shared / "data" / "aadsts_codes.json").read_text(encoding="utf-8"))
    return {int(entry["code"]) for entry in entries}


def lines(book):
    for code, variants in book.codes.items():
        for line in variants:
            yield f"AADSTS{code}", line
    for code, variants in book.dataverse.items():
        for line in variants:
            yield code, line


def test_every_listed_code_has_a_meaning_of_its_own(book, listed):
    assert len(listed) == 388
    assert listed - set(book.codes) == set()
    assert not [code for code in listed if interpret(book, _pasted(code)).outcome == "unmapped"]


def test_no_code_is_mapped_that_nobody_has_seen(book, listed):
    assert set(book.codes) - listed == STRANGERS


def test_a_code_reaches_its_own_line_and_no_line_of_a_shorter_one(book, listed):
    for code in listed:
        assert interpret(book, _pasted(code)).outcome in {line.outcome for line in book.codes[code]}
        for digit in "0123456789":
            longer = int(f"{code}{digit}")
            if longer not in book.codes:
                assert interpret(book, _pasted(longer)).outcome == "unmapped", longer


@pytest.mark.parametrize(("shorter", "longer"), PREFIX_TRAPS)
def test_a_code_is_not_taken_for_one_that_it_begins_with(book, shorter, longer):
    for text in (f"AADSTS{longer}: x", f"Error Code: {longer}", f'"error_codes":[{longer}]', str(longer)):
        explanation = explain(book, text)
        assert explanation.all_codes == (longer,)
        assert explanation.outcome == interpret(book, _pasted(longer)).outcome
    assert explain(book, f"AADSTS{shorter}: x").all_codes == (shorter,)


def test_codes_of_another_sign_in_name_it(book):
    named = [(code, line.flow) for code, line in lines(book) if line.outcome == "other_flow"]
    assert all(flow for _, flow in named)
    assert 50 < len(named) < 100
    assert "SAML" in interpret(book, _pasted(75011)).meaning


def test_what_is_not_certain_says_why(book):
    silent = [c for c, line in lines(book) if line.confidence is not Confidence.CERTAIN and not line.because]
    assert silent == []


def test_an_unsure_meaning_stands_among_its_candidates(book):
    for code, line in lines(book):
        candidates = {candidate.outcome for candidate in line.candidates}
        undecided = line.outcome == "locked_or_ip_blocked"  # an outcome for either
        if line.confidence is Confidence.UNSURE and candidates and not undecided:
            assert line.outcome in candidates, code


def test_every_outcome_leads_to_a_finding_or_is_benign(book):
    for outcome in book.outcomes.values():
        assert outcome.benign or any(_names(rule.when, outcome.name) for rule in book.findings), outcome.name


def test_no_password_is_called_right_by_a_code_of_which_nobody_knows(book):
    proving = {code for code, line in lines(book) if _mark(book, line) is Mark.RIGHT}
    assert proving == {
        f"AADSTS{code}"
        for code in (
            *(50055, 50144, 50076, 50074, 50078, 50079, 50072, 53004, 53010, 50158),
            *(53003, 530032, 53005, 530003, 65001, 90093, 90094, 90095, 900941),
        )
    }


# --- defects read in other tools (facts/peers.md, section 3)


def test_defect_1_the_prefix_trap_of_substring_matching(book):
    assert explain(book, "AADSTS530035: blocked due to the request using legacy auth").outcome == (
        "blocked_by_security_defaults"
    )
    assert explain(book, "AADSTS500011: The resource principal named x").outcome == "resource_not_found"


def test_defect_2_assignment_and_registration_under_false_names(book):
    assert explain(book, "AADSTS50105").outcome == "assignment_required"
    assert explain(book, "AADSTS53004").outcome == "mfa_registration_blocked"


def test_defect_3_an_unknown_code_ends_the_run(book):
    explanation = explain(book, "AADSTS987654: something new")
    assert (explanation.outcome, explanation.code) == ("unmapped", 987654)
    assert "AADSTS987654: something new" in explanation.meaning


def test_defect_4_mfa_and_its_registration_are_merged(book):
    assert explain(book, "AADSTS50076").outcome == "mfa_required"
    asked = {realm: explain(book, "AADSTS50079", {"realm": realm}) for realm in ("managed", "federated", "")}
    assert asked["managed"].outcome == "mfa_registration_required"
    assert asked["federated"].outcome == "mfa_from_federation_required"
    assert {c.outcome for c in asked[""].candidates} == {
        "mfa_registration_required",
        "mfa_from_federation_required",
    }


def test_defect_13_missing_evidence_turns_into_a_pass(book):
    for raw in ("", "undefined", "Failed to connect to Dataverse", "AADSTS987654", "what is this"):
        explanation = explain(book, raw, {"flow": "ropc"})
        assert not book.outcomes[explanation.outcome].benign
        assert explanation.password is Mark.UNKNOWN
        assert explanation.findings


def _pasted(code):
    return Answer(Flow.PASTED, codes=(code,))


def _mark(book, line):
    return line.mark or book.outcomes[line.outcome].mark


def _names(condition, outcome):
    return any(outcome in values_in(condition, slot) for slot in ANSWERED)
