"""People who sign in themselves: whom to ask, one after another in the browser, or many at once by code.

Who was not reached is not checked, and says why. Of whom there is an answer is not asked again, also not by a
run that is taken up; everybody else is.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from auditor.model import (
    Case,
    Evidence,
    Expected,
    Grant,
    Interpret,
    Invitation,
    Kind,
    Known,
    NotObserved,
    Person,
    Progress,
    Question,
    Refusal,
    Step,
    Usher,
    Why,
)
from auditor.model import evidence as about
from auditor.probes.dataverse import ask_whoami
from auditor.probes.interactive import Came, CodeFlow, InteractiveProbe
from auditor.probes.interface import Outlook
from auditor.probes.password import Target
from auditor.rulebook.book import Rulebook
from auditor.rulebook.facts import build_estate, facts_of
from auditor.run.discovery import Discovered, login_of
from auditor.run.interface import Settings
from auditor.run.scope import agreeable
from auditor.run.slots import Notebook
from auditor.run.workers import each

_INTERRUPTED = Refusal(Why.INTERRUPTED, "")


@dataclass(frozen=True, slots=True)
class Invited:
    """A case's sign-in in person: to which tenant, at which sign-in host."""

    case: Case
    tenant_id: str
    domain: str
    login: str
    federation_host: str = ""

    @property
    def target(self) -> Target:
        """Return where it goes; the page asks for everything else."""
        return Target(self.login, self.tenant_id, frozenset({self.login}))


def is_asked_about(case: Case, settings: Settings) -> bool:
    """Return whether a case is one of those that interactive sign-ins are about at all."""
    if settings.interactive.way is None or case.expected is Expected.APPLICATION:
        return False
    person = case.kind is Kind.PERSON or case.expected is Expected.INTERACTIVE
    return person or case.account_id in settings.interactive.only


def person_wanted(case: Case, settings: Settings) -> Refusal | None:
    """Return why a person is not asked to sign in, from the inventory alone."""
    only = settings.interactive.only
    if case.skip:
        return Refusal(Why.SKIPPED, case.skip)
    if only and case.account_id not in only:
        return Refusal(Why.NOT_ASKED, "not among those named with --only")
    if Grant.INTERACTIVE not in case.app.grants:
        return Refusal(Why.NO_INTERACTIVE_GRANT, "")
    if case.expected is Expected.NONE and case.account_id not in only:
        return Refusal(Why.NOT_ASKED, "the inventory expects no sign-in any more")
    return None


def people_plans(
    cases: Sequence[Case], found: Discovered, settings: Settings, rulebook: Rulebook
) -> tuple[list[Invited], list[tuple[Case, Refusal]]]:
    """Return the people to ask, each one's cases one after another, and why each other one is not asked."""
    plans: dict[str, list[Invited]] = {}
    refused: list[tuple[Case, Refusal]] = []
    estate = build_estate(cases)
    for case in cases:
        if not is_asked_about(case, settings):
            continue
        login = login_of(rulebook.clouds, case)
        refusal = person_wanted(case, settings)
        if refusal is None:
            facts = facts_of(rulebook, case, found.of(case, login), estate)
            realm = facts["realm"]
            personal = isinstance(realm, Known) and realm.value == "personal"
            refusal = Refusal(Why.PERSONAL_ACCOUNT, "") if personal else agreeable(facts, rulebook.outcomes)
        home = found.tenant(case, login)
        if refusal is None and home is not None:
            plan = Invited(case, str(home.details["tenant_id"]), case.domain, login)
            plans.setdefault(case.account_id, []).append(plan)
        else:
            refused.append((case, refusal or Refusal(Why.TENANT_UNKNOWN, "")))
    return [plan for cases_of_one in plans.values() for plan in cases_of_one], refused


def unasked_slots(cases: Iterable[Case], settings: Settings) -> list[Case]:
    """Return the cases that have slots for a person's sign-in."""
    return [case for case in cases if is_asked_about(case, settings)]


def not_signed_in(outlook: Outlook, case: Case, refusal: Refusal = _INTERRUPTED) -> list[Evidence]:
    """Return the empty slots of a person who was not asked, or not reached."""
    subject = about.case(case.key)
    return [
        outlook.could_not_look(subject, Question.INTERACTIVE, refusal.why, refusal.detail),
        outlook.could_not_look(subject, Question.INTERACTIVE_WHOAMI, Why.NO_TOKEN),
    ]


@dataclass(frozen=True, slots=True)
class Reception:
    """Everything that sign-ins in person share. `seconds` is how long a page is waited for."""

    outlook: Outlook
    probe: InteractiveProbe
    interpret: Interpret
    usher: Usher
    sink: Notebook
    progress: Progress
    seconds: int
    threads: int = 8
    sleep: Callable[[float], object] = field(default=time.sleep)

    def refuse(self, refused: Iterable[tuple[Case, Refusal]]) -> None:
        """Write down who is not asked, and why."""
        for case, refusal in refused:
            self._keep(not_signed_in(self.outlook, case, refusal))

    def by_browser(self, plans: Sequence[Invited]) -> None:
        """Let one person after another sign in, until all have or the operator stops."""
        before = ""
        for place, plan in enumerate(plans):
            goes_on = self._one(plan, _person(plans, place), anew=plan.case.account_id != before)
            before = plan.case.account_id
            if not goes_on:
                self.refuse((left.case, Refusal(Why.STOPPED, "")) for left in plans[place + 1 :])
                return

    def by_code(self, plans: Sequence[Invited]) -> None:
        """Hand out all codes, and ask about each within its lifetime until there is an answer to all."""
        begun: dict[int, CodeFlow | Came] = {}

        def begin(place: int) -> None:
            begun[place] = self.probe.begin(plans[place].case, plans[place].target)

        each(begin, range(len(plans)), self.threads)
        flows = {place: one for place, one in begun.items() if isinstance(one, CodeFlow)}
        for place, came in sorted(begun.items()):
            if isinstance(came, Came):
                self._came(plans[place], came)
        if flows:
            shown = [
                Invitation(_person(plans, place), one.page, one.shown, one.until)
                for place, one in sorted(flows.items())
            ]
            with self.usher.invited(shown):
                self._wait_for(plans, flows)

    def _wait_for(self, plans: Sequence[Invited], flows: dict[int, CodeFlow]) -> None:
        def ask(place: int) -> None:
            came = self.probe.poll(flows[place])
            if came is not None:
                self._came(plans[place], came)
                del flows[place]

        while flows:
            first = min(one.due for one in flows.values())
            self.sleep(max(1, -int((self.outlook.now() - first).total_seconds() // 1)))
            each(ask, [place for place, one in flows.items() if one.due <= first], self.threads)

    def _one(self, plan: Invited, person: Person, *, anew: bool) -> bool:
        """Lead one person through a sign-in; False when the operator wants to stop."""
        step = self.usher.ready(person)
        came: Came | None = None
        while step in {Step.GO, Step.RETRY}:
            came = self._ask(plan, anew=anew or step is Step.RETRY)
            if _good(came):
                break
            step = self.usher.again(person, self._said(came.evidence))
        if came is not None:
            self._came(plan, came)
        else:
            why = Why.STOPPED if step is Step.STOP else Why.PASSED_OVER
            self.refuse([(plan.case, Refusal(why, ""))])
        return step is not Step.STOP

    def _ask(self, plan: Invited, *, anew: bool) -> Came:
        try:
            return self.probe.by_browser(plan.case, plan.target, self.seconds, self.usher.tell, anew=anew)
        except KeyboardInterrupt:  # meant for the page: a window that was closed answers nothing
            why = Refusal(Why.NO_SIGN_IN_IN_TIME, "the operator waited no longer")
            return Came(not_signed_in(self.outlook, plan.case, why)[0])

    def _came(self, plan: Invited, came: Came) -> None:
        """Write down what came, and take the token to Dataverse; it ends there."""
        self.sink.record(came.evidence)
        if came.token is not None:
            self.sink.record(ask_whoami(self.outlook, plan.case, came.token, Question.INTERACTIVE_WHOAMI))
        else:
            subject = about.case(plan.case.key)
            unasked = self.outlook.could_not_look(subject, Question.INTERACTIVE_WHOAMI, Why.NO_TOKEN)
            self.sink.note(unasked)
        self.progress.step(plan.case.account, _WORDS[_good(came)])

    def _said(self, evidence: Evidence) -> str:
        """Return what came of a sign-in, in words for whoever leads through them."""
        if isinstance(evidence, NotObserved):
            return f"{evidence.why}: {evidence.detail}" if evidence.detail else evidence.why.value
        if evidence.answer.success:
            signed_in = evidence.details.get("signed_in_as")
            return f"another account signed in: {signed_in}" if signed_in else "it is not told who signed in"
        return self.interpret(evidence.answer).meaning

    def _keep(self, items: Iterable[Evidence]) -> None:
        for evidence in items:
            self.sink.note(evidence)


_WORDS = {True: "signed in", False: "not"}


def _good(came: Came) -> bool:
    return came.token is not None


def _person(plans: Sequence[Invited], place: int) -> Person:
    case = plans[place].case
    return Person(case.account, case.app.title, case.environment, place + 1, len(plans))
