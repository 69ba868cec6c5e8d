"""What one tenant's directory answers for an account and for a case, as evidence for the run file.

The directory judges nothing: it says what stands in it, what follows from its policies, and what could not be
looked at.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from auditor.directory.accounts import Accounts
from auditor.directory.consents import Consents
from auditor.directory.entrances import Entrances, listed
from auditor.directory.locations import Place
from auditor.directory.membership import Memberships
from auditor.directory.snapshot import Known, Part, Snapshot, User, lines_of
from auditor.model import (
    Answer,
    Case,
    Detail,
    Evidence,
    Flow,
    Kind,
    NotObserved,
    Observed,
    Question,
    Subject,
    Vantage,
    Why,
)
from auditor.model import evidence as about

ABSENT = "the account is not in the directory"
_ASKED_ABOUT = "that were asked about"
_SEEN = Answer(Flow.DISCOVERY, success=True)
_RESTS_ON: Mapping[Question, tuple[Part, ...]] = {
    Question.DIRECTORY_USER: (Part.USERS, Part.REGISTRATIONS, Part.USER_STATES, Part.ROLES),
    Question.DIRECTORY_ACCESS: (
        Part.POLICIES,
        Part.LOCATIONS,
        Part.SECURITY_DEFAULTS,
        Part.USER_STATES,
        Part.MEMBERS,
        Part.ROLES,
    ),
    Question.DIRECTORY_CONSENT: (
        Part.SERVICE_PRINCIPALS,
        Part.GRANTS,
        Part.ASSIGNMENTS,
        Part.AUTHORIZATION,
    ),
}


class Directory:
    """One tenant's directory, asked about one account or case at a time.

    `name` is that of the tenant or of the export, `read` the time that holds for parts without one of their
    own, `place` and `vantage` where sign-ins are taken to come from.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        name: str,
        read: datetime,
        vantage: Vantage = Vantage(),  # noqa: B008 - frozen
        country: str = "",
    ) -> None:
        memberships = Memberships.of(snapshot)
        self.name = name
        self._snapshot, self._read, self._vantage = snapshot, read, vantage
        self._accounts = Accounts(snapshot, memberships)
        self._entrances = Entrances(snapshot, Place(vantage.address, country), str(vantage) or country)
        self._consents = Consents(snapshot, self._accounts)
        self._times = {question: self._oldest(parts) for question, parts in _RESTS_ON.items()}

    @property
    def tenant_id(self) -> str:
        """Return the tenant's id, "" where neither archive nor export says it."""
        part = self._snapshot.organization
        return self._snapshot.tenant_id or (part.value.id if isinstance(part, Known) else "")

    @property
    def domains(self) -> frozenset[str]:
        """Return the tenant's domains; where the export does not name them, those of its own accounts."""
        part = self._snapshot.organization
        named = part.value.domains if isinstance(part, Known) else ()
        return frozenset(named) or self._accounts.domains

    @property
    def unread(self) -> tuple[str, ...]:
        """Return a sentence for each problem of the export, and each part that is missing or incomplete.

        Left out: the sign-in log, which nothing here rests on, the ends of secrets, what nobody asked about.
        """
        parts = (part for part in Part if part not in {Part.SIGN_INS, Part.APPLICATIONS})
        lines = [line for part in parts for line in lines_of(part, self._snapshot.part(part))]
        told = (line for line in lines if not line.endswith(_ASKED_ABOUT))
        return (*self._snapshot.problems, *self._passed_over(), *told)

    def _passed_over(self) -> tuple[str, ...]:
        """Return in one sentence which files were passed over because nothing says what they are about."""
        files = self._snapshot.files_unknown
        return (f"passed over, nothing says what they are about: {listed(files)}",) if files else ()

    @property
    def contradicted(self) -> tuple[str, ...]:
        """Return a sentence for each policy of which Microsoft's What-If says the opposite of what we do."""
        return tuple(dict.fromkeys(str(one) for one in self._entrances.checks.all()))

    def speaks_for(self, domain: str, tenant_id: str) -> bool:
        """Return whether this is the directory of a domain; `tenant_id` is "" where nobody could say it."""
        if tenant_id and self.tenant_id:
            return tenant_id == self.tenant_id
        return domain in self.domains

    def user(self, upn: str) -> Evidence:
        """Return what is said of an account; not observed where it may be among what was not read."""
        subject, user = about.account(upn), self._accounts.find(upn)
        if user is None and self._accounts.unread:
            return self._not_read(subject, Question.DIRECTORY_USER, self._accounts.unread)
        return self._observed(subject, Question.DIRECTORY_USER, self._accounts.details(user))

    def access(self, case: Case) -> Observed:
        """Return what is let in: the password grant of a case's account, and its sign-in on a page."""
        user = self._accounts.find(case.account)
        if user is None:
            details = self._entrances.nobody(self._nobody(user) or ABSENT)
        else:
            details = self._entrances.details(user.id, attended=case.kind is Kind.PERSON)
        subject = about.case(case.key)
        return self._observed(subject, Question.DIRECTORY_ACCESS, details, self._vantage)

    def consent(self, case: Case) -> Observed:
        """Return what was consented to a case's app, for whom, and who could consent."""
        user = self._accounts.find(case.account)
        details = self._consents.details(case.app.client_id, user, self._nobody(user))
        return self._observed(about.case(case.key), Question.DIRECTORY_CONSENT, details)

    def _nobody(self, user: User | None) -> str:
        """Return why it is not known who a user is, "" where that is known or there is none."""
        return listed(self._accounts.unread) if user is None else ""

    def _observed(
        self,
        subject: Subject,
        question: Question,
        details: Mapping[str, Detail],
        vantage: Vantage = Vantage(),  # noqa: B008 - frozen
    ) -> Observed:
        return Observed(subject, question, self._times[question], self.name, vantage, _SEEN, details)

    def _not_read(self, subject: Subject, question: Question, lines: tuple[str, ...]) -> NotObserved:
        return NotObserved(subject, question, self._read, Why.DIRECTORY_NOT_READ, listed(lines))

    def _oldest(self, parts: Iterable[Part]) -> datetime:
        """Return when the oldest of these parts was read."""
        found = (self._snapshot.part(part) for part in parts)
        sources = (source for one in found if isinstance(one, Known) for source in one.sources)
        return min((source.at for source in sources if source.at is not None), default=self._read)
