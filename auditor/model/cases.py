"""Who signs in to what through which app: the inventory's side of the model."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from auditor.model.words import Expected, Grant, Kind, SignsInFrom, Sureness

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.model.seams import SecretRef


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a row stands: file name without folder, sheet ("" for text files), 1-based row as shown."""

    file: str
    sheet: str
    row: int

    def __str__(self) -> str:
        """Return it as people say it."""
        sheet = f", sheet {self.sheet}" if self.sheet else ""
        return f"{self.file}{sheet}, row {self.row}"


class CaseKey(NamedTuple):
    """A case's identity: lower-case UPN, app name, environment host. Never a row number."""

    account: str
    app: str
    environment: str

    def __str__(self) -> str:
        """Return the key as one string; the parts hold no blank bar blank."""
        return " | ".join(self)


@dataclass(frozen=True, slots=True)
class AppProfile:
    """What is known of a client application (rules/apps, auditor.toml).

    `grants` gives each way the app can sign in with how sure that is; a grant not named is not offered.
    """

    name: str
    title: str
    client_id: str
    client_id_sure: Sureness
    grants: "Mapping[Grant, Sureness]"
    signs_in_from: SignsInFrom
    redirect_uri: str = ""
    redirect_uri_sure: Sureness = Sureness.UNKNOWN
    individual_consent_enough: bool = False
    sample: bool = False
    notes: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One account signing in to one environment through one app: the unit that is judged, one row.

    `account` is the UPN as written (outer blanks and angle brackets gone), `environment` the bare
    Dataverse host, `tenant` the inventory's word for the tenant (domain, GUID or ""), `skip` the
    reason for not auditing ("" means audit). `shared_credential` says that another account of the
    inventory uses the same reference.
    """

    key: CaseKey
    account: str
    environment: str
    app: AppProfile
    kind: Kind
    origin: Origin
    tenant: str = ""
    credential: "SecretRef | None" = field(default=None, compare=False)
    expected: Expected | None = None
    owner: str = ""
    notes: str = ""
    skip: str = ""
    shared_credential: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def account_id(self) -> str:
        """Return the account's identity: the lower-case UPN."""
        return self.key.account

    @property
    def domain(self) -> str:
        """Return the UPN's domain, lower-case."""
        return self.key.account.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing that is wrong with one cell: where, what, and what would be right."""

    origin: Origin
    column: str
    wrong: str
    right: str

    def __str__(self) -> str:
        """Return the problem as one line."""
        column = f", column {self.column}" if self.column else ""
        return f"{self.origin}{column}: {self.wrong}; {self.right}"


@dataclass(frozen=True, slots=True)
class InvalidRow:
    """A row that cannot be audited, with enough of it to find it again (never its credential)."""

    origin: Origin
    account: str
    environment: str
    app: str
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True, slots=True)
class Inventory:
    """What was read: cases in file order, rows that cannot be audited, and remarks for the console.

    `merged` counts the rows that repeated an earlier case and went into it.
    """

    source: str
    cases: tuple[Case, ...]
    invalid: tuple[InvalidRow, ...] = ()
    remarks: tuple[str, ...] = ()
    merged: int = 0
