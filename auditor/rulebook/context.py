"""What texts may say about a case: the values behind the placeholders of `templates.PLACEHOLDERS`."""

from collections.abc import Mapping

from auditor.consent_links import Parts
from auditor.model import Case, Contract, FactValue, NotObserved, Question, Vantage
from auditor.rulebook.application import application_words
from auditor.rulebook.book import Rulebook
from auditor.rulebook.directory_words import directory_words
from auditor.rulebook.seen import Seen


def context_of(
    book: Rulebook,
    case: Case,
    seen: Seen,
    facts: Mapping[str, FactValue],
    vantage: Vantage,
    contract: tuple[Contract, str],
) -> dict[str, str]:
    """Return placeholder -> value, all of them, "" where there is nothing to say."""
    of_case, of_tenants = _of_case(book, case), _of_tenants(case, seen)
    return {
        **of_case,
        **of_tenants,
        **_of_links(book, case, of_case["login"], of_tenants["tenant"]),
        **_of_answers(book, seen),
        **_of_axes(seen),
        **directory_words(book, seen, facts),
        **application_words(seen),
        **_of_person(book, seen),
        "vantage": str(vantage),
        "contract": contract[0].value,
        "contract_why": contract[1],
    }


def _of_case(book: Rulebook, case: Case) -> dict[str, str]:
    cloud = book.clouds.of_environment(case.environment)
    return {
        "upn": case.account,
        "domain": case.domain,
        "host": case.environment,
        "kind": case.kind.value,
        "owner": case.owner,
        "expected": case.expected.value if case.expected else "",
        "credential": case.credential.scheme if case.credential else "",
        "login": cloud.login if cloud else "login.microsoftonline.com",
        "app": case.app.title,
        "app_name": case.app.name,
        "client_id": case.app.client_id,
        "client_id_sure": case.app.client_id_sure.value,
        "redirect_uri": case.app.redirect_uri,
        "redirect_uri_sure": case.app.redirect_uri_sure.value,
        "signs_in_from": case.app.signs_in_from.value,
    }


def _of_tenants(case: Case, seen: Seen) -> dict[str, str]:
    environment = seen.detail(Question.ENVIRONMENT, "tenant_id")
    account = seen.detail(Question.TENANT, "tenant_id")
    return {
        "account_tenant": account,
        "environment_tenant": environment,
        "inventory_tenant": case.tenant,
        # consent and policies belong to the tenant that issues the token: the account's
        "tenant": account or case.tenant or environment or case.domain,
        "federation_host": seen.detail(Question.REALM, "federation_host"),
        "endpoint_host": seen.detail(Question.REALM, "endpoint_host"),
    }


def _of_links(book: Rulebook, case: Case, login: str, tenant: str) -> dict[str, str]:
    parts = Parts(login, tenant, case.app.client_id, case.app.redirect_uri, case.environment)
    return book.links.words(parts, case.account)


def _of_answers(book: Rulebook, seen: Seen) -> dict[str, str]:
    item, reading = seen.observed(seen.sign_in), seen.readings.get(seen.sign_in)
    slot = seen.slots.get(seen.own)
    held = slot if isinstance(slot, NotObserved) else None
    last = Question.TABLE if seen.observed(Question.TABLE) else seen.whoami
    asked = seen.observed(last)
    return {
        "answer": _label(book, seen, seen.sign_in),
        "tenant_answer": _label(book, seen, Question.TENANT),
        "application_answer": _label(book, seen, Question.APPLICATION),
        "environment_answer": _label(book, seen, Question.ENVIRONMENT),
        "dataverse_answer": _label(book, seen, seen.whoami),
        "table_answer": _label(book, seen, Question.TABLE),
        "code": _code(seen, seen.sign_in),
        "meaning": reading.meaning if reading else "",
        "text": item.answer.text if item else "",
        "at": f"{item.at.isoformat(' ', 'seconds')[:19]} UTC" if item else "",
        "correlation_id": item.answer.correlation_id if item else "",
        "held_back": held.why.value if held else "",
        "held_back_detail": held.detail if held else "",
        "dataverse_code": _code(seen, last),
        "dataverse_text": asked.answer.text if asked and not asked.answer.success else "",
    }


def _of_person(book: Rulebook, seen: Seen) -> dict[str, str]:
    """Return what a person's own sign-in brought."""
    slot = seen.slots.get(Question.INTERACTIVE)
    return {
        "interactive_answer": _label(book, seen, Question.INTERACTIVE),
        "interactive_code": _code(seen, Question.INTERACTIVE),
        "interactive_way": seen.detail(Question.INTERACTIVE, "way"),
        "interactive_mfa": seen.detail(Question.INTERACTIVE, "mfa"),
        "signed_in_as": seen.detail(Question.INTERACTIVE, "signed_in_as"),
        "not_reached": seen.unknown(Question.INTERACTIVE).why if isinstance(slot, NotObserved) else "",
    }


def _of_axes(seen: Seen) -> dict[str, str]:
    """Return the answer's code for each axis that it speaks of: a code is no reason for anything else."""
    reading, code = seen.readings.get(seen.sign_in), _code(seen, seen.sign_in)
    axes = {"mfa": "mfa_code", "consent": "consent_code", "ropc": "refusal_code"}
    return {name: code if reading and axis in reading.says else "" for axis, name in axes.items()}


def _label(book: Rulebook, seen: Seen, question: Question) -> str:
    reading = seen.readings.get(question)
    return book.outcomes[reading.outcome].label if reading else ""


def _code(seen: Seen, question: Question) -> str:
    reading = seen.readings.get(question)
    return (reading.code or "no code") if reading else ""
