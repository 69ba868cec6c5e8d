"""One policy's verdict out of the rulings on its conditions, and what several verdicts come to."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from auditor.directory import demands
from auditor.directory.logic import all_of, any_of, negated
from auditor.directory.policies import Policy, State
from auditor.directory.rulings import Answer, Effects, Exemption, Ruling, Verdict
from auditor.directory.signins import SignIn
from auditor.model import Truth

_OPEN_DEMAND = "not known whether what it demands has been met before"
_ENFORCED = {State.ENABLED: Truth.HOLDS, State.UNKNOWN: Truth.UNANSWERED}


def verdict(policy: Policy, ruled: list[Ruling], sign_in: SignIn) -> Verdict:
    """Return what a policy means for a sign-in, given the rulings on its conditions."""
    scope = all_of(ruling.truth for ruling in ruled)
    applies = all_of((scope, _ENFORCED.get(policy.state, Truth.FAILS)))
    effects = _effects(policy, applies, sign_in)
    return Verdict(
        policy=policy,
        applies=applies,
        scope=scope,
        but_for_exclusions=all_of(ruling.taken for ruling in ruled),
        exclusions=tuple(exclusion for ruling in ruled for exclusion in ruling.exclusions),
        password=demands.met_by_password(policy.demand, sign_in),
        effects=effects,
        why=tuple(_why(policy, scope, ruled)),
    )


def _effects(policy: Policy, applies: Truth, sign_in: SignIn) -> Effects:
    blocks = demands.blocks(policy.demand)
    met = demands.met_by_password(policy.demand, sign_in)
    return Effects(
        all_of((applies, blocks)),
        all_of((applies, demands.mfa(policy.demand, sign_in))),
        all_of((applies, negated(met))),
    )


def _why(policy: Policy, scope: Truth, ruled: list[Ruling]) -> Iterator[str]:
    """Yield why a policy does not apply, or why that is not known: one failing condition is enough."""
    if policy.state is State.UNKNOWN:
        yield "has a state that we do not know"
    elif policy.state is not State.ENABLED:
        yield f"is {policy.state}"
    if not policy.demand.told:
        yield "demands something that was not exported (grantControls)"
    if scope is not Truth.HOLDS:
        yield from (ruling.why for ruling in ruled if ruling.truth is scope)


def summed(verdicts: Iterable[Verdict], effect: str, gaps: tuple[str, ...]) -> Answer:
    """Return whether any policy has an effect, and which; policies that were not read may have it too."""
    by: list[str] = []
    perhaps: list[str] = []
    why = list(gaps)
    for found in verdicts:
        truth = getattr(found.effects, effect)
        if truth is Truth.HOLDS:
            by.append(found.policy.name)
        elif truth is Truth.UNANSWERED:
            perhaps.append(found.policy.name)
            why.append(f"{found.policy.name}: {' and '.join(found.why) or _OPEN_DEMAND}")
    unsure = Truth.UNANSWERED if perhaps or gaps else Truth.FAILS
    return Answer(Truth.HOLDS if by else unsure, tuple(by), tuple(perhaps), tuple(why))


def either(*answers: Answer) -> Answer:
    """Return whether any of these holds, with all that they name."""
    telling = [answer for answer in answers if answer.truth is not Truth.FAILS]
    if len(telling) < 2:  # noqa: PLR2004 - one alone is the sum, none is any that fails
        return telling[0] if telling else answers[0]
    return Answer(
        any_of(answer.truth for answer in telling),
        tuple(name for answer in telling for name in answer.by),
        tuple(name for answer in telling for name in answer.perhaps),
        tuple(text for answer in telling for text in answer.why),
    )


def opposite(answer: Answer) -> Answer:
    """Return the answer to the opposite question, with the same names."""
    return replace(answer, truth=negated(answer.truth))


def exemptions(verdicts: Iterable[Verdict]) -> tuple[Exemption, ...]:
    """Return the enforced policies that no password meets and that exclusions alone keep away."""
    return tuple(
        Exemption(found.policy.name, found.policy.id, found.exclusions)
        for found in verdicts
        if found.exclusions
        and found.scope is Truth.FAILS
        and found.but_for_exclusions is Truth.HOLDS
        and found.policy.state is State.ENABLED
        and found.password is Truth.FAILS
    )
