"""Discovery: everything that is asked without a password, once for each thing that is asked about."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from typing import TypeAlias

from auditor.clouds import Clouds
from auditor.model import Case, Evidence, EvidenceSink, Observed, Progress, Question, Subject
from auditor.model import evidence as about
from auditor.probes.environment import ask_environment
from auditor.probes.interface import Outlook
from auditor.probes.realm import realms
from auditor.probes.tenant import ask_tenant, is_guid
from auditor.run.workers import each

_Question: TypeAlias = tuple[str, Callable[[], Evidence]]
"""A question, and the sign-in host that it is asked of ("" for an environment)."""


@dataclass(slots=True)
class Discovered:
    """Discovery evidence by subject and the sign-in host that was asked ("" where any would answer).

    Of realms it keeps what decides about a password, once for all accounts with the same answer.
    """

    by_subject: dict[tuple[Subject, str], Evidence] = field(default_factory=dict)
    _realms: dict[tuple[str, str], Evidence] = field(default_factory=dict)
    _alike: dict[object, Evidence] = field(default_factory=dict)

    def keep(self, login: str, evidence: Evidence) -> None:
        """Take notice of what was seen, or of why nobody could look."""
        if evidence.question is Question.REALM:
            self._realms[(evidence.subject.key, login)] = self._shared(evidence)
        else:
            self.by_subject[(evidence.subject, login)] = evidence

    def knows(self, subject: Subject, login: str) -> bool:
        """Return whether the question need not be asked (again)."""
        return (subject, login) in self.by_subject or (
            subject.kind == "account" and (subject.key, login) in self._realms
        )

    def of(self, case: Case, login: str) -> tuple[Evidence, ...]:
        """Return a case's discovery evidence."""
        keys = [(subject, login) for subject in tenants_of(case)]
        keys.append((about.environment(case.environment), ""))
        found = [self.by_subject[key] for key in keys if key in self.by_subject]
        realm = self._realms.get((case.account_id, login))
        return (*found, replace(realm, subject=about.account(case.account))) if realm else tuple(found)

    def realm(self, case: Case, login: str) -> Observed | None:
        """Return the account's realm evidence, if it was asked for; its subject is nobody."""
        found = self._realms.get((case.account_id, login))
        return found if isinstance(found, Observed) else None

    def tenant(self, case: Case, login: str) -> Observed | None:
        """Return the evidence of the account's own tenant, if it was asked for."""
        found = self.by_subject.get((about.tenant(case.domain), login))
        return found if isinstance(found, Observed) else None

    def _shared(self, evidence: Evidence) -> Evidence:
        """Return one object for all that say the same: a hundred thousand realms are a few kinds."""
        if not isinstance(evidence, Observed):
            return evidence
        answer = replace(evidence.answer, correlation_id="", trace_id="")
        said = (answer, tuple(sorted(evidence.details.items())))
        return self._alike.setdefault(said, replace(evidence, subject=_ANYBODY, answer=answer))


_ANYBODY = about.account("")


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
    known: Discovered | None = None,
) -> Discovered:
    """Ask for every environment, tenant and realm once that is not known, and return everything known."""
    found = known or Discovered()

    def keep(login: str, evidence: Evidence) -> None:
        sink.record(evidence)
        found.keep(login, evidence)
        progress.step(str(evidence.subject.key))

    few, accounts = _few(cases, clouds, outlook, found), _accounts(cases, clouds, found)
    asker = realms(outlook)
    questions: Iterator[_Question] = chain(
        few, ((login, partial(asker.ask, upn, login)) for upn, login in accounts)
    )
    progress.stage("Discovery", len(few) + len(accounts))
    each(lambda ask: keep(ask[0], ask[1]()), questions, threads, outlook.door.hurry)
    return found


def _few(cases: Iterable[Case], clouds: Clouds, outlook: Outlook, known: Discovered) -> list[_Question]:
    """Return the questions about environments and tenants that are not known, each with its sign-in host."""
    hosts = dict.fromkeys(case.environment for case in cases)
    domains = dict.fromkeys((t.key, login_of(clouds, case)) for case in cases for t in tenants_of(case))
    return [
        *(
            ("", partial(ask_environment, outlook, host))
            for host in hosts
            if not known.knows(about.environment(host), "")
        ),
        *(
            (login, partial(ask_tenant, outlook, domain, login))
            for domain, login in domains
            if not known.knows(about.tenant(domain), login)
        ),
    ]


def _accounts(cases: Iterable[Case], clouds: Clouds, known: Discovered) -> list[tuple[str, str]]:
    """Return the accounts whose realm is not known, each with the sign-in host to ask."""
    accounts = {(case.account_id, login_of(clouds, case)): case.account for case in cases}
    return [
        (upn, login) for (_, login), upn in accounts.items() if not known.knows(about.account(upn), login)
    ]
