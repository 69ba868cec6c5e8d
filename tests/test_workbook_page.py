"""The page on the workbook says what is so: its sheets, the words of people and of the next run."""

import re

import pytest

from auditor.model import ChangeKind, LeftKind, Status
from auditor.writers.layout import load_layout
from tests.conftest import CHECKOUT

PAGE = (CHECKOUT / "docs" / "workbook.md").read_text(encoding="utf-8")


def below(heading):
    """Return the first cells of the tables below a heading, up to the next of its kind."""
    _, _, rest = PAGE.partition(f"# {heading}\n")
    rows = re.findall(r"^\| (.*?) \|", re.split(r"^#", rest, maxsplit=1, flags=re.MULTILINE)[0], re.MULTILINE)
    return [word for row in rows[1:] for word in row.split("; ")]


def test_every_sheet_that_is_seen_has_its_line_in_their_order():
    layout = load_layout()
    titles = [layout.summary.title, *(s.title for s in layout.sheets.values() if not s.hidden)]
    shown = list(dict.fromkeys(re.sub("^To do .*", "To do ...", title) for title in titles))
    assert sorted(below("Sheet by sheet")) == sorted(shown)


def test_every_status_is_explained():
    assert below("Working in Findings") == list(Status)


def test_every_reason_why_a_row_is_listed_is_explained():
    assert sorted(below("What is listed on Carried over")) == sorted(LeftKind)


def test_everything_that_can_become_of_a_finding_is_explained():
    assert below("What Changes says") == list(ChangeKind)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)", PAGE))))
def test_links_lead_somewhere(target):
    assert (CHECKOUT / "docs" / target).exists()
