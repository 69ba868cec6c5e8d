"""What a run would do, from the inventory alone: no secret is resolved, nothing is asked of the network."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from auditor.clouds import Clouds
from auditor.model import Case, Expected, Inventory, Refusal
from auditor.run.app_users import application_wanted
from auditor.run.discovery import login_of, tenants_of
from auditor.run.interactive import is_asked_about, person_wanted
from auditor.run.interface import Settings
from auditor.run.scope import wanted

_REQUESTS_A_QUESTION = 0.25
"""Seconds that one question takes at ordinary latency: an estimate, and printed as one."""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run would do, from the inventory alone; `seconds` is an estimate.

    `submissions` are passwords to send, `applications` cases whose application signs in for itself,
    `people` those whose person is asked to sign in.
    """

    cases: int
    accounts: int
    skipped: tuple[tuple[Case, Refusal], ...]
    submissions: tuple[Case, ...]
    applications: tuple[Case, ...]
    people: tuple[Case, ...]
    hosts: tuple[str, ...]
    domains: tuple[str, ...]
    seconds: float


def plan_run(inventory: Inventory, settings: Settings, clouds: Clouds) -> RunPlan:
    """Return what a run over an inventory would do."""
    audited = [case for case in inventory.cases if not case.skip]
    judged = [(case, sign_in_refused(case, settings)) for case in inventory.cases]
    signing_in = [case for case, refusal in judged if refusal is None]
    submissions = tuple(case for case in signing_in if case.expected is not Expected.APPLICATION)
    hosts = dict.fromkeys(
        [*(login_of(clouds, case) for case in audited), *(case.environment for case in audited)]
    )
    domains = dict.fromkeys(subject.key for case in audited for subject in tenants_of(case))
    return RunPlan(
        cases=len(inventory.cases),
        accounts=len({case.account_id for case in inventory.cases}),
        skipped=tuple((case, refusal) for case, refusal in judged if refusal is not None),
        submissions=submissions,
        applications=tuple(case for case in signing_in if case.expected is Expected.APPLICATION),
        people=tuple(case for case in inventory.cases if asked_in_person(case, settings)),
        hosts=tuple(hosts),
        domains=tuple(domains),
        seconds=_seconds(audited, submissions, settings),
    )


def sign_in_refused(case: Case, settings: Settings) -> Refusal | None:
    """Return why a case's own sign-in is not made, by an account or an application."""
    own = application_wanted if case.expected is Expected.APPLICATION else wanted
    return own(case, settings)


def signs_in(case: Case, settings: Settings) -> bool:
    """Return whether anybody would sign in for a case: its account, its application, or the person."""
    return sign_in_refused(case, settings) is None or asked_in_person(case, settings)


def asked_in_person(case: Case, settings: Settings) -> bool:
    """Return whether a person would be asked to sign in."""
    return is_asked_about(case, settings) and person_wanted(case, settings) is None


def _seconds(audited: Sequence[Case], submissions: Sequence[Case], settings: Settings) -> float:
    """Return how long a run takes: pacing holds a tenant's sign-ins apart, latency everything else."""
    questions = len({case.environment for case in audited}) + len({case.account_id for case in audited})
    by_domain = Counter(case.domain for case in submissions)
    slowest = max(by_domain.values(), default=0)
    paced = slowest / settings.rate if settings.rate else 0.0
    asked = (questions + 3 * len(submissions)) * _REQUESTS_A_QUESTION / settings.concurrency
    return max(paced, asked)
