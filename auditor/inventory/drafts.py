"""One record becomes a draft: every value that could be read, and everything wrong with the rest."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from auditor.inventory import fields
from auditor.inventory.cells import Column, Flaw, Place, Row, place, required
from auditor.inventory.interface import CellError
from auditor.inventory.texts import clean, unquoted
from auditor.model import CaseKey, Kind, Origin, RowProblem
from auditor.secrets import SCHEMES, Reference, parse_reference, plaintext

if TYPE_CHECKING:
    from auditor.inventory.apps import Apps
    from auditor.inventory.columns import Header
    from auditor.inventory.interface import Record, Table
    from auditor.model import AppProfile, Expected


class Draft(NamedTuple):
    """A row on its way to a case. `account` and `environment` are as written where they could not be read.

    `account_id` is the lower-case UPN, or "" where it could not be read; `key` is the case's identity, or
    None where a part of it could not be read. `app_text` is the cell of an app that is not known.
    """

    origin: Origin
    account: str = ""
    environment: str = ""
    app: "AppProfile | None" = None
    app_text: str = ""
    kind: Kind = Kind.PERSON
    tenant: str = ""
    credential: Reference | None = None
    expected: "Expected | None" = None
    owner: str = ""
    notes: str = ""
    skip: str = ""
    remarks: tuple[str, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    account_id: str = ""
    key: CaseKey | None = None

    def sound(self, name: str) -> bool:
        """Return whether the field could be read."""
        return not self.flaws or _sound(self.flaws, name)


def _sound(flaws: "tuple[Flaw, ...] | list[Flaw]", name: str) -> bool:
    return all(flaw.field not in {name, ""} for flaw in flaws)


class _App(NamedTuple):
    """What an app's cell says: the app, or the text that means none; and remarks."""

    app: "AppProfile | None"
    text: str
    remarks: tuple[str, ...]


class _Columns(NamedTuple):
    """The columns of one table, in no order of theirs."""

    account: Place
    credential: Place
    password: Place
    app: Column[_App]
    kind: Column[Kind | None]
    environment: Column[str]
    tenant: Column[str]
    expected: "Column[Expected | None]"
    owner: Column[str]
    notes: Column[str]
    skip: Column[str]


def _columns(header: "Header", apps: "Apps", environments: fields.Environments) -> _Columns:
    def app(text: str) -> _App:
        found, remark = apps.of(text)
        return _App(found, "", (remark,) if remark else ())

    return _Columns(
        account=place(header, "account"),
        credential=place(header, "credential"),
        password=place(header, "password"),
        app=Column(place(header, "app"), app, lambda text: _App(None, text, ())),
        kind=Column(place(header, "kind"), fields.kind, lambda _: None),
        environment=Column(place(header, "environment"), required("environment", environments.host), str),
        tenant=Column(place(header, "tenant"), fields.tenant, lambda _: ""),
        expected=Column(place(header, "expected"), fields.expected, lambda _: None),
        owner=Column(place(header, "owner"), str, str),
        notes=Column(place(header, "notes"), str, str),
        skip=Column(place(header, "skip"), fields.skip, str),
    )


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the records of one table."""

    file: str
    sheet: str
    header: "Header"
    columns: _Columns
    allow_plaintext: bool

    def draft(self, record: "Record") -> Draft:
        """Return what the record says; never raises."""
        origin = Origin(self.file, self.sheet, record.row)
        if record.fault:
            return Draft(origin, flaws=(Flaw("", record.fault, "correct the row"),))
        row, columns = Row(record, []), self.columns
        # What is wrong is reported in the order in which it is found.
        app = columns.app.value(row)
        kind, credential = self._kind_and_credential(row)
        row.check_width(self.header.width)
        account = _account(row, columns.account)
        environment = columns.environment.value(row)
        account_id, key = _identity(row.flaws, account, app.app, environment)
        return Draft(
            origin,
            account,
            environment,
            app.app,
            app.text,
            kind,
            columns.tenant.value(row),
            credential,
            columns.expected.value(row),
            columns.owner.value(row),
            columns.notes.value(row),
            columns.skip.value(row),
            app.remarks,
            tuple(row.flaws),
            account_id,
            key,
        )

    def _kind_and_credential(self, row: Row) -> tuple[Kind, Reference | None]:
        written = clean(self.columns.credential.raw(row))
        password = self.columns.password.raw(row)
        credential = self._credential(row, unquoted(written), password) if written or password else None
        kind = self.columns.kind.value(row)
        return kind or (Kind.INTEGRATION if written or password.strip() else Kind.PERSON), credential

    def _credential(self, row: Row, reference: str, password: str) -> Reference | None:
        if not password.strip():
            return _reference(row, reference) if reference else None
        if reference:
            row.flaw("credential", "a credential and a password stand in the same row", "keep one of the two")
        if self.allow_plaintext:
            return plaintext(password)
        row.flaw(
            "password",
            "a password stands in this column",
            "keep it elsewhere and write where in the column credential"
            f" ({', '.join(SCHEMES)}), or allow it with --allow-plaintext-passwords",
        )
        return None

    def problem(self, origin: Origin, flaw: Flaw) -> RowProblem:
        """Return a flaw as it is reported: under the header that stands in the file."""
        column = self.header.titles.get(flaw.field, flaw.field)
        return RowProblem(origin, column, flaw.wrong, flaw.right)


def row_reader(
    table: "Table", header: "Header", apps: "Apps", environments: fields.Environments, *, plain: bool
) -> RowReader:
    """Return what reads a table's records; `plain` allows passwords in the inventory."""
    return RowReader(table.file, table.sheet, header, _columns(header, apps, environments), plain)


_upn = required("account", fields.upn)


def _account(row: Row, where: Place) -> str:
    text = clean(where.raw(row))
    try:
        return _upn(text)
    except CellError as error:
        row.flaw("account", error.wrong, error.right)
        return text


def _identity(
    flaws: list[Flaw], account: str, app: "AppProfile | None", environment: str
) -> tuple[str, CaseKey | None]:
    """Return the account's identity and the case's, of what could be read; a text equal to another is it."""
    if flaws and not _sound(flaws, "account"):
        return "", None
    lower = account.lower()
    account_id = account if lower == account else lower
    if app is None or (flaws and not _sound(flaws, "environment")):
        return account_id, None
    return account_id, CaseKey(account_id, app.name, environment)


def _reference(row: Row, text: str) -> Reference | None:
    try:
        return parse_reference(text)
    except ValueError as error:
        row.flaw("credential", str(error), f"write {', '.join(SCHEMES[:-1])} or {SCHEMES[-1]}")
        return None
