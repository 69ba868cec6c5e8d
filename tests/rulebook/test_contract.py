import pytest

from auditor.model import Contract, Expected, Kind, Leg, Question, Why
from auditor.rulebook.facts import build_estate
from auditor.rulebook.judge import judge

MET, BROKEN, UNANSWERED = Contract.MET, Contract.BROKEN, Contract.UNANSWERED


@pytest.fixture
def contract(book, kit):
    """Return how an expectation comes out: `answer` a code, "token", "token and WhoAmI", or a Why."""

    def contract(expected, answer):
        case = kit.case(expected=expected)
        looks = kit.looks(case).discovered()
        if isinstance(answer, Why):
            looks.held_back(Question.PASSWORD, answer)
        elif isinstance(answer, int):
            looks.signed_in(kit.refused(answer))
        else:
            looks.signed_in(kit.good(Leg.TOKEN))
            refusal = {"no member": "0x80072560", "throttled": "0x80072322"}.get(answer)
            looks.asked_dataverse(kit.dataverse(refusal) if refusal else kit.good(Leg.WHOAMI))
        return judge(book, case, looks.items, build_estate([case])).contract

    return contract


@pytest.mark.parametrize(
    ("expected", "answer", "outcome"),
    [
        (Expected.ROPC, "all well", MET),
        (Expected.ROPC, "no member", BROKEN),
        (Expected.ROPC, "throttled", UNANSWERED),
        (Expected.ROPC, 50076, BROKEN),
        (Expected.ROPC, 50126, BROKEN),
        (Expected.ROPC, 50053, BROKEN),
        (Expected.ROPC, 90033, UNANSWERED),
        (Expected.ROPC, 99999, UNANSWERED),
        (Expected.ROPC, Why.BREAKER, UNANSWERED),
        (Expected.INTERACTIVE, 50076, MET),
        (Expected.INTERACTIVE, 50079, MET),
        (Expected.INTERACTIVE, 65001, BROKEN),
        (Expected.INTERACTIVE, 53003, BROKEN),
        (Expected.INTERACTIVE, 50126, BROKEN),
        (Expected.INTERACTIVE, 90033, UNANSWERED),
        (Expected.INTERACTIVE, "all well", UNANSWERED),
        (Expected.INTERACTIVE, Why.NOT_ASKED, UNANSWERED),
        (Expected.APPLICATION, Why.NOT_ASKED, UNANSWERED),
        (Expected.APPLICATION, 50076, UNANSWERED),
        (Expected.NONE, "all well", BROKEN),
        (Expected.NONE, "no member", BROKEN),
        (Expected.NONE, 50057, MET),
        (Expected.NONE, 50126, MET),
        (Expected.NONE, 90033, UNANSWERED),
        (Expected.NONE, Why.NO_CREDENTIAL, UNANSWERED),
    ],
)
def test_the_table_of_the_contract(contract, expected, answer, outcome):
    assert contract(expected, answer) is outcome


def test_an_account_without_expectation_is_not_under_contract(contract):
    for answer in ("all well", 50076, Why.NOT_ASKED):
        assert contract(None, answer) is Contract.NOT_UNDER_CONTRACT


def test_no_case_is_called_met_without_an_answer(contract):
    for expected in Expected:
        for why in Why:
            assert contract(expected, why) is UNANSWERED


def test_the_fact_and_the_result_are_the_same_function_s_answer(book, kit):
    case = kit.case("ada@contoso.example", Kind.PERSON, expected=Expected.INTERACTIVE)
    looks = kit.looks(case).discovered().signed_in(kit.refused(50076))
    result = judge(book, case, looks.items, build_estate([case]))
    assert result.facts["contract"].value == result.contract.value == "met"
    assert result.contract_why == "the password is right and only MFA is asked for"
