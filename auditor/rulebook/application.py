"""Cases that expect an application to sign in for itself: what its own sign-in says, and what falls silent.

Nothing that is known of the account speaks for such a case: it may be disabled or gone, as it should be.
"""

from collections.abc import Mapping

from auditor.model import FACTS, FactValue, Known, NotObserved, Observed, Question, Unknown, Why
from auditor.rulebook.check import NOT_SENT, SENT
from auditor.rulebook.directory import CONSENT, QUESTIONS, listed
from auditor.rulebook.expiry import LATER, SOON, days_until, in_words
from auditor.rulebook.seen import Seen

_OWN = Question.APP_SIGN_IN
_NOBODYS = Unknown("no application was expected to sign in for itself")
_SILENT = Unknown(Why.APPLICATION_EXPECTED.value)
_OF_THE_TENANT = {"app_known", "app_enabled", "dataverse_known", "dataverse_enabled", "directory_read"}
_OF_ACCOUNTS = (
    *("realm", "federation", "guest_name", "named_like_a_person", "shared_account", "shared_password"),
    *("app_offers_interactive", "app_offers_ropc", "individual_consent_enough"),
    *("seen_from_app", "answer_from", "password", "federated_leg", "mfa", "consent", "ropc"),
    *(
        name
        for name, spec in FACTS.items()
        if any(word in spec.source for word in QUESTIONS) and name not in _OF_THE_TENANT
    ),
)
WORDS = (
    *("app_credential_kind", "app_expires", "app_days", "thumbprint"),
    *("token_issuer", "token_subject", "token_audience"),
)
"""The placeholders that only an application's sign-in fills."""


def application_facts(seen: Seen) -> dict[str, FactValue]:
    """Return the facts of an application's sign-in; those of others are unknown where it is expected."""
    if not seen.application:
        return dict.fromkeys(("app_credential", "app_credential_kind", "app_credential_expiry"), _NOBODYS)
    item, reading = seen.observed(_OWN), seen.readings.get(_OWN)
    facts: dict[str, FactValue] = dict.fromkeys(_OF_ACCOUNTS, _SILENT)
    facts["submission"] = Known(_submission(seen), source=_OWN.value)
    if item is None or reading is None:
        why = seen.unknown(_OWN)
        names = ("sign_in", "app_credential", "app_credential_kind", "app_credential_expiry")
        return facts | dict.fromkeys(names, why)
    label = Unknown(seen.book.outcomes[reading.outcome].label)
    said = reading.says.get("app_credential")
    facts["sign_in"] = Known(reading.outcome, reading.confidence, _OWN.value)
    facts["app_credential"] = Known(said, reading.confidence, _OWN.value) if said else label
    facts["app_credential_kind"] = Known(seen.detail(_OWN, "credential"), source=_OWN.value)
    facts["app_credential_expiry"] = _expiry(seen, item)
    return facts


def application_words(seen: Seen) -> Mapping[str, str]:
    """Return placeholder -> value for all of WORDS, "" where there is nothing to say."""
    item = seen.observed(_OWN)
    end, _ = _end(seen, item) if item else ("", "")
    days = days_until(end, item.at) if item else None  # from the day on which it was used
    return {
        "app_credential_kind": seen.detail(_OWN, "credential"),
        "app_expires": end,
        "app_days": "" if days is None else in_words(days),
        "thumbprint": seen.detail(_OWN, "thumbprint"),
        "token_issuer": seen.detail(_OWN, "issuer"),
        "token_subject": seen.detail(_OWN, "subject"),
        "token_audience": seen.detail(_OWN, "audience"),
    }


def _submission(seen: Seen) -> str:
    slot = seen.slots.get(_OWN)
    if isinstance(slot, Observed):
        return SENT if slot.answer.http_status is not None else NOT_SENT
    return slot.why.value if isinstance(slot, NotObserved) else Why.NOT_ASKED.value


def _end(seen: Seen, item: Observed) -> tuple[str, str]:
    """Return the day on which the credential ends, or "" and why that is not known.

    A certificate says it; of a secret the registration does, where it has one alone that has not ended.
    """
    own = seen.detail(_OWN, "expires")
    if own or seen.detail(_OWN, "credential") != "secret":
        return own, "" if own else "it does not say when it ends"
    if seen.observed(CONSENT) is None:
        read = f"; directory: {seen.unknown(CONSENT).why}" if CONSENT in seen.slots else ""
        return "", f"a secret does not tell its end{read or ', and no directory was read'}"
    ends = [end for end in listed(seen, CONSENT, "secret_ends") if end >= f"{item.at:%Y-%m-%d}"]
    if len(ends) == 1:
        return ends[0], ""
    if ends:
        return (
            "",
            f"the app has {len(ends)} secrets, and nothing says which one this is; one ends on {ends[0]}",
        )
    return "", seen.detail(CONSENT, "secret_ends_why") or "the registration shows no secret that still holds"


def _expiry(seen: Seen, item: Observed) -> FactValue:
    end, why = _end(seen, item)
    days = days_until(end, item.at)
    if days is None:
        return Unknown(why)
    near = "within 30 days" if days <= SOON else "within 90 days" if days <= LATER else "later"
    source = _OWN.value if seen.detail(_OWN, "expires") else f"{_OWN}, {CONSENT}"
    return Known("expired" if days < 0 else near, source=source)
