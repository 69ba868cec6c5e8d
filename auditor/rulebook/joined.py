"""Where a sign-in and the directory both have a say: what was seen leads.

Agreement makes both certain; disagreement makes what was seen unsure, and is a finding. Where the sign-in
left something open, the reason says why the directory does not know it either.
"""

from collections.abc import Mapping
from typing import TypeAlias

from auditor.model import Confidence, FactValue, Known, Question, Unknown, Why
from auditor.rulebook.directory import NOT_READ

Facts: TypeAlias = Mapping[str, FactValue]

# what a sign-in meets -> what rules that were read may have said of it
_MFA = {
    "not_required": {"allowed"},
    "required": {"mfa", "unmet"},
    "registration_required": {"mfa", "unmet"},
    "from_federation": {"mfa", "unmet"},
    "external": {"mfa", "unmet"},
    "blocked": {"blocked", "unmet"},
}
# a second factor may be given that nothing demanded, and one that was given before need not be repeated
_MFA_IN_PERSON = _MFA | {"required": {"mfa", "unmet", "allowed"}}
_SECOND_FACTOR = {"required", "registration_required", "from_federation"}
_CONSENT = {"granted": {"user", "all"}, "missing": {"none"}, "needs_administrator": {"none"}}
_BY_DEFAULTS, _OF_DEVICE = "blocked_by_security_defaults", "device_required"
_ELSEWHERE = {
    "blocked_by_risk": "risk is not in the directory",
    "cross_tenant_policy": "the policy is another tenant's",
}


def joined(facts: Facts) -> dict[str, FactValue]:
    """Return the facts that both have a say in: whether they agree, and their own, as sure as that makes."""
    mfa, consent = _mfa_sources(facts), _consent_sources(facts)
    policy = "policy_interactive" if _in_person(facts["mfa"]) else "policy_ropc"
    ropc = _loose(facts["ropc"], mfa, consent)
    return {
        "mfa_sources": mfa,
        "consent_sources": consent,
        "mfa": _said_twice(facts["mfa"], mfa, _policy(facts)),
        policy: _surer(facts[policy], mfa),
        "consent": _said_twice(facts["consent"], consent, facts["consent_kind"]),
        "consent_kind": _surer(facts["consent_kind"], consent),
        "ropc": _open_way(ropc, facts),
    }


def doubted(value: FactValue) -> bool:
    """Return whether two sources are known to disagree."""
    return isinstance(value, Known) and value.value == "disagree"


def interactive(facts: Facts) -> bool:
    """Return whether the sign-in that a case is about is a person's in a browser."""
    return _word(facts["kind"]) == "person" and _word(facts["expected"]) != "ropc"


def _in_person(value: FactValue) -> bool:
    """Return whether a person's own sign-in says this, and no password's."""
    return isinstance(value, Known) and value.source == Question.INTERACTIVE.value


def _consent_sources(facts: Facts) -> FactValue:
    if _word(facts["interactive_consent"]) == "given now":
        return Unknown("consent was given after the directory was read")
    return _compared(facts["consent"], facts["consent_kind"], _CONSENT)


def _policy(facts: Facts) -> FactValue:
    """Return what rules make of the sign-in that is the case's own: a person's is interactive."""
    return facts["policy_interactive"] if interactive(facts) else facts["policy_ropc"]


def _mfa_sources(facts: Facts) -> FactValue:
    seen, policy, outcome = facts["mfa"], facts["policy_ropc"], _word(facts["sign_in"])
    if _in_person(seen):
        return _compared(seen, facts["policy_interactive"], _MFA_IN_PERSON)
    if outcome in _ELSEWHERE:
        return Unknown(_ELSEWHERE[outcome])
    if outcome == _BY_DEFAULTS:  # they demand MFA, and answer like a block
        return _compared(seen, policy, {"blocked": {"mfa", "blocked", "unmet"}})
    if isinstance(policy, Unknown):
        return _as_far_as_read(facts)
    if outcome == _OF_DEVICE and policy.value == "mfa":  # of rules that demand both one is answered
        return Unknown("which of several demands is answered first is not known")
    return _compared(seen, policy, _MFA)


def _as_far_as_read(facts: Facts) -> FactValue:
    """Return whether both fit, where the directory leaves open what it makes of the sign-in: often risk."""
    seen = _word(facts["mfa"])
    if seen == "not_required" and _word(facts["policy_without_risk"]) == "allowed":
        return _compared(facts["mfa"], facts["policy_without_risk"], _MFA)
    if seen in _SECOND_FACTOR and _word(facts["policy_mfa"]) == "no":
        return _compared(facts["mfa"], facts["policy_mfa"], {})
    return Unknown("only one of them knows")


def _compared(seen: FactValue, read: FactValue, alike: Mapping[str, set[str]]) -> FactValue:
    if isinstance(seen, Unknown) or isinstance(read, Unknown):
        return Unknown("only one of them knows")
    source = f"{seen.source}, {read.source}"
    if read.value in alike.get(seen.value, ()):
        return Known("agree", Confidence.CERTAIN, source)
    return Known("disagree", Confidence.UNSURE, source)


def _surer(value: FactValue, sources: FactValue) -> FactValue:
    if isinstance(value, Unknown) or isinstance(sources, Unknown):
        return value
    return value._replace(confidence=sources.confidence)


def _said_twice(value: FactValue, sources: FactValue, read: FactValue) -> FactValue:
    return _added(_surer(value, sources), read)


def _loose(value: FactValue, *sources: FactValue) -> FactValue:
    """Return a value as unsure where any sources disagree: the grant hangs on all they speak of."""
    if isinstance(value, Known) and any(doubted(one) for one in sources):
        return value._replace(confidence=Confidence.UNSURE)
    return value


def _added(value: FactValue, read: FactValue) -> FactValue:
    """Return why a value is unknown, and why the directory does not know it either, if it was asked."""
    if isinstance(value, Known) or isinstance(read, Known) or read.why == NOT_READ:
        return value
    if read.why.startswith(value.why):
        return read
    if value.why.startswith(Why.NOT_ASKED.value):
        return Unknown(f"no sign-in; directory: {read.why}")
    return Unknown(f"{value.why}; directory: {read.why}")


def _open_way(ropc: FactValue, facts: Facts) -> FactValue:
    """Return the password grant, and that nothing read bars it: that is no proof of a password."""
    free = _word(facts["policy_ropc"]) == "allowed" and _word(facts["consent_kind"]) in {"user", "all"}
    if free and isinstance(ropc, Unknown):
        return _added(ropc, Unknown("nothing that was read stands in the way"))
    return _added(ropc, facts["policy_ropc"])


def _word(value: FactValue) -> str:
    return value.value if isinstance(value, Known) else ""
