"""The contract: what the inventory expects of a case, against what was seen (DESIGN, "The contract")."""

from collections.abc import Mapping

from auditor.model import Case, Contract, Expected, FactValue, Known, Question, Unknown, Why
from auditor.rulebook.book import Rulebook
from auditor.rulebook.interactive import SIGNED_IN, of_the_way

_ASKS_ONLY_FOR_MFA = {"required", "registration_required", "from_federation", "external"}


def contract_of(book: Rulebook, case: Case, facts: Mapping[str, FactValue]) -> tuple[Contract, str]:
    """Return how the expectation came out, and why in a few words."""
    if case.expected is None:
        return Contract.NOT_UNDER_CONTRACT, ""
    if case.skip:
        return Contract.NOT_UNDER_CONTRACT, "skipped in the inventory"
    match case.expected:
        case Expected.ROPC:
            return _password_grant(book, facts)
        case Expected.INTERACTIVE:
            return _interactive(book, facts)
        case Expected.APPLICATION:
            return _application(book, facts)
        case Expected.NONE:
            return _nothing(book, facts)


def _password_grant(book: Rulebook, facts: Mapping[str, FactValue]) -> tuple[Contract, str]:
    met = Contract.MET, "the password grant works and Dataverse knows the account"
    return _signed_in(book, facts, "token_issued") or met


def _application(book: Rulebook, facts: Mapping[str, FactValue]) -> tuple[Contract, str]:
    sign_in = facts["sign_in"]
    if isinstance(sign_in, Known) and sign_in.source != Question.APP_SIGN_IN.value:
        return Contract.UNANSWERED, "the application was not asked to sign in for itself"
    return _signed_in(book, facts, "application_signed_in") or (Contract.MET, "the application user signs in")


def _signed_in(book: Rulebook, facts: Mapping[str, FactValue], token: str) -> tuple[Contract, str] | None:
    """Return what is not met of a token and Dataverse's word, None where both are there."""
    for fact, good in (("sign_in", token), ("dataverse", "member")):
        value = facts[fact]
        if not isinstance(value, Known):
            return Contract.UNANSWERED, value.why
        if value.value != good:
            return _refused(book, value.value)
    return None


def _interactive(book: Rulebook, facts: Mapping[str, FactValue]) -> tuple[Contract, str]:
    """Return what the person's own sign-in came to; where it says nothing, what the password's does."""
    own = _in_person(book, facts)
    if own[0] is not Contract.UNANSWERED:
        return own
    contract, why = _by_password(book, facts)
    asked = isinstance(facts["interactive_sign_in"], Known) or own[1] != Why.NOT_ASKED.value
    return own if asked and contract is Contract.UNANSWERED else (contract, why)


def _in_person(book: Rulebook, facts: Mapping[str, FactValue]) -> tuple[Contract, str]:
    sign_in, account, dataverse = (
        facts[f"interactive_{name}"] for name in ("sign_in", "account", "dataverse")
    )
    if not isinstance(sign_in, Known):
        return Contract.UNANSWERED, sign_in.why
    if sign_in.value != SIGNED_IN:
        by_code = of_the_way(facts)
        return (Contract.UNANSWERED, by_code) if by_code else _refused(book, sign_in.value)
    if not isinstance(account, Known):
        return Contract.UNANSWERED, account.why
    if account.value != "meant":
        return Contract.UNANSWERED, "another account signed in"
    if not isinstance(dataverse, Known):
        return Contract.UNANSWERED, dataverse.why
    if dataverse.value != "member":
        return _refused(book, dataverse.value)
    return Contract.MET, "the person signed in and Dataverse knows the account"


def _by_password(book: Rulebook, facts: Mapping[str, FactValue]) -> tuple[Contract, str]:
    sign_in, password, mfa = facts["sign_in"], facts["password"], facts["mfa"]
    if not isinstance(sign_in, Known) or sign_in.source == Question.INTERACTIVE.value:
        return Contract.UNANSWERED, sign_in.why if isinstance(sign_in, Unknown) else ""
    if sign_in.value == "token_issued":
        return Contract.UNANSWERED, "the password grant works; the interactive sign-in was not asked"
    proven = isinstance(password, Known) and password.value == "right"
    if proven and isinstance(mfa, Known) and mfa.value in _ASKS_ONLY_FOR_MFA:
        return Contract.MET, "the password is right and only MFA is asked for"
    return _refused(book, sign_in.value)


def _nothing(book: Rulebook, facts: Mapping[str, FactValue]) -> tuple[Contract, str]:
    sign_in = facts["sign_in"]
    if _word(facts["interactive_sign_in"]) == SIGNED_IN and _word(facts["interactive_account"]) == "meant":
        return Contract.BROKEN, "the account signed in although no sign-in should work"
    if not isinstance(sign_in, Known):
        return Contract.UNANSWERED, sign_in.why
    if sign_in.value == "token_issued":
        return Contract.BROKEN, "a token came although no sign-in should work"
    contract, why = _refused(book, sign_in.value)
    return (Contract.MET, why) if contract is Contract.BROKEN else (contract, why)


def _refused(book: Rulebook, outcome: str) -> tuple[Contract, str]:
    """Return broken for a refusal, unanswered where the service never got to an answer."""
    found = book.outcomes[outcome]
    return (Contract.UNANSWERED if found.inconclusive else Contract.BROKEN), found.label


def _word(value: FactValue) -> str:
    return value.value if isinstance(value, Known) else ""
