"""Application users: cases that expect an application, whose own credential signs in instead of a password.

No account can be locked by it, so neither breaker nor ledger knows of it, and a run after a correction needs
no word of anybody. Still a credential is sent once at a time, and one that was refused is not sent again in a
run for other environments of the same application.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from auditor.errors import SecretError
from auditor.model import (
    Case,
    CaseKey,
    Expected,
    Grant,
    Interpret,
    Observed,
    Progress,
    Reading,
    Refusal,
    Why,
)
from auditor.probes.client_credentials import ApplicationProbe
from auditor.probes.dataverse import Table
from auditor.probes.interface import Outlook
from auditor.probes.password import Target
from auditor.rulebook.book import Rulebook
from auditor.rulebook.facts import build_estate, facts_of
from auditor.run.discovery import Discovered, login_of
from auditor.run.interface import Settings
from auditor.run.scope import AgreedScope, agreeable
from auditor.run.slots import Notebook, ask_dataverse, no_password, not_asked
from auditor.secrets import AppCredential, Reference, Resolver, Secret, app_credential

MOST = 65_536
"""How many bytes a file with an application's credential may hold: a chain of certificates and a key."""

_HELD_BACK = frozenset({"client_credential_invalid", "app_not_found", "app_disabled"})
"""Answers that the same credential would get in every environment."""


@dataclass(frozen=True, slots=True)
class AppPlan:
    """A case's sign-in as an application: to which tenant, at which sign-in host."""

    case: Case
    tenant_id: str
    domain: str
    login: str
    federation_host: str = ""

    @property
    def application(self) -> tuple[str, str]:
        """Return the application as its tenant knows it."""
        return self.tenant_id, self.case.app.client_id.lower()


def application_wanted(case: Case, settings: Settings) -> Refusal | None:
    """Return why an application is not asked to sign in, from the inventory alone."""
    if case.skip:
        return Refusal(Why.SKIPPED, case.skip)
    if Grant.APPLICATION not in case.app.grants:
        return Refusal(Why.NO_APPLICATION_GRANT, "")
    if not settings.passwords:
        return Refusal(Why.NOT_ASKED, "the run was asked to send no password and no secret")
    return Refusal(Why.NO_CREDENTIAL, "") if case.credential is None else None


def application_plans(
    cases: Sequence[Case], found: Discovered, settings: Settings, rulebook: Rulebook
) -> tuple[list[AppPlan], list[tuple[Case, Refusal]]]:
    """Return the applications' sign-ins to make, and why each other such case gets none."""
    plans: list[AppPlan] = []
    refused: list[tuple[Case, Refusal]] = []
    expecting = [case for case in cases if case.expected is Expected.APPLICATION]
    estate = build_estate(cases if expecting else ())
    for case in expecting:
        login = login_of(rulebook.clouds, case)
        refusal = application_wanted(case, settings)
        if refusal is None:
            facts = facts_of(rulebook, case, found.of(case, login), estate)
            refusal = agreeable(facts, rulebook.outcomes)
        home = found.tenant(case, login)
        if refusal is None and home is not None:
            plans.append(AppPlan(case, str(home.details["tenant_id"]), case.domain, login))
        else:
            refused.append((case, refusal or Refusal(Why.TENANT_UNKNOWN, "")))
    return plans, refused


@dataclass(frozen=True, slots=True)
class AppSignIns:
    """Everything that applications' sign-ins share; safe among threads.

    `made` are the answers to those that were made before a break of the run, by case.
    """

    outlook: Outlook
    probe: ApplicationProbe
    interpret: Interpret
    resolver: Resolver
    scope: AgreedScope
    table: Table | None
    sink: Notebook
    progress: Progress
    made: Mapping[str, Observed] = field(default_factory=dict)
    _ending: threading.Event = field(default_factory=threading.Event)

    def interrupt(self) -> None:
        """Begin no further sign-in."""
        self._ending.set()

    def application(self, plans: Sequence[AppPlan]) -> None:
        """Make the sign-ins of one application in one tenant, one after another."""
        refused: list[tuple[Secret, CaseKey]] = []
        for plan in plans:
            if self._ending.is_set():
                return
            before = self.made.get(str(plan.case.key))
            if before is None:
                word = self._session(plan, refused)
                self.progress.step(f"{plan.case.app.title}, {plan.case.environment}", word)
            elif self._holds(self.interpret(before.answer)):
                self._note(plan, refused)

    def _session(self, plan: AppPlan, refused: list[tuple[Secret, CaseKey]]) -> str:
        credential = self.scope.refuses(plan) or self._credential(plan.case)
        if isinstance(credential, Refusal):
            return self._not_asked(plan.case, credential)
        given = credential.value.reveal()
        earlier = next((key for value, key in refused if value.reveal() == given), None)
        if earlier is not None:
            return self._not_asked(plan.case, Refusal(Why.APP_CREDENTIAL_REFUSED, f"see case {earlier}"))
        reading, success = self._submit(plan, credential)
        if self._holds(reading):
            refused.append((credential.value, plan.case.key))
        return "signed in" if success else "refused"

    def _submit(self, plan: AppPlan, credential: AppCredential) -> tuple[Reading, bool]:
        target = Target(plan.login, plan.tenant_id, frozenset({plan.login}))
        signed = self.probe.sign_in(plan.case, credential, target)
        self.sink.record(signed.evidence)
        ask_dataverse(self.outlook, self.sink, plan.case, signed.token, self.table)
        self.sink.record(no_password(self.outlook, plan.case))
        return self.interpret(signed.evidence.answer), signed.evidence.answer.success

    def _not_asked(self, case: Case, refusal: Refusal) -> str:
        for evidence in not_asked(self.outlook, case, refusal):
            self.sink.note(evidence)
        return "not asked"

    def _credential(self, case: Case) -> AppCredential | Refusal:
        if not isinstance(case.credential, Reference):
            return Refusal(Why.NO_CREDENTIAL, "")
        try:
            return app_credential(self.resolver, case.credential)
        except SecretError as error:
            return Refusal(Why.CREDENTIAL_UNRESOLVED, str(error))

    def _note(self, plan: AppPlan, refused: list[tuple[Secret, CaseKey]]) -> None:
        """Take notice of a credential that was refused before the break."""
        credential = self._credential(plan.case)
        if isinstance(credential, AppCredential):
            refused.append((credential.value, plan.case.key))

    def _holds(self, reading: Reading) -> bool:
        return reading.outcome in _HELD_BACK


def by_application(plans: Iterable[AppPlan]) -> Iterator[Sequence[AppPlan]]:
    """Yield the plans grouped by application and tenant, in the order they first appear."""
    groups: dict[tuple[str, str], list[AppPlan]] = {}
    for plan in plans:
        groups.setdefault(plan.application, []).append(plan)
    yield from groups.values()
