import pytest

from auditor.model import Answer, Failure, Flow
from auditor.writers.tables.content import Place
from auditor.writers.tables.evidence import COLUMNS, EvidenceEntry, code_of, telling


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(Flow.ROPC, codes=(50076, 70002)), "AADSTS50076, AADSTS70002"),
        (Answer(Flow.DATAVERSE, http_status=403, dataverse_code="0x80042f09"), "0x80042f09"),
        (Answer(Flow.ROPC, failure=Failure.DNS), "name not found"),
        (Answer(Flow.ROPC, http_status=503), "HTTP 503"),
        (Answer(Flow.ROPC, error="invalid_grant"), "invalid_grant"),
        (Answer(Flow.ROPC, success=True, http_status=200), "success"),
        (Answer(Flow.ROPC), "no code"),
    ],
)
def test_an_answer_is_named_by_the_most_exact_thing_it_has(answer, code):
    assert code_of(answer) == code


def test_the_most_telling_observation_is_what_the_gravest_finding_rests_on(audit):
    asked = [(found.case.account, telling(found)) for found in audit.results()]
    questions = {account: item.question if item else None for account, item in asked}
    assert questions["ext.role@contoso.example"] == "whoami"
    assert questions["gps@contoso.example"] == "password"
    assert questions["Anna.Kovacs@contoso.example"] == "realm"
    assert questions["leaver@contoso.example"] is None


def row(result, number):
    entry = EvidenceEntry(result, result.evidence[number], Place("accounts", 0))
    return {name: column(entry).value for name, column in COLUMNS.items()}


def test_evidence_of_a_tenant_names_no_account(audit):
    shared = row(audit.cases[0], 0)
    assert (shared["about"], shared["account"], shared["where"]) == ("tenant", "", "contoso.example")
    assert shared["details"] == "tenant id: 11111111-aaaa-4bbb-8ccc-000000000001"


def test_what_an_answer_says_of_a_password_stands_only_where_one_was_sent(audit):
    assert row(audit.cases[1], 2)["password"] == "right"
    assert row(audit.cases[1], 1)["password"] == ""


def test_details_are_words_and_not_python(audit):
    assert row(audit.cases[0], 1)["details"] == "account type: Managed; personal: no"
