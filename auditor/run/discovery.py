"""Discovery: everything that is asked without a password, once for each thing that is asked about."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.clouds import Clouds
from auditor.model import Case, Evidence, EvidenceSink, Observed, Progress, Subject
from auditor.model import evidence as about
from auditor.probes.environment import ask_environment
from auditor.probes.interface import Outlook
from auditor.probes.realm import realms
from auditor.probes.tenant import ask_tenant, is_guid
from auditor.run.workers import each


@dataclass(slots=True)
class Discovered:
    """Discovery evidence by subject and the sign-in host that was asked ("" where any would answer)."""

    by_subject: dict[tuple[Subject, str], Evidence] = field(default_factory=dict)

    def of(self, case: Case, login: str) -> tuple[Evidence, ...]:
        """Return a case's discovery evidence."""
        keys = [(subject, login) for subject in tenants_of(case)]
        keys += [(about.environment(case.environment), ""), (about.account(case.account), login)]
        return tuple(self.by_subject[key] for key in keys if key in self.by_subject)

    def realm(self, case: Case, login: str) -> Observed | None:
        """Return the account's realm evidence, if it was asked for."""
        return self._observed(about.account(case.account), login)

    def tenant(self, case: Case, login: str) -> Observed | None:
        """Return the evidence of the account's own tenant, if it was asked for."""
        return self._observed(about.tenant(case.domain), login)

    def _observed(self, subject: Subject, login: str) -> Observed | None:
        found = self.by_subject.get((subject, login))
        return found if isinstance(found, Observed) else None


def login_of(clouds: Clouds, case: Case) -> str:
    """Return the sign-in host of the cloud that a case's environment is in."""
    cloud = clouds.of_environment(case.environment)
    assert cloud is not None, "the inventory admits only Dataverse hosts of known clouds"
    return cloud.login


def tenants_of(case: Case) -> list[Subject]:
    """Return the tenants to look up for a case: the UPN's domain, and the inventory's word if a domain."""
    named = [case.domain]
    if case.tenant and not is_guid(case.tenant) and case.tenant != case.domain:
        named.append(case.tenant)
    return [about.tenant(name) for name in named]


def discover(
    cases: Sequence[Case],
    clouds: Clouds,
    outlook: Outlook,
    sink: EvidenceSink,
    progress: Progress,
    threads: int,
) -> Discovered:
    """Ask for every environment, tenant and realm once, and return what came back."""
    found = Discovered()

    def keep(login: str, evidence: Evidence) -> None:
        sink.record(evidence)
        found.by_subject[(evidence.subject, login)] = evidence
        progress.step(str(evidence.subject.key))

    questions = _questions(cases, clouds, outlook, keep)
    progress.stage("Discovery", len(questions))
    each(lambda ask: ask(), questions, threads, outlook.door.hurry)
    return found


def _questions(
    cases: Iterable[Case], clouds: Clouds, outlook: Outlook, keep: Callable[[str, Evidence], None]
) -> list[Callable[[], None]]:
    """Return the questions: each environment, each tenant, each account's realm."""
    asker = realms(outlook)
    hosts = dict.fromkeys(case.environment for case in cases)
    domains = dict.fromkeys((t.key, login_of(clouds, case)) for case in cases for t in tenants_of(case))
    accounts = {(case.account_id, login_of(clouds, case)): case.account for case in cases}
    return [
        *(_later(lambda host: keep("", ask_environment(outlook, host)), host) for host in hosts),
        *(_later(lambda d: keep(d[1], ask_tenant(outlook, d[0], d[1])), pair) for pair in domains),
        *(_later(lambda a: keep(a[1], asker.ask(a[0], a[1])), (upn, k[1])) for k, upn in accounts.items()),
    ]


def _later(ask: Callable[[Any], None], item: Any) -> Callable[[], None]:
    return lambda: ask(item)
