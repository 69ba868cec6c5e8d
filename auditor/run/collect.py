"""Collecting: discovery, the scope, then the sign-in sessions - everything into the run file."""

import contextlib
import functools
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from auditor.errors import LedgerError, NothingToAudit, SecretError
from auditor.gate import Breaker, Gate
from auditor.journal import Header, Journal
from auditor.model import Case, CaseKey, Evidence, Inventory, Reading, Refusal, RunInfo, Subject, Why
from auditor.network import Door, Pace
from auditor.probes.client_credentials import ApplicationProbe
from auditor.probes.interface import Outlook
from auditor.probes.password import PasswordProbe
from auditor.rulebook.answers import interpret
from auditor.run.app_users import MOST, AppPlan, AppSignIns, application_plans, by_application
from auditor.run.applications import refused_beforehand, without
from auditor.run.clocks import clocks_off
from auditor.run.directories import Directories
from auditor.run.discovery import Discovered, discover
from auditor.run.interactive import people_plans
from auditor.run.interface import Settings, Tools, kept
from auditor.run.limits import tenant_limits
from auditor.run.passwords import Passwords
from auditor.run.people import People, receive, rest_of
from auditor.run.plan import signs_in
from auditor.run.remembered import Memory, Nothing, Remembered, held_back, named_nowhere
from auditor.run.resumption import Before, lost_answer, same_cases, take_up
from auditor.run.scope import AgreedScope, Destination, Plan, agree, someone_agrees, unmatched
from auditor.run.sessions import SignIns, by_account
from auditor.run.slots import not_asked
from auditor.run.submissions import submissions
from auditor.run.workers import each
from auditor.secrets import Alike, Reference

RESUMED = "resumed"


def collect(
    inventory: Inventory,
    run: RunInfo,
    path: Path,
    settings: Settings,
    tools: Tools,
    how: Mapping[str, object] | None = None,
) -> Journal:
    """Ask everything there is to ask and return the run file, open.

    `how` is what it takes to go on with the run later. On Ctrl-C the run file says of every case that was
    not reached that it was interrupted, and the journal is returned as usual. Raises ScopeError,
    JournalError, LedgerError; the run file stays in any case.
    """
    signing_in = (case.domain for case in inventory.cases if signs_in(case, settings))
    someone_agrees(signing_in, settings, tools.ask)
    if settings.shard is None and all(case.skip for case in inventory.cases):  # a shard may be empty
        raise NothingToAudit("no row of the inventory can be audited", "all are skipped or have errors")
    directories = Directories(settings, tools)
    directories.open()
    door = Door(settings.door)
    header = Header(run, kept(settings))
    with contextlib.closing(door):
        journal = Journal.create(path, header, inventory.cases, inventory.invalid, how)
        return _through(_Collection(journal, header, inventory.cases, settings, tools, door, directories))


def resume(journal: Journal, inventory: Inventory, settings: Settings, tools: Tools) -> Journal:
    """Go on with the run of a journal that was opened for it, and return it; raises as `collect` does.

    Also raises InventoryError when the inventory is not the one that the run began with.
    """
    door = Door(settings.door)
    with contextlib.closing(door):
        before = journal.header
        now = f"{tools.now():%Y-%m-%d %H:%M:%S}Z"
        times = ", ".join(filter(None, (before.settings.get(RESUMED, ""), now)))
        run = replace(before.run, ended=None, interrupted=False, stopped=())
        header = Header(run, {**before.settings, RESUMED: times})
        cases = same_cases(list(journal.cases()), inventory.cases)
        journal.update(header)
        directories = Directories(settings, tools)
        return _through(
            _Collection(journal, header, cases, settings, tools, door, directories, resuming=True)
        )


@dataclass(slots=True)
class _Collection:
    """One run while it goes."""

    journal: Journal
    header: Header
    cases: Sequence[Case]
    settings: Settings
    tools: Tools
    door: Door
    directories: Directories
    resuming: bool = False
    gate: Gate | None = None
    alike: Alike = field(default_factory=Alike)
    seen: Mapping[tuple[Subject, str], Evidence] = field(default_factory=dict)
    found: Discovered = field(default_factory=Discovered)

    @property
    def outlook(self) -> Outlook:
        return Outlook(self.door, self.settings.vantage, self.tools.now)

    @property
    def interpret(self) -> "functools.partial[Reading]":
        return functools.partial(interpret, self.tools.rulebook)

    def notice_clocks(self) -> None:
        """Say whose clock is far off, and keep it with the run."""
        told = clocks_off(self.door)
        for sentence in told:
            self.tools.progress.say(sentence)
        if told:
            settings = {**self.header.settings, "clock": "; ".join(told)}
            self.header = replace(self.header, settings=settings)

    def update(self, **changes: object) -> None:
        """Write down what is known of the run now."""
        run = replace(self.header.run, **changes)  # type: ignore[arg-type]  # keys are field names
        self.header = replace(self.header, run=run)
        self.journal.update(self.header)


def _through(one: _Collection) -> Journal:
    """Ask, and close the run file whole whatever happens."""
    try:
        _ask(one)
        one.update(ended=one.tools.now())
    except BaseException:  # whatever ends the run: the file is closed whole, and the error goes on
        one.journal.close()
        raise
    return one.journal


def _ask(one: _Collection) -> None:
    try:
        memory = _memory(one)
        before = _before(one, memory)
        plans, applications, refused = _plans(one, before)
        people = People(*people_plans(one.cases, one.found, one.settings, one.tools.rulebook))
        scope = _agreed(one, [*plans, *applications, *people.plans])
        one.directories.record(one.cases, one.seen, one.journal)
        early = _applications(one, plans, scope, before)
        plans, refused = without(plans, early), before.unasked([*refused, *early])
        _application_users(one, applications, scope, before)
        one.gate = gate = _gate(one, plans, memory)
        before.restore(gate, one.cases, one.tools.clouds, counting=not one.settings.breaker_anew)
        if one.resuming:
            memory.reconcile(one.journal, {key: made.reading for key, made in before.made.items()})
        _sign_in(one, _left(one, plans, before), refused, scope, gate, memory)
        receive(people, scope, before.people_seen, one.outlook, one.journal, one.settings, one.tools)
    except KeyboardInterrupt:
        one.update(interrupted=True)
    _rest(one)
    one.journal.compared(one.alike.accounts())
    one.update(stopped=one.gate.stops if one.gate else ())


def _before(one: _Collection, memory: Memory) -> Before:
    if not one.resuming:
        return Before()
    memory.recall(one.journal)
    before = take_up(one.journal, one.cases, one.outlook, one.interpret, one.tools.clouds)
    one.directories.known(one.journal)
    return before


def _plans(one: _Collection, before: Before) -> tuple[list[Plan], list[AppPlan], list[tuple[Case, Refusal]]]:
    """Return the sign-ins that follow from inventory and discovery, and why each other case gets none."""
    tools, settings = one.tools, one.settings
    cases = [case for case in one.cases if not case.skip]
    found = discover(
        cases,
        tools.clouds,
        one.outlook,
        one.journal,
        tools.progress,
        settings.concurrency,
        before.discovered,
    )
    one.seen, one.found = found.by_subject, found
    one.notice_clocks()
    plans, refused = submissions(one.cases, found, settings, tools.rulebook)
    applications, others = application_plans(one.cases, found, settings, tools.rulebook)
    for name in unmatched([*plans, *applications], settings.scope):
        tools.progress.say(f"agreed to {name}, but no account of the inventory would sign in there")
    for name in named_nowhere(settings.retry, one.cases, settings.shard):
        tools.progress.say(f"to be tried again: {name}, but the inventory has no such account")
    return plans, applications, [*refused, *others]


def _agreed(one: _Collection, plans: Sequence[Destination]) -> AgreedScope:
    """Return what may be signed in to; a resumed run goes on with what was agreed to, and asks nobody."""
    given, earlier = one.settings.scope, one.journal.how.get("agreed")
    if earlier is None or given.everything or given.tenants or given.hosts:
        scope = agree(plans, given, one.tools.ask)
    else:
        scope = AgreedScope(frozenset(), frozenset())
    if earlier is not None:
        scope = AgreedScope(scope.tenants.union(earlier[0]), scope.hosts.union(earlier[1]))
    one.journal.agreed(sorted(scope.tenants), sorted(scope.hosts))
    one.update(scope_tenants=scope.named(plans), scope_hosts=tuple(sorted(scope.hosts)))
    return scope


def _applications(
    one: _Collection, plans: Sequence[Plan], scope: AgreedScope, before: Before
) -> list[tuple[Case, Refusal]]:
    """Return whose password needs no sending, because application or environment answer for themselves."""
    inside = [plan for plan in plans if scope.refuses(plan) is None]
    tools = one.tools
    return refused_beforehand(
        inside,
        tools.rulebook,
        one.outlook,
        one.journal,
        tools.progress,
        one.settings.concurrency,
        before.applications,
    )


def _application_users(
    one: _Collection, plans: Sequence[AppPlan], scope: AgreedScope, before: Before
) -> None:
    """Let applications sign in for themselves; no account is locked by it, whatever comes of it."""
    if not plans:
        return
    tools, settings, outlook = one.tools, one.settings, one.outlook
    signing_in = AppSignIns(
        outlook=outlook,
        probe=ApplicationProbe(outlook),
        interpret=one.interpret,
        resolver=replace(tools.resolver, most=MOST),
        scope=scope,
        table=settings.table,
        sink=one.journal,
        progress=tools.progress,
        made=before.applications_made,
    )
    tools.progress.stage("Application users", len(plans) - len(before.applications_made))
    each(signing_in.application, by_application(plans), settings.concurrency, signing_in.interrupt)


def _memory(one: _Collection) -> Memory:
    if one.tools.ledger is None:
        return Nothing()
    run = one.header.run
    one.tools.ledger.register(run.id, one.journal.path, run.started, run.source)
    return Remembered(one.tools.ledger, run.id, one.settings.retry, one.tools.resolver)


def _gate(one: _Collection, plans: Sequence[Plan], memory: Memory) -> Gate:
    ending = threading.Event()
    pace = Pace(one.settings.rate, sleep=ending.wait)
    outlook = one.outlook

    def intend(key: CaseKey) -> Refusal | None:
        at = outlook.now()
        one.journal.intend(key.account, str(key), at)  # first: what stands in the ledger alone was lost here
        try:
            refused = memory.intend(key, at, outlook.vantage)
        except LedgerError:
            one.journal.withdraw(str(key))
            raise
        if refused is not None:
            one.journal.withdraw(str(key))
        return refused

    def pause(name: str, seconds: float) -> None:
        if one.settings.simulated:  # nobody real asks for a rest, and whoever watches a demo should not wait
            return
        one.tools.progress.say(f"{name} asks for fewer sign-ins: nothing is sent there for {seconds:g} s")
        pace.pause(name, seconds)

    limits = tenant_limits(plans, one.settings, one.tools)
    return Gate(Breaker(one.settings.breaker, limits), intend, pace.wait, pause, ending)


def _left(one: _Collection, plans: Sequence[Plan], before: Before) -> list[Plan]:
    """Return the submissions that were not made yet; passwords sent before the break are compared, too."""
    if before.made:
        resolver = one.tools.resolver
        for plan in plans:
            reference = plan.case.credential
            done = isinstance(reference, Reference) and str(plan.case.key) in before.made
            if done and isinstance(reference, Reference) and reference.scheme != "prompt":
                with contextlib.suppress(SecretError):
                    one.alike.note(plan.case.account_id, resolver.resolve(reference, plan.case.account))
    return before.left(plans)


def _sign_in(
    one: _Collection,
    plans: list[Plan],
    refused: Iterable[tuple[Case, Refusal]],
    scope: AgreedScope,
    gate: Gate,
    memory: Memory,
) -> None:
    """Make the submissions, but for those that an earlier run was refused."""
    settings, tools, outlook = one.settings, one.tools, one.outlook
    inside = [plan.case for plan in plans if scope.refuses(plan) is None]
    passwords = Passwords(tools.resolver, tools.ask)
    gone = set()
    for case, earlier in memory.held(inside, passwords.of):
        gone.add(case.key)
        for evidence in held_back(outlook, case, earlier):
            one.journal.note(evidence)
    left = [plan for plan in plans if plan.case.key not in gone]
    sessions = SignIns(
        outlook=outlook,
        probe=PasswordProbe(outlook),
        gate=gate,
        interpret=one.interpret,
        resolver=passwords.typed_for(plan.case for plan in left if scope.refuses(plan) is None),
        alike=one.alike,
        scope=scope,
        table=settings.table,
        sink=one.journal,
        memory=memory,
        progress=tools.progress,
    )
    for case, refusal in refused:
        sessions.not_asked(case, refusal)
    tools.progress.stage("Sign-in", len(left))
    each(sessions.account, by_account(left), settings.concurrency, gate.interrupt)


def _rest(one: _Collection) -> None:
    """Say of every case that was not reached that it was interrupted, of a lost answer that it is lost."""
    for case in one.journal.without_answer():
        intended = one.journal.intended(str(case.key))
        if intended is not None:
            one.journal.record(lost_answer(case, intended, one.settings.vantage))
            continue
        for evidence in not_asked(one.outlook, case, Refusal(Why.INTERRUPTED, "")):
            one.journal.note(evidence)
    for evidence in rest_of(one.cases, one.journal, one.settings, one.outlook):
        one.journal.note(evidence)
    one.directories.rest(one.cases, one.journal, one.tools.now())
