"""One record becomes a draft: every value that could be read, and everything wrong with the rest."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from auditor.inventory import fields
from auditor.inventory.interface import CellError
from auditor.inventory.texts import clean, unquoted
from auditor.model import CaseKey, Kind, Origin, RowProblem
from auditor.secrets import SCHEMES, Reference, parse_reference, plaintext

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.inventory.apps import Apps
    from auditor.inventory.columns import Header
    from auditor.inventory.interface import Record
    from auditor.model import AppProfile, Expected

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with one field of a row ("" is the row itself)."""

    field: str
    wrong: str
    right: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A row on its way to a case. `account` and `environment` are as written where they could not be read."""

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

    def sound(self, name: str) -> bool:
        """Return whether the field could be read."""
        return not self.flaws or all(flaw.field not in {name, ""} for flaw in self.flaws)

    @property
    def account_id(self) -> str:
        """Return the account's identity, or "" where it could not be read."""
        return self.account.lower() if self.sound("account") else ""

    @property
    def key(self) -> CaseKey | None:
        """Return the case's identity, or None where a part of it could not be read."""
        if self.app is None or not (self.sound("account") and self.sound("environment")):
            return None
        return CaseKey(self.account.lower(), self.app.name, self.environment)


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the records of one table."""

    file: str
    sheet: str
    header: "Header"
    apps: "Apps"
    environments: fields.Environments
    allow_plaintext: bool

    def draft(self, record: "Record") -> Draft:
        """Return what the record says; never raises."""
        origin = Origin(self.file, self.sheet, record.row)
        if record.fault:
            return Draft(origin, flaws=(Flaw("", record.fault, "correct the row"),))
        row = _Row(self.header, record)
        app, app_text, remarks = self._app(row)
        credential = _credential(row, allowed=self.allow_plaintext)
        kind = row.read("kind", fields.kind, None)
        row.check_width()
        return Draft(
            origin,
            account=row.required("account", fields.upn),
            environment=row.required("environment", self.environments.host),
            app=app,
            app_text=app_text,
            kind=kind or (Kind.INTEGRATION if row.has_credential else Kind.PERSON),
            tenant=row.read("tenant", fields.tenant, ""),
            credential=credential,
            expected=row.read("expected", fields.expected, None),
            owner=row.text("owner"),
            notes=row.text("notes"),
            skip=fields.skip(row.text("skip")),
            remarks=remarks,
            flaws=tuple(row.flaws),
        )

    def _app(self, row: "_Row") -> "tuple[AppProfile | None, str, tuple[str, ...]]":
        text = row.text("app")
        try:
            app, remark = self.apps.of(text)
        except CellError as error:
            row.flaw("app", error.wrong, error.right)
            return None, text, ()
        return app, text, (remark,) if remark else ()

    def problem(self, origin: Origin, flaw: Flaw) -> RowProblem:
        """Return a flaw as it is reported: under the header that stands in the file."""
        column = self.header.titles.get(flaw.field, flaw.field)
        return RowProblem(origin, column, flaw.wrong, flaw.right)


@dataclass(frozen=True, slots=True)
class _Row:
    """One record while it is read, and what was found wrong so far."""

    header: "Header"
    record: "Record"
    flaws: list[Flaw] = field(default_factory=list)

    def raw(self, name: str) -> str:
        position = self.header.positions.get(name, -1)
        if not 0 <= position < len(self.record.cells):
            return ""
        cell = self.record.cells[position]
        if cell is None:
            self.flaw(name, "a list or an object stands here", "write a single text")
            return ""
        return cell

    def text(self, name: str) -> str:
        return clean(self.raw(name))

    def flaw(self, name: str, wrong: str, right: str) -> None:
        found = Flaw(name, wrong, right)
        if found not in self.flaws:
            self.flaws.append(found)

    def read(self, name: str, parse: "Callable[[str], T]", otherwise: T) -> T:
        try:
            return parse(self.text(name))
        except CellError as error:
            self.flaw(name, error.wrong, error.right)
            return otherwise

    def required(self, name: str, parse: "Callable[[str], str]") -> str:
        text = self.text(name)
        if not text:
            self.flaw(name, f"no {name}", "fill in the cell, or delete the row")
            return ""
        return self.read(name, parse, text)

    @property
    def has_credential(self) -> bool:
        return bool(self.text("credential") or self.raw("password").strip())

    def check_width(self) -> None:
        beyond = sum(bool(cell and cell.strip()) for cell in self.record.cells[self.header.width :])
        if beyond:
            self.flaw(
                "",
                f"the row has {beyond} filled cells more than the header",
                "put quotation marks around texts that hold the separator",
            )


def _credential(row: _Row, *, allowed: bool) -> Reference | None:
    reference, password = unquoted(row.text("credential")), row.raw("password")
    if reference and password.strip():
        row.flaw("credential", "a credential and a password stand in the same row", "keep one of the two")
    if password.strip():
        return _plain(row, password, allowed=allowed)
    return _reference(row, reference) if reference else None


def _plain(row: _Row, password: str, *, allowed: bool) -> Reference | None:
    if allowed:
        return plaintext(password)
    row.flaw(
        "password",
        "a password stands in this column",
        "keep it elsewhere and write where in the column credential"
        f" ({', '.join(SCHEMES)}), or allow it with --allow-plaintext-passwords",
    )
    return None


def _reference(row: _Row, text: str) -> Reference | None:
    try:
        return parse_reference(text)
    except ValueError as error:
        row.flaw("credential", str(error), f"write {', '.join(SCHEMES[:-1])} or {SCHEMES[-1]}")
        return None
