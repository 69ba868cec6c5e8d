"""Directories: what they say of the accounts and cases of a run goes into the run file before the sign-ins.

Exports are read before anything is asked, so that a wrong folder ends the run before it began. Online an
administrator of each tenant signs in once, after discovery has told which tenants there are. A directory that
cannot be read ends nothing: its accounts get the reason in place of an answer.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.directory.answers import Directory
from auditor.directory.collection import Collecting, collected
from auditor.directory.exports import read_export
from auditor.directory.graph_collector import Order
from auditor.directory.graph_parts import READINGS
from auditor.directory.sign_in import Means, Registration, Way
from auditor.directory.snapshot import Part
from auditor.errors import DirectoryError
from auditor.model import Case, Evidence, NotObserved, Question, Refusal, Subject, Why
from auditor.model import evidence as about
from auditor.network import Door
from auditor.run.whereabouts import Home, Whereabouts

if TYPE_CHECKING:
    from auditor.clouds import Cloud
    from auditor.journal import Journal
    from auditor.run.interface import DirectoryChoice, Settings, Tools

OF_CASES = (Question.DIRECTORY_ACCESS, Question.DIRECTORY_CONSENT)
QUESTIONS = frozenset(question for question in Question if question.of_directory)
_LARGEST_REPLY = 32 * 1024 * 1024
_SAID = 12
_SPOT_CHECKS = 3  # one a second: What-If is there to catch a mistake of ours, not to be asked everything


@dataclass(slots=True)
class Directories:
    """The directories of one run; `seen` is what discovery found of tenants and environments."""

    settings: "Settings"
    tools: "Tools"
    _exports: list[Directory] = field(default_factory=list)
    _by_home: dict[Home, Directory | Refusal] = field(default_factory=dict)
    _accounts: set[str] = field(default_factory=set)
    _cases: set[str] = field(default_factory=set)

    def open(self) -> None:
        """Read the exports; raises ExportError for one that says nothing of a directory."""
        for path in self.settings.directory.exports:
            self.tools.progress.say(f"reading the directory {path.name}")
            self._exports.append(self._told(self._directory(path, path.name)))

    def known(self, journal: "Journal") -> None:
        """Take notice of what a run file holds already: it is not recorded twice."""
        if not self.settings.directory.wanted:
            return
        for evidence in journal.everything("account", "case"):
            if evidence.question is Question.DIRECTORY_USER:
                self._accounts.add(evidence.subject.key)
            elif evidence.question is OF_CASES[-1]:
                self._cases.add(evidence.subject.key)

    def record(
        self, cases: Sequence[Case], seen: Mapping[tuple[Subject, str], Evidence], journal: "Journal"
    ) -> None:
        """Write down what the directories say of each case and its account, or why nobody could look."""
        left = list(self._left(cases))
        if not left:
            return
        if not self._exports:
            self.open()
        whereabouts = Whereabouts(seen, self.tools.clouds)
        if self.settings.directory.online:
            self._sign_in(left, whereabouts)
        self.tools.progress.stage("Directory", len(left))
        known = {case.account_id: case for case in reversed(left) if self._tells(whereabouts.home(case))}
        for case in left:
            user = self._user(known.get(case.account_id, case), whereabouts)
            self._note(case, (user, *self._said(case, whereabouts)), journal)
            self.tools.progress.step(case.account)
        self._exports, self._by_home = [], {}

    def rest(self, cases: Sequence[Case], journal: "Journal", now: datetime) -> None:
        """Say of every case that was not reached that it was interrupted."""
        for case in self._left(cases):
            none = (self._no_user(case, _INTERRUPTED, now), *self._no_answers(case, _INTERRUPTED, now))
            self._note(case, none, journal)

    def _left(self, cases: Sequence[Case]) -> Iterator[Case]:
        if self.settings.directory.wanted:
            yield from (case for case in cases if not case.skip and str(case.key) not in self._cases)

    def _note(self, case: Case, found: Iterable[Evidence], journal: "Journal") -> None:
        """Keep what is said of a case, and once what is said of its account."""
        for evidence in found:
            if evidence.question is not Question.DIRECTORY_USER or case.account_id not in self._accounts:
                journal.note(evidence)
        self._accounts.add(case.account_id)
        self._cases.add(str(case.key))

    def _tells(self, home: Home) -> bool:
        return isinstance(self._of(home), Directory)

    def _user(self, case: Case, whereabouts: Whereabouts) -> Evidence:
        directory = self._of(whereabouts.home(case))
        if isinstance(directory, Refusal):
            return self._no_user(case, directory, self.tools.now())
        return directory.user(case.account)

    def _said(self, case: Case, whereabouts: Whereabouts) -> Iterator[Evidence]:
        directory, elsewhere = self._of(whereabouts.home(case)), whereabouts.elsewhere(case)
        if elsewhere:
            yield from self._no_answers(case, elsewhere, self.tools.now())
        elif isinstance(directory, Refusal):
            yield from self._no_answers(case, directory, self.tools.now())
        else:
            yield directory.access(case)
            yield directory.consent(case)

    def _no_user(self, case: Case, refusal: Refusal, at: datetime) -> Evidence:
        subject = about.account(case.account)
        return NotObserved(subject, Question.DIRECTORY_USER, at, refusal.why, refusal.detail)

    def _no_answers(self, case: Case, refusal: Refusal, at: datetime) -> Iterator[Evidence]:
        for question in OF_CASES:
            yield NotObserved(about.case(case.key), question, at, refusal.why, refusal.detail)

    def _of(self, home: Home) -> Directory | Refusal:
        """Return the directory of a tenant, or why there is none."""
        if home not in self._by_home:
            fitting = (one for one in self._exports if one.speaks_for(home.domain, home.tenant_id))
            self._by_home[home] = next(fitting, Refusal(Why.DIRECTORY_NOT_READ, self._none_of(home)))
        return self._by_home[home]

    def _none_of(self, home: Home) -> str:
        """Return that no directory is a tenant's; exports that do not say whose they are may be."""
        text = f"none that was named is that of {home.domain}"
        nameless = [one.name for one in self._exports if not one.tenant_id and not one.domains]
        if not nameless:
            return text
        return f"{text}; {', '.join(nameless)} does not say whose it is: export organization or users as well"

    def _sign_in(self, cases: Sequence[Case], whereabouts: Whereabouts) -> None:
        """Have an administrator sign in to each tenant that no export is of, and read its directory."""
        by_tenant: dict[str, dict[Home, Case]] = {}
        for case in cases:
            home = whereabouts.home(case)
            if not whereabouts.elsewhere(case) and isinstance(self._of(home), Refusal):
                by_tenant.setdefault(home.tenant_id, {}).setdefault(home, case)
        for tenant, firsts in by_tenant.items():
            cloud = whereabouts.cloud(next(iter(firsts.values())))
            own = [case for case in cases if whereabouts.home(case) in firsts]
            found = _UNASKED.get(tenant) or self._online(tenant, cloud, tuple(firsts), own)
            self._by_home |= dict.fromkeys(firsts, found)

    def _online(
        self, tenant: str, cloud: "Cloud", homes: Sequence[Home], own: Sequence[Case]
    ) -> Directory | Refusal:
        domains = ", ".join(home.domain for home in homes)
        if not self._agreed(tenant, homes):
            return Refusal(Why.NOT_AGREED, f"tenant {domains}")
        order = Order(
            tuple(sorted({case.app.client_id.lower() for case in own if case.app.client_id})),
            frozenset(case.account_id for case in own),
            sign_in_days=self.settings.directory.sign_in_days,
            spot_checks=_SPOT_CHECKS,
        )
        self.tools.progress.say(
            f"the directory of {domains} ({tenant}) is read: {_who(self.settings.directory)}"
        )
        try:
            return self._told(self._read(tenant, cloud, order))
        except DirectoryError as error:
            self.tools.progress.say(f"the directory of {domains} is not read: {error}")
            return Refusal(Why.DIRECTORY_NOT_READ, str(error))

    def _agreed(self, tenant: str, homes: Sequence[Home]) -> bool:
        """Return whether a tenant is among those named as ours, where any were named."""
        named = self.settings.scope.tenants
        return not named or bool(named & {tenant, *(home.domain for home in homes)})

    def _read(self, tenant: str, cloud: "Cloud", order: Order) -> Directory:
        """Read a directory online into an archive, and the archive as any other."""
        choice, tools = self.settings.directory, self.tools
        registration = Registration(tenant, cloud, choice.client_id, choice.secret, choice.certificate)
        door = Door(replace(self.settings.door, max_body=_LARGEST_REPLY))
        with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
            target = _kept_as(choice.keep, tenant) or Path(folder) / "directory.zip"
            try:
                means = Means(door, tools.progress.say, tools.now)
                collecting = Collecting(registration, choice.way, order, paced=not self.settings.simulated)
                collected(collecting, means, target, tools.progress)
            finally:
                door.close()
            return self._directory(target, tenant)

    def _directory(self, path: Path, name: str) -> Directory:
        settings = self.settings
        return Directory(read_export(path), name, _age(path), settings.vantage, settings.country)

    def _told(self, directory: Directory) -> Directory:
        """Say what of a directory is not known, the first lines of it."""
        lines = directory.unread
        for line in lines[:_SAID]:
            self.tools.progress.say(f"{directory.name}: not known: {line}")
        if len(lines) > _SAID:
            self.tools.progress.say(f"{directory.name}: not known: {len(lines) - _SAID} more")
        for line in directory.contradicted:
            self.tools.progress.say(f"{directory.name}: {line}")
        return directory


_INTERRUPTED = Refusal(Why.INTERRUPTED, "")
_CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"  # Microsoft's tenant of all personal accounts
_UNASKED = {"": Refusal(Why.TENANT_UNKNOWN, ""), _CONSUMERS: Refusal(Why.PERSONAL_ACCOUNT, "")}


def planned_lines(choice: "DirectoryChoice") -> list[str]:
    """Return what of which directories a run would read; exports are read for it, nobody is asked.

    Raises ExportError for an export that says nothing of a directory.
    """
    lines = []
    for path in choice.exports:
        directory = Directory(read_export(path), path.name, _age(path))
        lines.append(f"directory {path.name}, as it was on {_age(path):%Y-%m-%d}; not known from it:")
        lines += [f"  {line}" for line in directory.unread] or ["  nothing is missing"]
    if choice.online:
        lines.append(f"directory of each tenant that no export is of; {_who(choice)} to read:")
        lines += [
            f"  {reading.part} ({reading.permission}): {reading.unknown}"
            for reading in READINGS
            if reading.part is not Part.SIGN_INS
        ]
    return lines


def _who(choice: "DirectoryChoice") -> str:
    by_app = choice.way is Way.APP
    return f"the app {choice.client_id} signs in" if by_app else "an administrator signs in"


def _kept_as(keep: Path | None, tenant: str) -> Path | None:
    """Return where a tenant's archive is kept: the first one's by its name, further ones beside it."""
    if keep is None or not keep.exists():
        return keep
    return keep.with_name(f"{keep.stem}-{tenant}{keep.suffix}")


def _age(path: Path) -> datetime:
    """Return how old an export is where it does not say: its oldest file's time."""
    files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
    times = [file.stat().st_mtime for file in files if file.is_file()] or [path.stat().st_mtime]
    return datetime.fromtimestamp(min(times), UTC)
