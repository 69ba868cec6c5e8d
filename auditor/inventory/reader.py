"""The reading of an inventory from end to end: file -> records -> drafts -> cases."""

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

from auditor.errors import InventoryError, NothingToAudit
from auditor.inventory.apps import known_apps
from auditor.inventory.columns import find_header
from auditor.inventory.delimited import delimited_table
from auditor.inventory.drafts import row_reader
from auditor.inventory.duplicates import settled, shareable, shared_identities
from auditor.inventory.fields import Environments
from auditor.inventory.jsonfile import json_lines_table, json_table
from auditor.inventory.sheets import workbook_table
from auditor.inventory.texts import counted_rows
from auditor.model import Case, InvalidRow, Inventory

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from auditor.clouds import Clouds
    from auditor.inventory.drafts import Draft, RowReader
    from auditor.inventory.interface import ReadOptions, Table
    from auditor.model import AppProfile

_WORKBOOKS = (".xlsx", ".xlsm", ".xls")
_TEXTS = (".csv", ".tsv", ".txt")


def read_inventory(
    path: "Path", options: "ReadOptions", apps: "Mapping[str, AppProfile]", clouds: "Clouds"
) -> Inventory:
    """Return the cases of an inventory file, the rows that cannot be audited, and remarks.

    `apps` is profile name -> profile and holds "own-registration", the pattern for other client ids.
    Raises InventoryError when the file as a whole cannot be read, NothingToAudit when it has no rows.
    """
    with _without_collector():
        with _table(path, options) as table:
            header, records, notes = find_header(table, options.mapping)
            known = known_apps(apps, options.default_app)
            reader = row_reader(table, header, known, Environments(clouds, {}), plain=options.allow_plaintext)
            drafts = [reader.draft(record) for record in records]
        if not drafts:
            raise NothingToAudit(
                f"{table.file}: there are no rows below the header", "fill in one row per account"
            )
        return _inventory(reader, drafts, (*table.remarks, *notes))


@contextmanager
def _without_collector() -> "Iterator[None]":
    """Keep Python from looking for cycles: rows make none, and among 100,000 the search costs a third."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _inventory(reader: "RowReader", drafts: "list[Draft]", remarks: tuple[str, ...]) -> Inventory:
    """Return the inventory and empty the list: a draft's memory is free when its case is made."""
    shared = shared_identities(drafts)
    kept, gone = settled(drafts)
    drafts.clear()
    if gone:
        remarks = (*remarks, f"merged with an earlier row of the same case: {counted_rows(gone)}")
    invalid = tuple(_invalid(reader, draft) for draft in kept if draft.flaws)
    cases = tuple(_case(draft, shared) for draft in _emptied(kept) if not draft.flaws)
    return Inventory(reader.file, cases, invalid, remarks, len(gone))


def _emptied(drafts: "list[Draft]") -> "Iterator[Draft]":
    drafts.reverse()
    while drafts:
        yield drafts.pop()


def _case(draft: "Draft", shared: "frozenset[Hashable]") -> Case:
    assert draft.app is not None
    assert draft.key is not None
    return Case(
        key=draft.key,
        account=draft.account,
        environment=draft.environment,
        app=draft.app,
        kind=draft.kind,
        origin=draft.origin,
        tenant=draft.tenant,
        credential=draft.credential,
        expected=draft.expected,
        owner=draft.owner,
        notes=draft.notes,
        skip=draft.skip,
        shared_credential=bool(shared) and shareable(draft) in shared,
        remarks=draft.remarks,
    )


def _invalid(reader: "RowReader", draft: "Draft") -> InvalidRow:
    problems = tuple(reader.problem(draft.origin, flaw) for flaw in draft.flaws)
    app = draft.app.name if draft.app else draft.app_text
    return InvalidRow(draft.origin, draft.account, draft.environment, app, problems)


@contextmanager
def _table(path: "Path", options: "ReadOptions") -> "Iterator[Table]":
    try:
        with _opened(path, options) as table:
            yield table
    except FileNotFoundError:
        raise InventoryError(f"there is no file {path.name}", "check the path of the inventory") from None
    except IsADirectoryError:
        raise InventoryError(f"{path.name} is a folder", "name the inventory file in it") from None
    except OSError as error:
        raise InventoryError(
            f"{path.name} cannot be opened ({error.strerror or type(error).__name__})",
            "close it in other programs and check that you may read it",
        ) from None


def _opened(path: "Path", options: "ReadOptions") -> "AbstractContextManager[Table]":
    ending = path.suffix.lower()
    if ending in _WORKBOOKS:
        return workbook_table(path, options)
    if options.sheet:
        raise InventoryError(f"{path.name} has no sheets", "leave --sheet out; it is for workbooks")
    if ending in _TEXTS:
        return delimited_table(path, options.mapping)
    if ending in {".json", ".jsonl"}:
        return json_table(path) if ending == ".json" else json_lines_table(path)
    raise InventoryError(
        f"{path.name}: files that end in {ending or 'nothing'} are not known",
        f"give one of {', '.join((*_WORKBOOKS, *_TEXTS, '.json', '.jsonl'))}",
    )


def format_problems(invalid: "tuple[InvalidRow, ...]") -> list[str]:
    """Return a line for every problem of every row: file, sheet, row, column, what is wrong and right."""
    return [str(problem) for row in invalid for problem in row.problems]
