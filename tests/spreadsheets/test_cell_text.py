import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from python_calamine import CalamineWorkbook

from auditor.spreadsheets.cell_text import LONGEST, cell_text, looks_like_formula, usable_link
from auditor.writers.layout import load_layout
from auditor.writers.workbook.markup import Column
from auditor.writers.workbook.parts import Part, save
from auditor.writers.workbook.styles import Styles

ANYTHING = st.text(st.characters(exclude_categories=()), min_size=1, max_size=80)
LEADS = st.sampled_from(["=", "+", "-", "@", "\t", "\r", "#N/A", "#REF!", "{=", "_x003D_"])


def by_openpyxl(text, layout, target):
    """Write a cell as those of the summary are."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("one")
    sheet.append([Styles(layout).cell(sheet, text)])
    book.save(target)


def by_us(text, layout, target):
    """Write a cell as those of the records are."""
    book = Workbook()
    book.worksheets[0].title = "one"
    part = Part(book.worksheets[0])
    xml, _ = Column(part.sheet, Styles(layout), 20).cell(text, "", linked=False)
    part.rows.add(f'<row r="1"><c r="A1{xml}</row>')
    with target.open("wb") as stream:
        save(book, [part], stream, str)


@pytest.fixture(scope="module", params=[by_openpyxl, by_us])
def written(tmp_path_factory, request):
    """Return a function that writes a text into a cell and reads it back with openpyxl and calamine."""
    layout = load_layout()
    target = tmp_path_factory.mktemp("cells") / "one.xlsx"

    def through(text):
        request.param(text, layout, target)
        read = load_workbook(target)
        cell = read.active["A1"]
        seen = CalamineWorkbook.from_path(str(target)).get_sheet_by_name("one").to_python()
        return cell, seen

    return through


@given(text=st.one_of(ANYTHING, st.builds(str.__add__, LEADS, ANYTHING)))
@example(text='=HYPERLINK("https://evil.example","x")')
@example(text="+1-555-0100")
@example(text="@SUM(1+1)")
@example(text="\tcmd")
@example(text="#N/A")
@example(text="12345")
@example(text="TRUE")
@example(text=" a <b> & 'c' \"d\" ]]> \n")
def test_any_text_comes_back_as_a_string_and_never_as_a_formula(text, written):
    cell, seen = written(text)
    assert cell.data_type == "s"
    assert cell.value == cell_text(text)
    assert all(isinstance(value, str) for row in seen for value in row)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\tx", "\rx"])
def test_what_looks_like_a_formula_stays_a_text_when_somebody_edits_the_cell(text, written):
    cell, _ = written(text)
    assert cell.quotePrefix
    assert looks_like_formula(text)


@given(text=ANYTHING)
def test_what_is_written_is_legal_xml(text):
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\ud800-\udfff\ufffe\uffff]", cell_text(text))


def test_a_control_character_is_replaced_by_its_picture():
    assert cell_text("bell \x07, null \x00, escape \x1b") == "bell ␇, null ␀, escape ␛"


def test_half_a_surrogate_pair_is_replaced_and_a_whole_character_is_kept():
    assert cell_text("half \ud83d whole 😀") == "half \N{REPLACEMENT CHARACTER} whole 😀"


def test_line_ends_become_one_kind():
    assert cell_text("a\r\nb\rc\nd") == "a\nb\nc\nd"


def test_what_office_would_read_as_an_escape_is_escaped():
    assert cell_text("_x0041_ but not _x41_") == "_x005F_x0041_ but not _x41_"


@pytest.mark.parametrize("letter", ["x", "ü", "😀"])
def test_a_text_longer_than_a_cell_is_cut_with_a_mark(letter):
    cut = cell_text(letter * 40_000)
    assert len(cut.encode("utf-16-le")) // 2 <= LONGEST
    assert cut.endswith("[cut here: longer than a cell holds]")
    assert cell_text("y" * LONGEST) == "y" * LONGEST


@pytest.mark.parametrize(
    ("url", "usable"),
    [
        ("https://entra.microsoft.com/#view/Blade", True),
        ("http://sts.fabrikam.example/adfs", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("https://a b", False),
        ("https://x\n", False),
        ("https://x/\ud800", False),
        ("https://x/\uffff", False),
        ("https://contoso.example/" + "a" * 2_079, False),
        ("", False),
    ],
)
def test_only_a_web_address_that_excel_can_hold_becomes_a_link(url, usable):
    assert usable_link(url) is usable
