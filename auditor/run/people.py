"""The part of a run in which people sign in themselves: last, for whatever needs nobody is done by then."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from auditor.directory.sign_in import Way
from auditor.journal import Journal
from auditor.model import Case, Evidence, Observed, Refusal
from auditor.model import evidence as about
from auditor.probes.interactive import InteractiveProbe
from auditor.probes.interface import Outlook
from auditor.rulebook.answers import interpret
from auditor.run.interactive import Invited, Reception, not_signed_in, unasked_slots
from auditor.run.interface import Settings, Tools
from auditor.run.scope import AgreedScope

__all__ = ["People", "receive", "rest_of"]


@dataclass(frozen=True, slots=True)
class People:
    """Whom to ask to sign in, and why each other person is not asked."""

    plans: Sequence[Invited]
    refused: Sequence[tuple[Case, Refusal]]


def receive(
    people: People,
    scope: AgreedScope,
    before: Mapping[str, Observed],
    outlook: Outlook,
    journal: Journal,
    settings: Settings,
    tools: Tools,
) -> None:
    """Let people sign in of whom there is no answer from `before` a break of the run."""
    if settings.interactive.way is None:
        return
    reception = Reception(
        outlook=outlook,
        probe=InteractiveProbe(outlook),
        interpret=partial(interpret, tools.rulebook),
        usher=tools.usher,
        sink=journal,
        progress=tools.progress,
        seconds=settings.interactive.seconds,
        threads=settings.concurrency,
        sleep=tools.sleep,
    )
    outside = [(plan.case, refusal) for plan in people.plans if (refusal := scope.refuses(plan)) is not None]
    reception.refuse([*_unseen(people.refused, before), *_unseen(outside, before)])
    gone = {case.key for case, _ in outside}
    left = [p for p in people.plans if p.case.key not in gone and str(p.case.key) not in before]
    for name in _nobody(people, settings):
        tools.progress.say(f"to be asked to sign in: {name}, but the inventory has no such account")
    tools.progress.stage("People", len(left))
    (reception.by_browser if settings.interactive.way is Way.BROWSER else reception.by_code)(left)


def rest_of(
    cases: Iterable[Case], journal: Journal, settings: Settings, outlook: Outlook
) -> Iterator[Evidence]:
    """Yield the slots of people that a run which ended early left open."""
    for case in unasked_slots(cases, settings):
        there = {item.question for item in journal.about(about.case(case.key))}
        for evidence in not_signed_in(outlook, case):
            if evidence.question not in there:
                yield evidence


def _nobody(people: People, settings: Settings) -> list[str]:
    """Return who was named and is not in the inventory; in a shard that may be as it should."""
    known = {plan.case.account_id for plan in people.plans} | {case.account_id for case, _ in people.refused}
    return [] if settings.shard else sorted(settings.interactive.only - known)


def _unseen(
    refused: Iterable[tuple[Case, Refusal]], before: Mapping[str, Observed]
) -> Iterator[tuple[Case, Refusal]]:
    return ((case, why) for case, why in refused if str(case.key) not in before)
