"""The contract: what the inventory expects of a case, against what was seen (DESIGN, "The contract")."""

from collections.abc import Mapping

from auditor.model import Case, Contract, Expected, FactValue, Known, Question
from auditor.rulebook.book import Rulebook

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
    sign_in, password, mfa = facts["sign_in"], facts["password"], facts["mfa"]
    if not isinstance(sign_in, Known):
        return Contract.UNANSWERED, sign_in.why
    if sign_in.value == "token_issued":
        return Contract.UNANSWERED, "the password grant works; the interactive sign-in was not asked"
    proven = isinstance(password, Known) and password.value == "right"
    if proven and isinstance(mfa, Known) and mfa.value in _ASKS_ONLY_FOR_MFA:
        return Contract.MET, "the password is right and only MFA is asked for"
    return _refused(book, sign_in.value)


def _nothing(book: Rulebook, facts: Mapping[str, FactValue]) -> tuple[Contract, str]:
    sign_in = facts["sign_in"]
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
