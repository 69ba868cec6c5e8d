"""People at work in LibreOffice: run by a Python that knows `uno`, with the office program, a file, a target.

What was done is printed as JSON: who wrote what into which row, by the row's key.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.table import TableSortField

_TRIES, _PAUSE = 240, 0.25


def main(office: str, source: str, target: str) -> None:
    """Open the workbook, work in its findings, save it as .xlsx, and say what was written."""
    with tempfile.TemporaryDirectory() as folder:
        pipe = f"auditor-{Path(folder).name}"
        profile = f"-env:UserInstallation={Path(folder).as_uri()}"
        accept = f"--accept=pipe,name={pipe};urp;"
        command = [office, profile, "--headless", "--norestore", "--nologo", accept]
        process = subprocess.Popen(command, start_new_session=True)
        try:
            desktop = _desktop(pipe)
            document = desktop.loadComponentFromURL(
                Path(source).as_uri(), "_blank", 0, (_property("Hidden", True),)
            )
            written = _work(document.Sheets.getByName("Findings"))
            document.storeToURL(Path(target).as_uri(), (_property("FilterName", "Calc MS Excel 2007 XML"),))
            document.close(True)
            with suppress(Exception):  # the bridge breaks when the program ends
                desktop.terminate()
            process.wait(timeout=60)
        finally:
            with suppress(ProcessLookupError):  # it has ended, as it should
                os.killpg(process.pid, signal.SIGKILL)
    sys.stdout.write(json.dumps(written))


def _desktop(pipe: str):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(_TRIES):
        with suppress(Exception):  # not there yet
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        time.sleep(_PAUSE)
    raise TimeoutError(pipe)


def _property(name: str, value: object) -> PropertyValue:
    return PropertyValue(name, 0, value, 0)


def _headers(sheet) -> dict:
    used = sheet.createCursor()
    used.gotoEndOfUsedArea(False)
    last = used.RangeAddress.EndColumn
    return {sheet.getCellByPosition(at, 0).String: at for at in range(last + 1)}


def _work(sheet) -> dict:
    """Sort, write, add and move columns, delete and hide rows; returns what was written by key."""
    used = sheet.createCursor()
    used.gotoEndOfUsedArea(False)
    last_row, last_column = used.RangeAddress.EndRow, used.RangeAddress.EndColumn
    at = _headers(sheet)
    field = TableSortField()
    field.Field, field.IsAscending = at["Finding"], False
    fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
    sheet.getCellRangeByPosition(0, 0, last_column, last_row).sort(
        (_property("SortFields", fields), _property("ContainsHeader", True))
    )
    _own_column(sheet, at["Severity"], last_row)
    _first_column(sheet, "Rule")
    sheet.Rows.removeByIndex(last_row - 1, 2)
    sheet.Rows.getByIndex(4).IsVisible = False
    return _write(sheet)


def _own_column(sheet, position: int, last_row: int) -> None:
    sheet.Columns.insertByIndex(position, 1)
    sheet.getCellByPosition(position, 0).String = "Team"
    for row in range(1, last_row - 1):
        sheet.getCellByPosition(position, row).String = f"team {row}"


def _first_column(sheet, header: str) -> None:
    """Move a column to the front, as cut and paste do."""
    sheet.Columns.insertByIndex(0, 1)
    source = sheet.Columns.getByIndex(_headers(sheet)[header])
    address = source.RangeAddress
    sheet.moveRange(sheet.getCellByPosition(0, 0).CellAddress, address)
    sheet.Columns.removeByIndex(address.StartColumn, 1)


def _write(sheet) -> dict:
    at = _headers(sheet)
    words = [
        ("In progress", "Dana", "2027-01-15", "=waits, says Lee"),
        ("Done", "Lee", "", "two\nlines"),
        ("accepted risk", "Kim", "2099-12-31", "the vendor is late"),
        ("Not ours", "", "", "ask the vendor \N{WAVING HAND SIGN}"),
    ]
    written = {}
    for row, (status, owner, due, comment) in enumerate(words, 1):
        cells = {
            name: sheet.getCellByPosition(at[name], row) for name in ("Status", "Owner", "Due", "Comment")
        }
        cells["Status"].String, cells["Owner"].String, cells["Comment"].String = status, owner, comment
        if due:
            cells["Due"].setFormula(due)  # as if it was typed: it becomes a date
        key = sheet.getCellByPosition(at["Key"], row).String
        written[key] = [status, owner, due, comment, f"team {row}"]
    return written


if __name__ == "__main__":
    main(*sys.argv[1:])
