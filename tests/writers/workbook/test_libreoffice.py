import os
import re
import shutil
import subprocess

import pytest
from openpyxl import load_workbook

from auditor.writers.workbook.writer import WorkbookWriter

OFFICE = shutil.which("libreoffice") or shutil.which("soffice")


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed here; the workbook is not rendered")
def test_libreoffice_opens_the_workbook_and_prints_every_sheet(audit, tmp_path):
    WorkbookWriter().write(audit, tmp_path / "report.xlsx")
    subprocess.run(
        [
            OFFICE,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(tmp_path),
            str(tmp_path / "report.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=180,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    pdf = (tmp_path / "report.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    sheets = load_workbook(tmp_path / "report.xlsx").worksheets
    shown = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= len(shown) > 10
