"""What LibreOffice takes to open a workbook and to reckon it: run by a Python that knows its bridge `uno`.

`office.py PROGRAM WORKBOOK` prints seconds as JSON: to open it, to set a Status and see its fix follow, to
reckon everything anew. It imports nothing of ours.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

_TRIES, _PAUSE = 240, 0.25  # a minute for the program to start
_PATIENCE = 900  # seconds until a program that has not answered is ended


def main(program: str, workbook: str) -> None:
    """Measure one workbook in a program and a profile of its own."""
    uno = importlib.import_module("uno")
    with tempfile.TemporaryDirectory() as folder:
        pipe = f"auditor-{Path(folder).name}"
        command = [program, f"-env:UserInstallation={Path(folder).as_uri()}", "--headless", "--norestore"]
        process = subprocess.Popen(
            [*command, f"--accept=pipe,name={pipe};urp;"], stderr=subprocess.DEVNULL, start_new_session=True
        )
        given_up = threading.Timer(_PATIENCE, os.killpg, (process.pid, signal.SIGKILL))
        given_up.start()
        try:
            print(json.dumps(_measured(_desktop(uno, pipe), uno, Path(workbook))))
        finally:
            given_up.cancel()
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _desktop(uno: Any, pipe: str) -> Any:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(_TRIES):
        with suppress(Exception):  # not there yet
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        time.sleep(_PAUSE)
    raise TimeoutError(pipe)


def _measured(desktop: Any, uno: Any, workbook: Path) -> dict[str, float]:
    hidden = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    hidden.Name, hidden.Value = "Hidden", True
    begun = time.perf_counter()
    document = desktop.loadComponentFromURL(workbook.as_uri(), "_blank", 0, (hidden,))
    opened = time.perf_counter()
    _edit(document)
    edited = time.perf_counter()
    document.calculateAll()
    reckoned = time.perf_counter()
    document.close(True)
    return {"opened": opened - begun, "edited": edited - opened, "reckoned": reckoned - edited}


def _edit(document: Any) -> None:
    """Mark the first finding as done, and read what every desk then has done."""
    findings = document.Sheets.getByName("Findings")
    findings.getCellByPosition(_column(findings, "Status"), 1).String = "Done"
    for name in document.Sheets.ElementNames:
        if name.startswith("To do"):
            desk = document.Sheets.getByName(name)
            used = desk.createCursor()
            used.gotoEndOfUsedArea(False)
            at, last = _column(desk, "Done so far"), used.RangeAddress.EndRow
            desk.getCellRangeByPosition(at, 1, at, last).getDataArray()


def _column(sheet: Any, header: str) -> int:
    (headers,) = sheet.getCellRangeByPosition(0, 0, 40, 0).getDataArray()
    return int(headers.index(header))


if __name__ == "__main__":
    main(*sys.argv[1:])
