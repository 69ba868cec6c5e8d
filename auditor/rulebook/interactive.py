"""What a person's own sign-in says: whether it worked, for whom, with which factors, and what of consent.

A sign-in of another account than the one that was meant says nothing of the case; that it happened is said.
"""

from collections.abc import Mapping
from typing import TypeAlias

from auditor.model import (
    FACTS,
    Confidence,
    FactValue,
    Known,
    NotObserved,
    Observed,
    Question,
    Reading,
    Unknown,
)
from auditor.rulebook.seen import OF_THE_WAY, Seen

Facts: TypeAlias = Mapping[str, FactValue]

SIGNED_IN = "signed_in_interactively"
"""The outcome of a person's sign-in that brought a token."""
ASKED = "asked"

_OWN, _WHOAMI = Question.INTERACTIVE, Question.INTERACTIVE_WHOAMI
_NAMES = tuple(name for name in FACTS if name.startswith("interactive_"))
_BY_CODE = "device code"
_NOT_THE_BROWSER = "the device code is blocked; what a browser would meet was not asked"
_UNTOLD = Unknown("whether it was given now or before is not known")
_CONSENT = {"missing": "declined", "needs_administrator": "needs an administrator"}
_MFA = {"performed": "required", "password alone": "not_required"}


def interactive_facts(seen: Seen, facts: Facts) -> dict[str, FactValue]:
    """Return the facts of a person's own sign-in; `facts` are those that are known without it."""
    item, reading = seen.observed(_OWN), seen.readings.get(_OWN)
    if item is None or reading is None:
        slot, unknown = seen.slots.get(_OWN), seen.unknown(_OWN)
        asked = Known(slot.why.value, source=_OWN.value) if isinstance(slot, NotObserved) else unknown
        return dict.fromkeys(_NAMES, unknown) | {"interactive_asked": asked}
    return {
        "interactive_asked": Known(ASKED, source=_OWN.value),
        "interactive_sign_in": Known(reading.outcome, reading.confidence, _OWN.value),
        "interactive_way": _told(seen, "way", "how is not known"),
        "interactive_account": _told(seen, "account", _nobody(seen, reading)),
        "interactive_mfa": _mfa(seen, reading),
        "interactive_consent": _consent(seen, reading, facts),
        "interactive_dataverse": _dataverse(seen),
    }


def of_person(seen: Seen) -> dict[str, FactValue]:
    """Return what the person's sign-in changes of the facts of a sign-in, where it stands for the password's.

    That a second factor was given is no proof that it was demanded. Of the password grant it says nothing.
    """
    facts: dict[str, FactValue] = {"ropc": seen.unknown(Question.PASSWORD)}
    said = _MFA.get(seen.detail(_OWN, "mfa"))
    if said:
        facts["mfa"] = Known(said, Confidence.LIKELY, _OWN.value)
    elif seen.detail(_OWN, "account"):
        facts["mfa"] = Unknown("the sign-in does not tell whether a second factor was given")
    return facts


def of_the_way(facts: Facts) -> str:
    """Return why a refusal says nothing of a browser, "" where it does."""
    way, sign_in = facts["interactive_way"], facts["interactive_sign_in"]
    by_code = isinstance(way, Known) and way.value == _BY_CODE
    blocked = isinstance(sign_in, Known) and sign_in.value in OF_THE_WAY
    return _NOT_THE_BROWSER if by_code and blocked else ""


def _told(seen: Seen, detail: str, why: str) -> FactValue:
    value = seen.detail(_OWN, detail)
    known = value in FACTS[f"interactive_{detail}"].values
    return Known(value, source=_OWN.value) if known else Unknown(why)


def _nobody(seen: Seen, reading: Reading) -> str:
    """Return why it is not known who signed in."""
    if reading.outcome == SIGNED_IN:
        return "the sign-in does not name the account"
    return seen.book.outcomes[reading.outcome].label


def _mfa(seen: Seen, reading: Reading) -> FactValue:
    if reading.outcome == SIGNED_IN and seen.person is None:
        return Unknown("another account signed in, or it is not known which")
    return _told(seen, "mfa", "the sign-in does not tell")


def _consent(seen: Seen, reading: Reading, facts: Facts) -> FactValue:
    item = seen.person
    if item is None:
        return Unknown("no sign-in of this account")
    if not item.answer.success:
        said = _CONSENT.get(reading.says.get("consent", ""))
        label = seen.book.outcomes[reading.outcome].label
        return Known(said, reading.confidence, _OWN.value) if said else Unknown(label)
    return _when(seen, item, facts)


def _when(seen: Seen, item: Observed, facts: Facts) -> FactValue:
    """Return whether consent was there before a sign-in that worked, from what was seen earlier."""
    password, directory = seen.observed(Question.PASSWORD), seen.observed(Question.DIRECTORY_CONSENT)
    kind, answer = facts["consent_kind"], facts["consent"]
    if password is not None and password.at <= item.at and isinstance(answer, Known):
        return _given(before=answer.value == "granted", source=Question.PASSWORD)
    if directory is not None and directory.at <= item.at and isinstance(kind, Known):
        return _given(before=kind.value != "none", source=Question.DIRECTORY_CONSENT)
    return _UNTOLD


def _given(*, before: bool, source: Question) -> FactValue:
    named = f"{_OWN}, {source}"
    return Known("given before" if before else "given now", Confidence.LIKELY, named)


def _dataverse(seen: Seen) -> FactValue:
    reading, slot = seen.readings.get(_WHOAMI), seen.slots.get(_WHOAMI)
    if reading is not None:
        return Known(reading.outcome, reading.confidence, _WHOAMI.value)
    return seen.unknown(_WHOAMI) if isinstance(slot, NotObserved) else Unknown("no token to ask with")
