"""Ten thousand accounts in mixed states: every answer its own, one submission each (issue 4)."""

from tests.run.estates import mixed_world

ACCOUNTS = 10_000


def expected(number):
    """The outcome of an account, by what `mixed_world` made of it."""
    federated = number % 4 == 3
    if number % 3 == 0:
        return "federated_sign_in_refused" if federated else "wrong_password"
    return "mfa_required" if number % 5 == 1 else "token_issued"


def test_ten_thousand_accounts_come_back_with_every_answer_its_own(audit_world):
    audited = audit_world(mixed_world(ACCOUNTS), concurrency=32)
    outcomes = [result.facts["sign_in"].value for result in audited.results]
    assert outcomes == [expected(number) for number in range(ACCOUNTS)]
    assert [result.case.account_id for result in audited.results] == sorted(audited.submissions, key=numbered)
    assert set(audited.submissions.values()) == {1}
    assert audited.audit.run.submissions == ACCOUNTS
    asked = [item.answer.correlation_id for result in audited.results for item in passwords_of(result)]
    assert len(set(asked) - {""}) == len([one for one in asked if one])


def numbered(account):
    return int(account[3:8])


def passwords_of(result):
    return [item for item in result.evidence if item.question == "password"]
