import os
import re
import shutil
import subprocess

import pytest
from openpyxl import load_workbook

from auditor.model import Brand
from auditor.writers.workbook.writer import WorkbookWriter
from tests.pictures import png

OFFICE = shutil.which("libreoffice") or shutil.which("soffice")
READER = shutil.which("pdftotext")


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed here; the workbook is not rendered")
def test_libreoffice_opens_the_workbook_and_prints_every_sheet(audit, tmp_path):
    pdf = printed(WorkbookWriter(), audit, tmp_path)
    assert pdf.startswith(b"%PDF")
    sheets = load_workbook(tmp_path / "report.xlsx").worksheets
    shown = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= len(shown) > 10


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed here; the workbook is not rendered")
@pytest.mark.skipif(READER is None, reason="pdftotext is not installed here; pages have no names")
def test_the_summary_is_one_page_and_the_findings_one_page_wide(audit, terms, tmp_path):
    brand = Brand("The Waterworks of the Greater Northern Region (Holding) " * 3, png(300, 60), "F2C811")
    printed(WorkbookWriter(terms(brand=brand)), audit, tmp_path)
    told = subprocess.run(
        [READER, "-layout", str(tmp_path / "report.pdf"), "-"], check=True, capture_output=True, text=True
    ).stdout.split("\f")
    names = [found[1] for page in told if (found := re.search(r" {3,}(\S.*?) {3,}\d+ / \d+\s*$", page))]
    assert len(names) == len(told) - 1, "each page has its sheet's name and its number below"
    assert (names[0], names.count("Summary"), names.count("Findings")) == ("Summary", 1, 1)
    assert "auditor" not in names, "what nobody sees is not printed either"
    findings = told[names.index("Findings")]
    assert "Comment" in findings
    assert "What is seen" not in findings


def printed(writer, audit, folder):
    """Write a report and have LibreOffice print it; returns the PDF."""
    writer.write(audit, folder / "report.xlsx")
    subprocess.run(
        [
            OFFICE,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(folder),
            str(folder / "report.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=180,
        env={**os.environ, "HOME": str(folder)},
    )
    return (folder / "report.pdf").read_bytes()
