"""What a directory says of a case, as facts: each known, or unknown and why.

What could not be read never becomes a pass: "allowed", "no consent", "not excluded" and "no such user" count
only where the parts of the directory that could say otherwise were read.
"""

from typing import NamedTuple

from auditor.model import (
    FACTS,
    Confidence,
    FactValue,
    Known,
    NotObserved,
    Observed,
    Question,
    Unknown,
    Why,
)
from auditor.rulebook.expiry import password_expires_soon
from auditor.rulebook.seen import Seen

USER, ACCESS, CONSENT = Question.DIRECTORY_USER, Question.DIRECTORY_ACCESS, Question.DIRECTORY_CONSENT
QUESTIONS = (USER, ACCESS, CONSENT)
NOT_READ = "no directory was read"
_USERS, _POLICIES, _GRANTS = "users", "conditional access policies", "permission grants"
_PRINCIPALS, _ASSIGNMENTS = "service principals", "app role assignments"
_DEFAULTS, _USER_STATES = "security defaults", "per-user MFA"
_REGISTRATIONS, _AUTHORIZATION = "registration details", "authorization policy"
_PARTS = (
    *(_USERS, _POLICIES, _GRANTS, _PRINCIPALS, _ASSIGNMENTS, _DEFAULTS, _USER_STATES, _REGISTRATIONS),
    *(_AUTHORIZATION, "named locations", "authentication strengths", "groups", "group members"),
    *("directory roles", "organization", "app registrations", "domains"),
)
"""The parts of a directory, as the sentences about what was not read begin."""


class _Told(NamedTuple):
    """Where a fact stands in the evidence, and in which part of the directory somebody found it."""

    question: Question
    detail: str
    part: str


_PLAIN = {
    "account_enabled": _Told(USER, "enabled", _USERS),
    "account_type": _Told(USER, "user_type", _USERS),
    "account_synced": _Told(USER, "synced", _USERS),
    "password_expiry": _Told(USER, "password_expiry", _USERS),
    "mfa_registered": _Told(USER, "mfa_registered", _REGISTRATIONS),
    "mfa_capable": _Told(USER, "mfa_capable", _REGISTRATIONS),
    "per_user_mfa": _Told(USER, "per_user_mfa", _USER_STATES),
    "security_defaults": _Told(ACCESS, "security_defaults", _DEFAULTS),
    "user_may_consent": _Told(CONSENT, "user_may_consent", _AUTHORIZATION),
    "app_known": _Told(CONSENT, "app_known", _PRINCIPALS),
    "app_enabled": _Told(CONSENT, "app_enabled", _PRINCIPALS),
    "assignment_required": _Told(CONSENT, "assignment_required", _PRINCIPALS),
    "dataverse_known": _Told(CONSENT, "dataverse_known", _PRINCIPALS),
    "dataverse_enabled": _Told(CONSENT, "dataverse_enabled", _PRINCIPALS),
}
_PASSWORD = "ropc"  # noqa: S105 - the name of a flow
_NAMES = tuple(name for name, spec in FACTS.items() if spec.source in {*QUESTIONS, ", ".join(QUESTIONS)})
_NOBODY_ASKED = dict.fromkeys(_NAMES, Unknown(NOT_READ))
_OF_ACCOUNT = ("consent_kind", "consent_wider", "user_may_consent", "assignment_missing")
_OF_POLICIES = tuple(name for name in _NAMES if name.startswith("policy_"))
_OF_GUESTS = (*(set(_OF_POLICIES) - {"policy_interactive"}), "mfa_registered", "mfa_capable")


def directory_facts(seen: Seen) -> dict[str, FactValue]:
    """Return every fact that comes from the directory alone, from whatever was read of it."""
    if not any(question in seen.slots for question in QUESTIONS):
        return dict(_NOBODY_ASKED)
    facts: dict[str, FactValue] = {name: _plain(seen, name, told) for name, told in _PLAIN.items()}
    facts |= _of_policies(seen)
    facts |= _of_consent(seen)
    facts["password_expires_soon"] = password_expires_soon(seen)
    facts["what_if"] = _what_if(seen)
    facts |= {name: _logged(seen, name) for name in ("ropc_in_log", "assertion_in_log")}
    facts["directory_user"] = _user(seen)
    facts["directory_read"] = _all_read(seen)
    if seen.detail(USER, "user_type") == "guest":  # whose password and methods are at home
        facts |= dict.fromkeys(_OF_GUESTS, Unknown("the account is a guest"))
    if seen.detail(USER, "enabled") == "no":
        facts |= dict.fromkeys(_OF_POLICIES, Unknown("the account is disabled"))
    if facts["directory_user"] == Known("absent", source=USER):
        facts |= dict.fromkeys(_OF_ACCOUNT, Unknown("the directory knows no such user"))
    return facts


def listed(seen: Seen, question: Question, name: str) -> tuple[str, ...]:
    """Return a detail that is a list, () where there is none."""
    item = seen.observed(question)
    value = item.details.get(name) if item else None
    return value if isinstance(value, tuple) else ()


def unread(seen: Seen) -> tuple[str, ...]:
    """Return which parts of the directory could not be read for a case, a sentence each, each once.

    What a policy leaves open, such as risk, is not among them: the verdicts say it.
    """
    said = [line for question in QUESTIONS for line in _gaps(seen, question, *_PARTS)]
    slots = (seen.slots.get(question) for question in QUESTIONS)
    said += [
        slot.detail or slot.why.value
        for slot in slots
        if isinstance(slot, NotObserved) and slot.why is Why.DIRECTORY_NOT_READ
    ]
    return tuple(dict.fromkeys(said))


def _plain(seen: Seen, name: str, told: _Told) -> FactValue:
    word = seen.detail(told.question, told.detail)
    if word not in FACTS[name].values:
        return _unknown(seen, told.question, told.part)
    # a guest by type may still have a password of this tenant
    confidence = Confidence.LIKELY if word == "guest" else Confidence.CERTAIN
    return Known(word, confidence, told.question.value)


def _unknown(seen: Seen, question: Question, *parts: str) -> Unknown:
    """Return why a question has no answer: what was not read of these parts, else of any."""
    if seen.observed(question) is None:
        return seen.unknown(question)
    gaps = _gaps(seen, question, *parts) or listed(seen, question, "unread")
    return Unknown("; ".join(gaps) or "the directory does not say")


def _gaps(seen: Seen, question: Question, *parts: str) -> tuple[str, ...]:
    return tuple(said for said in listed(seen, question, "unread") if said.startswith(parts))


def _user(seen: Seen) -> FactValue:
    item = seen.observed(USER)
    found = item.details.get("found") if item else None
    if found is True:
        return Known("found", source=USER.value)
    if found is False and not _gaps(seen, USER, _USERS):
        return Known("absent", source=USER.value)
    return _unknown(seen, USER, _USERS)


def _of_policies(seen: Seen) -> dict[str, FactValue]:
    return {
        "policy_ropc": _policy(seen, "policy_ropc", _PASSWORD),
        "policy_interactive": _policy(seen, "policy_interactive", "interactive"),
        "policy_without_risk": _policy(seen, "policy_without_risk", "ropc_without_risk"),
        "policy_mfa": _plain(seen, "policy_mfa", _Told(ACCESS, "ropc_mfa", _POLICIES)),
        "policy_exclusion": _any(seen, "ropc_exclusion"),
        "policy_report_only": _any(seen, "report_only"),
    }


def _policy(seen: Seen, name: str, flow: str) -> FactValue:
    """Return what the rules make of a flow; "allowed" only where all kinds of rules were read."""
    word, rules = seen.detail(ACCESS, flow), (_POLICIES, _DEFAULTS, _USER_STATES)
    if word not in FACTS[name].values:
        why = seen.detail(ACCESS, f"{flow}_why")
        if why and flow == _PASSWORD:
            why = _open(seen, why)
        return Unknown(why) if why else _unknown(seen, ACCESS, *rules)
    if word == "allowed" and _gaps(seen, ACCESS, *rules):
        return _unknown(seen, ACCESS, *rules)
    return Known(word, _sure_of_rules(seen), ACCESS.value)


def _open(seen: Seen, why: str) -> str:
    """Return why rules are open; nobody but the service knows the risk, so that is said where it is all."""
    at_ease = seen.detail(ACCESS, "ropc_without_risk") == "allowed"
    if not at_ease:
        return why
    names = ", ".join(f'"{name}"' for name in listed(seen, ACCESS, "ropc_perhaps"))
    return f"nothing stands in the way unless there is risk ({names or why})"


def _sure_of_rules(seen: Seen) -> Confidence:
    """Return likely where something was not read or the place was assumed, unsure where What-If differs."""
    if listed(seen, ACCESS, "what_if"):
        return Confidence.UNSURE
    doubt = listed(seen, ACCESS, "unread") or seen.detail(ACCESS, "location_used")
    return Confidence.LIKELY if doubt else Confidence.CERTAIN


def _any(seen: Seen, name: str) -> FactValue:
    if listed(seen, ACCESS, name):
        return Known("yes", _sure_of_rules(seen), ACCESS.value)
    if seen.observed(ACCESS) is None or _gaps(seen, ACCESS, _POLICIES):
        return _unknown(seen, ACCESS, _POLICIES)
    return Known("no", _sure_of_rules(seen), ACCESS.value)


def _logged(seen: Seen, name: str) -> FactValue:
    item = seen.observed(USER)
    if item is None or item.details.get("log_read") is not True:
        return seen.unknown(USER) if item is None else Unknown("the sign-in log was not read")
    return Known("yes" if item.details.get(name) else "no", source=USER.value)


def _what_if(seen: Seen) -> FactValue:
    item = seen.observed(ACCESS)
    if item is None or item.details.get("what_if_asked") is not True:
        return seen.unknown(ACCESS) if item is None else Unknown("What-If was not asked about the account")
    return Known("differs" if listed(seen, ACCESS, "what_if") else "agrees", source=ACCESS.value)


def _of_consent(seen: Seen) -> dict[str, FactValue]:
    return {
        "consent_kind": _consent(seen),
        "consent_wider": _wider(seen),
        "assignment_missing": _assignment(seen),
    }


def _consent(seen: Seen) -> FactValue:
    word, gaps = seen.detail(CONSENT, "consent"), _gaps(seen, CONSENT, _GRANTS)
    if word not in FACTS["consent_kind"].values or (word == "none" and gaps):
        return _unknown(seen, CONSENT, _GRANTS)
    sure = Confidence.LIKELY if listed(seen, CONSENT, "unread") else Confidence.CERTAIN
    return Known(word, sure, CONSENT.value)


def _wider(seen: Seen) -> FactValue:
    if listed(seen, CONSENT, "wider"):
        return Known("yes", source=CONSENT.value)
    if seen.detail(CONSENT, "consent") in FACTS["consent_kind"].values and not _gaps(seen, CONSENT, _GRANTS):
        return Known("no", source=CONSENT.value)
    return _unknown(seen, CONSENT, _GRANTS)


def _assignment(seen: Seen) -> FactValue:
    required, assigned = seen.detail(CONSENT, "assignment_required"), seen.detail(CONSENT, "assigned")
    if required == "no" or (required == "yes" and assigned == "yes"):
        return Known("no", source=CONSENT.value)
    if required == "yes" and assigned == "no" and not _gaps(seen, CONSENT, _ASSIGNMENTS):
        return Known("yes", source=CONSENT.value)
    return _unknown(seen, CONSENT, _PRINCIPALS, _ASSIGNMENTS)


def _all_read(seen: Seen) -> FactValue:
    source = ", ".join(question for question in QUESTIONS if question in seen.slots)
    whole = all(isinstance(seen.slots[question], Observed) for question in source.split(", "))
    return Known("no" if unread(seen) or not whole else "yes", source=source)
