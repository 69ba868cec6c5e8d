"""All checks over an inventory, as an audit with the same options would go - without submitting anything."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from auditor.model import Case, Expected, Inventory, Refusal, Why
from auditor.network import Door
from auditor.plurals import counted
from auditor.probes.interface import Outlook
from auditor.run.app_users import MOST, AppPlan, application_plans, application_wanted
from auditor.run.discovery import discover
from auditor.run.doctor import credentials, machine, network, storage
from auditor.run.doctor.interface import Area, Check, Report, State, in_order
from auditor.run.interface import Settings, Tools
from auditor.run.remembered import unseen
from auditor.run.scope import AgreedScope, Plan, wanted
from auditor.run.submissions import submissions
from auditor.secrets import Resolver


@dataclass(frozen=True, slots=True)
class Around:
    """What is around a run: whether somebody can be asked, a browser, where reports and ledger go."""

    present: bool
    browser: bool
    targets: Sequence[Path]
    ledger: Path | None = None


_SignIn: TypeAlias = Plan | AppPlan
_SAID_ELSEWHERE = {Why.SKIPPED, Why.NOT_ASKED, Why.NO_CREDENTIAL, Why.ENVIRONMENT_UNKNOWN, Why.TENANT_UNKNOWN}


def without_inventory(around: Around) -> tuple[Check, ...]:
    """Return what can be said before there is an inventory."""
    ledger, _ = storage.ledger_checks(around.ledger, (), Resolver(Path()), unseen)
    return in_order([*machine.checks((), present=around.present, browser=around.browser), *ledger])


def examined(inventory: Inventory, settings: Settings, tools: Tools, around: Around) -> Report:
    """Return all checks; asks the questions of discovery, and resolves every credential that is used."""
    cases = [case for case in inventory.cases if not case.skip]
    asked = [case for case in cases if wanted(case, settings) is None]
    found = credentials.look(asked, tools.resolver, present=around.present)
    ledger, held = storage.ledger_checks(around.ledger, asked, tools.resolver, found.of)
    checks = [
        *machine.checks(cases if settings.passwords else (), present=around.present, browser=around.browser),
        *_of_inventory(inventory, cases),
        *storage.output_checks(around.targets),
        *ledger,
        *(_of_credentials(cases, found, settings, tools) if settings.passwords else ()),
    ]
    with closing(Door(settings.door)) as door:
        heard = network.Heard()
        outlook = Outlook(door, settings.vantage, tools.now)
        discovered = discover(cases, tools.clouds, outlook, heard, tools.progress, settings.concurrency)
        plans, refused = submissions(inventory.cases, discovered, settings, tools.rulebook)
        applications, _ = application_plans(inventory.cases, discovered, settings, tools.rulebook)
        checks += _of_network(cases, settings, tools, door, heard)
    outside, agreed = _of_scope([*plans, *applications], settings, present=around.present)
    going = {plan.case.account_id for plan in agreed if found.has(plan.case)} - held
    of = {case.account_id for case in asked}
    return Report(in_order([*checks, *outside, *_of_facts(refused, asked)]), len(of), len(going))


def _of_credentials(
    cases: Sequence[Case], found: credentials.Found, settings: Settings, tools: Tools
) -> Iterator[Check]:
    yield from credentials.checks(cases, found)
    applications = [case for case in cases if case.expected is Expected.APPLICATION]
    own = [case for case in applications if application_wanted(case, settings) is None]
    yield from credentials.application_checks(own, replace(tools.resolver, most=MOST), tools.now())


def _of_inventory(inventory: Inventory, cases: Sequence[Case]) -> Iterator[Check]:
    accounts = len({case.account_id for case in cases})
    says = f"{inventory.source}: {counted(len(cases), 'case')} of {counted(accounts, 'account')}"
    if skipped := len(inventory.cases) - len(cases):
        says += f", {counted(skipped, 'more is', 'more are')} skipped"
    yield Check(Area.INVENTORY, State.FINE, says)
    if inventory.invalid:
        yield Check(
            Area.INVENTORY,
            State.CANNOT,
            f"rows that cannot be audited: {len(inventory.invalid)}",
            "auditor plan names each; correct them",
        )


def _of_network(
    cases: Sequence[Case], settings: Settings, tools: Tools, door: Door, heard: network.Heard
) -> Iterator[Check]:
    hosts = {*heard.answering, *heard.failures}
    yield network.way_check(settings.door, hosts)
    yield from network.host_checks(cases, tools.clouds, heard)
    if settings.directory.online:
        yield from network.graph_checks(cases, tools.clouds, door)
    yield from network.clock_checks(door, cases, heard)


def _of_scope(
    plans: Sequence[_SignIn], settings: Settings, *, present: bool
) -> tuple[list[Check], list[_SignIn]]:
    """Return what is not agreed to, and the submissions that are, or would be asked about."""
    given = settings.scope
    if given.everything or not plans:
        return [], list(plans)
    if not (given.tenants or given.hosts):
        if present:
            says = "tenants and federation hosts that are signed in to are agreed to when the run begins"
            return [Check(Area.SCOPE, State.NOTE, says)], list(plans)
        return [_not_agreed("nobody agreed to a tenant, and there is nobody to ask", plans)], []
    ids = {plan.tenant_id for plan in plans if given.tenants & {plan.tenant_id, plan.domain}}
    scope = AgreedScope(frozenset(ids), given.hosts)
    outside: dict[str, list[_SignIn]] = {}
    for plan in plans:
        if (refusal := scope.refuses(plan)) is not None:
            outside.setdefault(f"nobody agreed to {refusal.detail}", []).append(plan)
    inside = [plan for plan in plans if scope.refuses(plan) is None]
    return [_not_agreed(says, some) for says, some in outside.items()], inside


def _not_agreed(says: str, plans: Iterable[_SignIn]) -> Check:
    advice = "name what is yours with --tenant and --federation-host, or agree to all with --yes"
    return Check(Area.SCOPE, State.CANNOT, says, advice, _accounts(plan.case for plan in plans))


def _of_facts(refused: Iterable[tuple[Case, Refusal]], asked: Sequence[Case]) -> Iterator[Check]:
    """Yield whose password is not sent for what discovery found: such cases are judged without it."""
    keys = {case.key for case in asked}
    reasons: dict[str, list[Case]] = {}
    for case, refusal in refused:
        if case.key in keys and refusal.why not in _SAID_ELSEWHERE:
            reasons.setdefault(f"{refusal.why}", []).append(case)
    for why, cases in reasons.items():
        yield Check(Area.SCOPE, State.NOTE, f"no password is sent: {why}", "", _accounts(cases))


def _accounts(cases: Iterable[Case]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(case.account for case in cases))
