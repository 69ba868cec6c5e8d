"""What becomes of findings between two audits: what people wrote about them, and what changed."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from auditor.model.cases import CaseKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from auditor.model.judgement import CaseResult

CellValue: TypeAlias = str | int | float | bool | date | datetime | None
"""What a cell that people filled in holds; None for an empty one."""
_KEY_BYTES = 10
_CHECKSUM_BYTES = 8


class Status(StrEnum):
    """How far the work on a finding is, as people say it in the workbook (issue 8)."""

    OPEN = "Open"
    IN_PROGRESS = "In progress"
    DONE = "Done"
    ACCEPTED = "Accepted risk"
    NOT_OURS = "Not ours"


class FindingKey(NamedTuple):
    """A finding's identity in every run: its case and its rule. Never a row number."""

    case: CaseKey
    rule: str

    def digest(self) -> str:
        """Return the key as 20 hexadecimal digits, as the workbook's hidden column holds it."""
        text = "\n".join((*self.case, self.rule))
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES).hexdigest()


def facts_checksum(texts: "Iterable[str]") -> str:
    """Return a checksum over the cells of a row that state facts, in a fixed order, as 16 hexadecimal digits.

    Blanks and line ends count alike, and so does an escaped underscore: spreadsheets change them on saving.
    """
    plain = "\n".join(" ".join(text.split()) for text in texts)
    while "_x005F_" in plain:
        plain = plain.replace("_x005F_", "_")
    return blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=_CHECKSUM_BYTES).hexdigest()


@dataclass(frozen=True, slots=True)
class Tracked:
    """What people wrote about a finding in an earlier workbook.

    For an accepted risk `comment` is the reason and `due` its last day. `due` is text where it was no date.
    `lapsed` is the last day of an acceptance that has passed: the finding is open again. `own` are the values
    of the columns that people added, in the order of `FollowUp.own_columns`. `looked` is False where nobody
    has looked again after it was written: what is marked as done is neither confirmed nor refuted.
    """

    status: Status = Status.OPEN
    owner: str = ""
    due: date | str | None = None
    comment: str = ""
    own: tuple[CellValue, ...] = ()
    lapsed: date | None = None
    looked: bool = True

    @property
    def empty(self) -> bool:
        """Return whether nobody wrote anything."""
        return self == Tracked(own=self.own) and all(value is None for value in self.own)


class LeftKind(StrEnum):
    """Why a row of an earlier workbook is listed."""

    FIXED = "the finding is gone"
    UNSEEN = "could not be looked at this time"
    ABSENT = "not in this run"
    UNSURE = "key and words name different findings"
    NAMELESS = "names no finding"
    RUN_OUT = "accepted no longer"
    CHANGED = "facts were changed by hand"
    NOT_TAKEN = "not taken over as written"


ONCE, UNSURE = "told once", "unsure"
"""What stands in the place of a key: the row is not read again; or its key is not to be trusted."""


@dataclass(frozen=True, slots=True)
class Left:
    """A row of an earlier workbook that is listed on a sheet of its own, and why.

    Mostly it says something of a finding that this run does not have. The texts are those of the row as it
    was read; `key` is the digest, "" where the row had none, ONCE or UNSURE.
    """

    key: str
    account: str
    app: str
    environment: str
    finding: str
    rule: str
    tracked: Tracked
    why: str
    kind: LeftKind = LeftKind.ABSENT


class FollowUp(Protocol):
    """What was read from an earlier workbook, beside what now stands at the findings (`Finding.tracked`)."""

    @property
    def source(self) -> str:
        """Return the workbook's file name."""
        ...

    @property
    def own_columns(self) -> tuple[str, ...]:
        """Return the headers of the columns that people added, in their order."""
        ...

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return what has to be known of the reading, a sentence each: what, where, what became of it."""
        ...

    @property
    def looked_since(self) -> bool:
        """Return whether this run looked again after the workbook was written; True where nobody knows."""
        ...

    def left(self) -> "Sequence[Left]":
        """Return the rows that are listed; costs a reading of the results where nobody read to the end."""
        ...


class ChangeKind(StrEnum):
    """What became of a finding since an earlier run, the most telling first (issue 8)."""

    CLAIMED = "marked Done, still failing"
    LAPSED = "accepted until a day that has passed"
    REGRESSED = "regressed"
    NEW = "new"
    FIXED = "fixed"
    UNTOLD = "could not be looked at again"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Changed:
    """One finding of two runs. Titles and severities are "" where a run did not have it.

    `record` is the number of the finding's row on the sheet of findings (0 first), None where it has none.
    `account` is the account as an inventory wrote it, "" where nobody knows.
    """

    kind: ChangeKind
    case: CaseKey
    app: str
    rule: str
    title: str
    before: str
    now: str
    tracked: Tracked | None = None
    why: str = ""
    record: int | None = None
    account: str = ""


class Comparison(Protocol):
    """This run beside an earlier one."""

    @property
    def name(self) -> str:
        """Return the id of the earlier run."""
        ...

    @property
    def counts(self) -> "Mapping[ChangeKind, int]":
        """Return how many findings there are of each kind; costs a reading where nobody read before."""
        ...

    @property
    def ready_before(self) -> "tuple[int, int]":
        """Return how many cases of the earlier run were ready for OAuth, and how many there were."""
        ...

    def of(self, result: "CaseResult") -> "tuple[Changed, ...]":
        """Return what became of a case's findings: those of this run, then those that are gone."""
        ...

    def missing(self) -> "Iterator[Changed]":
        """Yield the findings of cases that this run does not hold; known after all cases were read."""
        ...


@dataclass(frozen=True, slots=True)
class Brand:
    """How a report looks its owner's own: company, the bytes of a PNG or JPEG logo, an accent (RRGGBB)."""

    company: str = ""
    logo: bytes = field(default=b"", repr=False)
    accent: str = ""
