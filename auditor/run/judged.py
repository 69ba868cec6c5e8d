"""Judging: the run file read through today's rules, as an audit that can be read as often as one likes."""

import collections
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeGuard

from auditor.journal import Journal
from auditor.model import (
    Case,
    CaseResult,
    Evidence,
    Expected,
    InvalidRow,
    NotObserved,
    Observed,
    Question,
    RunInfo,
    Subject,
    Summary,
    Why,
)
from auditor.model import evidence as about
from auditor.rulebook.book import Rulebook
from auditor.rulebook.facts import Estate, build_estate
from auditor.rulebook.judge import Judge
from auditor.run.discovery import login_of, tenants_of
from auditor.run.resumption import lost_answer
from auditor.run.shards import not_compared
from auditor.run.summary import Count


class JournalAudit:
    """An audit out of a run file: nothing of it is in memory but the numbers.

    Whoever reads the results to their end has counted them: the summary costs a reading of its own only
    where nobody did before.
    """

    def __init__(self, journal: Journal, rulebook: Rulebook, estate: Estate, run: RunInfo) -> None:
        self.run = run
        self.journal = journal
        self._rulebook, self._estate = rulebook, estate
        self._summary: Summary | None = None

    @property
    def summary(self) -> Summary:
        """Return the numbers."""
        if self._summary is None:
            collections.deque(self.results(), maxlen=0)
        assert self._summary is not None, "a reading to the end leaves it"
        return self._summary

    def results(self) -> Iterator[CaseResult]:
        """Yield the results in inventory order, judged as they are asked for."""
        count, judged = Count(), Judge(self._rulebook, self._estate, self.run.vantage)
        for case in self.journal.cases():
            result = judged.result(case, _evidence(self.journal, self._rulebook, case, self.run))
            count.add(result)
            yield result
        self._summary = count.summary(sum(1 for _ in self.journal.invalid()))

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
    return JournalAudit(journal, rulebook, estate, run)


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
        found += _left_open(journal, case, run)
    return tuple(found)


def _applications(case: Case, found: Sequence[Evidence]) -> list[Subject]:
    """Return the application as the account's own tenant knows it; [] where the tenant is not known."""
    own = about.tenant(case.domain)
    tenants = (item.details.get("tenant_id") for item in found if _answers(item, own))
    return [about.application(str(t), case.app.client_id, case.environment) for t in tenants if t]


def _answers(item: Evidence, subject: Subject) -> TypeGuard[Observed]:
    return isinstance(item, Observed) and item.subject == subject


def _left_open(journal: Journal, case: Case, run: RunInfo) -> list[Evidence]:
    """Return what is known of a sign-in that a broken run left open: sent, or never reached."""
    subject = about.case(case.key)
    intended = journal.intended(str(case.key))
    if intended is not None:
        return [lost_answer(case, intended, run.vantage)]
    own = [Question.APP_SIGN_IN] if case.expected is Expected.APPLICATION else []
    return [
        NotObserved(subject, question, run.started, Why.INTERRUPTED, "", run.vantage)
        for question in (*own, Question.PASSWORD)
    ]


def _concerns(item: Evidence, login: str) -> bool:
    if item.question not in {Question.TENANT, Question.REALM} or not isinstance(item, Observed):
        return True
    return item.source in {login, ""}
