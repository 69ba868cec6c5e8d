"""Collecting: discovery, the scope, then the sign-in sessions - everything into the run file."""

import contextlib
import functools
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from auditor.errors import NothingToAudit, SecretError
from auditor.gate import Breaker, Gate
from auditor.journal import Header, Journal
from auditor.model import Ask, Case, CaseKey, Evidence, Inventory, Question, Refusal, RunInfo, Why
from auditor.network import Door, Pace
from auditor.probes.interface import Outlook
from auditor.probes.password import PasswordProbe
from auditor.rulebook.answers import interpret
from auditor.run.applications import refused_beforehand, without
from auditor.run.discovery import discover
from auditor.run.interface import Settings, Tools
from auditor.run.scope import AgreedScope, Plan, agree, someone_agrees, unmatched
from auditor.run.sessions import SignIns, by_account, not_asked
from auditor.run.shards import noted
from auditor.run.submissions import submissions
from auditor.run.workers import each
from auditor.secrets import Alike, Resolver, Secret


def collect(inventory: Inventory, run: RunInfo, path: Path, settings: Settings, tools: Tools) -> Journal:
    """Ask everything there is to ask and return the run file, open.

    On Ctrl-C the run file says of every case that was not reached that it was interrupted, and the
    journal is returned as usual. Raises ScopeError, JournalError; the run file stays in any case.
    """
    someone_agrees(inventory.cases, settings, tools.ask)
    if settings.shard is None and all(case.skip for case in inventory.cases):  # a shard may be empty
        raise NothingToAudit("no row of the inventory can be audited", "all are skipped or have errors")
    door = Door(settings.door)
    journal = Journal.create(path, Header(run, kept(settings)), inventory.cases, inventory.invalid)
    outlook = Outlook(door, settings.vantage, tools.now)
    try:
        run = _ask(journal, run, outlook, settings, tools, inventory)
        journal.update(Header(replace(run, ended=tools.now()), kept(settings)))
    except BaseException:  # whatever ends the run: the file is closed whole, and the error goes on
        journal.close()
        raise
    finally:
        door.close()
    return journal


def _ask(
    journal: Journal,
    run: RunInfo,
    outlook: Outlook,
    settings: Settings,
    tools: Tools,
    inventory: Inventory,
) -> RunInfo:
    reached = _Reached(journal)
    cases = [case for case in inventory.cases if not case.skip]
    gate = _gate(journal, settings, outlook)
    try:
        found = discover(cases, tools.clouds, outlook, journal, tools.progress, settings.concurrency)
        plans, refused = submissions(inventory.cases, found, settings, tools.rulebook)
        for name in unmatched(plans, settings.scope):
            tools.progress.say(f"agreed to {name}, but no account of the inventory would sign in there")
        scope = agree(plans, settings.scope, tools.ask)
        run = replace(run, scope_tenants=_named(scope, plans), scope_hosts=tuple(sorted(scope.hosts)))
        journal.update(Header(run, kept(settings)))
        inside = [plan for plan in plans if scope.refuses(plan) is None]
        early = refused_beforehand(
            inside, tools.rulebook, outlook, journal, tools.progress, settings.concurrency
        )
        plans, refused = without(plans, early), [*refused, *early]
        resolver = Resolver(tools.base, _typed(plans, scope, tools.ask))
        sessions = _sessions(outlook, gate, scope, settings, tools, reached, resolver)
        for case, refusal in refused:
            sessions.not_asked(case, refusal)
        groups = by_account(plans)
        tools.progress.stage("Sign-in", len(plans))
        each(sessions.account, groups, settings.concurrency, gate.interrupt)
    except KeyboardInterrupt:
        run = replace(run, interrupted=True)
    reached.rest(inventory.cases, outlook)
    journal.compared(reached.alike.accounts())
    return replace(run, stopped=gate.stops)


def kept(settings: Settings) -> dict[str, str]:
    """Return the configuration that a run file keeps: what shaped the run, and no address of a proxy."""
    return {
        "concurrency": str(settings.concurrency),
        "rate": "off" if settings.rate is None else f"{settings.rate:g}",
        "table": settings.table.name if settings.table else "none",
        "passwords": str(settings.passwords),
        "people": str(settings.people),
        "breaker": f"{settings.breaker}",
        "agreed beforehand": "everything"
        if settings.scope.everything
        else ", ".join(sorted(settings.scope.tenants | settings.scope.hosts)),
        "proxy": "given" if settings.door.proxy else "environment's",
        "certificates": "given" if settings.door.ca_bundle else "operating system's",
    } | noted(settings.shard)


class _Reached:
    """Records evidence and remembers which cases have a password slot, so that none stays without."""

    def __init__(self, journal: Journal) -> None:
        self.alike = Alike()
        self._journal = journal
        self._subjects: set[str] = set()

    def record(self, evidence: Evidence) -> None:
        self._journal.record(evidence)
        if evidence.question is Question.PASSWORD:
            self._subjects.add(evidence.subject.key)

    def rest(self, cases: Sequence[Case], outlook: Outlook) -> None:
        """Say of every case that was not reached that it was interrupted."""
        for case in cases:
            if str(case.key) not in self._subjects:
                for evidence in not_asked(outlook, case, Refusal(Why.INTERRUPTED, "")):
                    self._journal.record(evidence)


def _gate(journal: Journal, settings: Settings, outlook: Outlook) -> Gate:
    ending = threading.Event()
    pace = Pace(settings.rate, sleep=ending.wait)

    def intend(key: CaseKey) -> None:
        journal.intend(key.account, str(key), outlook.now())

    return Gate(Breaker(settings.breaker), intend, pace.wait, pace.pause, ending)


def _sessions(
    outlook: Outlook,
    gate: Gate,
    scope: AgreedScope,
    settings: Settings,
    tools: Tools,
    reached: _Reached,
    resolver: Resolver,
) -> SignIns:
    return SignIns(
        outlook=outlook,
        probe=PasswordProbe(outlook),
        gate=gate,
        interpret=functools.partial(interpret, tools.rulebook),
        resolver=resolver,
        alike=reached.alike,
        scope=scope,
        table=settings.table,
        sink=reached,
        progress=tools.progress,
    )


def _typed(plans: Sequence[Plan], scope: AgreedScope, ask: Ask) -> dict[str, Secret]:
    """Return the passwords of `prompt` credentials, asked for one after another; those refused are absent."""
    typed: dict[str, Secret] = {}
    for plan in plans:
        case = plan.case
        prompted = case.credential is not None and case.credential.scheme == "prompt"
        if prompted and case.account_id not in typed and scope.refuses(plan) is None:
            with contextlib.suppress(SecretError):
                typed[case.account_id] = Secret(ask.password(case.account))
    return typed


def _named(scope: AgreedScope, plans: Sequence[Plan]) -> tuple[str, ...]:
    """Return the agreed tenants, each once: its domains as the inventory has them, and its id."""
    domains: dict[str, set[str]] = {}
    for plan in plans:
        if plan.tenant_id in scope.tenants:
            domains.setdefault(plan.tenant_id, set()).add(plan.domain)
    return tuple(sorted(f"{', '.join(sorted(names))} ({tenant})" for tenant, names in domains.items()))
