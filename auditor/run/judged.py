"""Judging: the run file read through today's rules, as an audit that can be read as often as one likes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from auditor.journal import Journal
from auditor.model import (
    Axis,
    Case,
    CaseResult,
    Contract,
    Evidence,
    InvalidRow,
    NotObserved,
    Observed,
    Question,
    RunInfo,
    Severity,
    Subject,
    Summary,
    Why,
)
from auditor.model import evidence as about
from auditor.rulebook.book import Rulebook
from auditor.rulebook.facts import Estate, build_estate
from auditor.rulebook.judge import judge as judge_case
from auditor.run.discovery import login_of, tenants_of
from auditor.run.resumption import lost_answer
from auditor.run.shards import not_compared


@dataclass(frozen=True, slots=True)
class JournalAudit:
    """An audit out of a run file: nothing of it is in memory but the numbers."""

    journal: Journal
    rulebook: Rulebook
    estate: Estate
    run: RunInfo
    summary: Summary

    def results(self) -> Iterator[CaseResult]:
        """Yield the results in inventory order, judged as they are asked for."""
        return _results(self.journal, self.rulebook, self.estate, self.run)

    def invalid(self) -> Iterator[InvalidRow]:
        """Yield the rows that could not be audited."""
        return self.journal.invalid()

    def close(self) -> None:
        """Close the run file; nothing can be read any more."""
        self.journal.close()


def judge(journal: Journal, rulebook: Rulebook) -> JournalAudit:
    """Return the audit of a run file under these rules."""
    journal.forget_shared()
    header = journal.header
    run = header.run
    estate = build_estate(journal.cases(), journal.same_passwords, not_compared(header.settings))
    if run.ended is None:  # the process did not live to write it
        run = replace(run, interrupted=True)
    summary = summarise(_results(journal, rulebook, estate, run), sum(1 for _ in journal.invalid()))
    return JournalAudit(journal, rulebook, estate, run, summary)


def _results(journal: Journal, rulebook: Rulebook, estate: Estate, run: RunInfo) -> Iterator[CaseResult]:
    for case in journal.cases():
        evidence = _evidence(journal, rulebook, case, run)
        yield judge_case(rulebook, case, evidence, estate, vantage=run.vantage)


def _evidence(journal: Journal, rulebook: Rulebook, case: Case, run: RunInfo) -> tuple[Evidence, ...]:
    """Return a case's evidence: its tenants', its environment's, its account's and its own.

    Tenants and realms may have been asked about at several clouds' sign-in hosts; only what its own
    cloud said concerns a case.
    """
    login = login_of(rulebook.clouds, case)
    subjects = [
        *tenants_of(case),
        about.environment(case.environment),
        about.account(case.account),
        about.case(case.key),
    ]
    found = [item for subject in subjects for item in journal.about(subject) if _concerns(item, login)]
    found += [item for subject in _applications(case, found) for item in journal.about(subject)]
    if not any(item.question is Question.PASSWORD for item in found):
        found.append(_left_open(journal, case, run))
    return tuple(found)


def _applications(case: Case, found: Sequence[Evidence]) -> list[Subject]:
    """Return the application as the account's own tenant knows it; [] where the tenant is not known."""
    own = about.tenant(case.domain)
    tenants = (item.details.get("tenant_id") for item in found if _answers(item, own))
    return [about.application(str(t), case.app.client_id, case.environment) for t in tenants if t]


def _answers(item: Evidence, subject: Subject) -> TypeGuard[Observed]:
    return isinstance(item, Observed) and item.subject == subject


def _left_open(journal: Journal, case: Case, run: RunInfo) -> Evidence:
    """Return what is known of a submission that a broken run left open: sent, or never reached."""
    subject = about.case(case.key)
    intended = journal.intended(str(case.key))
    if intended is None:
        return NotObserved(subject, Question.PASSWORD, run.started, Why.INTERRUPTED, "", run.vantage)
    return lost_answer(case, intended, run.vantage)


def _concerns(item: Evidence, login: str) -> bool:
    if item.question not in {Question.TENANT, Question.REALM} or not isinstance(item, Observed):
        return True
    return item.source in {login, ""}


def _is_unasked(item: Evidence) -> TypeGuard[NotObserved]:
    return isinstance(item, NotObserved) and item.question is Question.PASSWORD


def _is_unreached(result: CaseResult) -> bool:
    """Return whether every question of a case ended without any reply from the network."""
    seen = [item for item in result.evidence if isinstance(item, Observed)]
    return bool(seen) and all(
        item.answer.http_status is None and item.answer.failure is not None for item in seen
    )


def summarise(results: Iterator[CaseResult], invalid: int) -> Summary:
    """Return the numbers of an audit, reading the results once."""
    verdicts: dict[Axis, Counter[str]] = {axis: Counter() for axis in Axis}
    worst: Counter[str] = Counter()
    findings: Counter[Severity] = Counter()
    contracts: Counter[Contract] = Counter()
    unasked: Counter[Why] = Counter()
    accounts: set[str] = set()
    cases = skipped = unreached = 0
    for result in results:
        cases += 1
        accounts.add(result.case.account_id)
        if result.not_audited:
            skipped += 1
            continue
        for axis, verdict in result.verdicts.items():
            verdicts[axis][verdict.value] += 1
        findings.update(finding.severity for finding in result.findings)
        worst[result.findings[0].severity if result.findings else "none"] += 1
        contracts[result.contract] += 1
        unasked.update(item.why for item in result.evidence if _is_unasked(item))
        unreached += _is_unreached(result)
    return Summary(
        cases=cases,
        accounts=len(accounts),
        skipped=skipped,
        invalid=invalid,
        verdicts=verdicts,
        worst=worst,
        findings=findings,
        contracts=contracts,
        unanswered=contracts[Contract.UNANSWERED],
        undecided=verdicts[Axis.PATH]["could not tell"],
        unasked=unasked,
        unreached=unreached,
    )
