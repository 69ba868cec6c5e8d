"""The columns that people work in, and what the next run recognises them by."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from auditor.model import (
    REGISTRY_FORMAT,
    ColumnUse,
    FindingKey,
    FindingName,
    RegistryColumn,
    Status,
    Tracked,
    facts_checksum,
)
from auditor.spreadsheets.cell_text import cell_text
from auditor.writers.layout import load_layout
from auditor.writers.workbook.sheet import Limits
from auditor.writers.workbook.writer import WorkbookWriter
from tests.writers.workbook.ooxml import problems

WORDS = Tracked(Status.IN_PROGRESS, "Dana", date(2027, 3, 31), "=waits for the vendor", ("x", True, 1))


@dataclass(frozen=True)
class Previous:
    """An earlier workbook, as far as writers look at it."""

    own_columns: tuple[str, ...] = ()
    source: str = "report.xlsx"
    remarks: tuple[str, ...] = ()

    def left(self):
        return ()


@pytest.fixture
def written(audit, terms, tmp_path):
    """Return a function that writes the fixed audit with words at its first finding, and reads it back."""

    def write(tracked=None, own=(), limits=Limits()):  # noqa: B008 - frozen
        cases = list(audit.cases)
        at, first = next((at, case) for at, case in enumerate(cases) if case.findings)
        found = (replace(first.findings[0], tracked=tracked), *first.findings[1:])
        cases[at] = replace(first, findings=found)
        path = tmp_path / "work.xlsx"
        under = terms(follow_up=Previous(tuple(own)))
        WorkbookWriter(under, limits).write(replace(audit, cases=tuple(cases)), path)
        assert problems(path) == []
        return load_workbook(path)

    return write


def headers(sheet):
    return [cell.value for cell in sheet[1]]


def row(sheet, number=2):
    return dict(zip(headers(sheet), (cell.value for cell in sheet[number]), strict=True))


def cell(sheet, header, number=2):
    return sheet.cell(number, headers(sheet).index(header) + 1)


def keys_of(audit):
    return [
        FindingKey(result.case.key, finding.rule).digest()
        for result in audit.results()
        for finding in result.findings
    ]


def test_what_is_worked_on_stands_behind_what_the_finding_is(written):
    assert headers(written()["Findings"])[4:9] == ["Finding", "Status", "Owner", "Due", "Comment"]


def test_a_finding_is_open_until_somebody_says_otherwise(written, audit):
    sheet = written()["Findings"]
    states = [cell(sheet, "Status", number).value for number in range(2, sheet.max_row + 1)]
    assert states == ["Open"] * len(keys_of(audit))


def test_words_of_an_earlier_workbook_stand_at_their_finding(written):
    sheet = written(WORDS)["Findings"]
    found = row(sheet)
    assert (found["Status"], found["Owner"]) == ("In progress", "Dana")
    assert found["Due"] == datetime(2027, 3, 31)  # noqa: DTZ001 - a day as spreadsheets have it
    assert cell(sheet, "Due").number_format == "yyyy-mm-dd"
    assert (found["Comment"], cell(sheet, "Comment").data_type) == ("=waits for the vendor", "s")
    assert cell(sheet, "Comment").quotePrefix


def test_a_due_that_was_no_date_stays_the_text_it_was(written):
    assert row(written(Tracked(due="after Easter"))["Findings"])["Due"] == "after Easter"


def test_the_status_is_chosen_and_a_due_that_is_no_date_only_warned_of(written, audit):
    sheet, last = written()["Findings"], len(keys_of(audit)) + 1
    choice, day = sheet.data_validations.dataValidation
    assert choice.formula1 == '"Open,In progress,Done,Accepted risk,Not ours"'
    assert (choice.type, choice.errorStyle, str(choice.sqref)) == ("list", "stop", f"F2:F{last}")
    assert choice.showErrorMessage
    assert (day.type, day.errorStyle, str(day.sqref)) == ("date", "warning", f"H2:H{last}")


def test_a_status_has_the_colour_of_its_word_by_one_rule_for_the_column(written, audit):
    sheet = written()["Findings"]
    (found,) = sheet.conditional_formatting
    assert str(found.sqref) == f"F2:F{len(keys_of(audit)) + 1}"
    assert [rule.formula[0].strip('"') for rule in found.rules] == [status.value for status in Status]


def test_headers_say_what_belongs_below_them(written):
    sheet = written()["Findings"]
    assert "--previous" in cell(sheet, "Status", 1).comment.text
    assert "last day" in cell(sheet, "Due", 1).comment.text
    assert "reason" in cell(sheet, "Comment", 1).comment.text


def test_people_write_on_the_findings_and_on_no_other_sheet(written):
    book = written()
    for sheet in book:
        assert sheet.protection.sheet is (sheet.title != "Findings")
        assert sheet.protection.password is None
        if sheet.protection.sheet:
            assert not sheet.protection.autoFilter
            assert not sheet.protection.selectLockedCells


def test_a_row_carries_its_key_hidden_in_the_table(written, audit):
    sheet = written()["Findings"]
    assert headers(sheet)[-1] == "Key"
    assert [cell(sheet, "Key", number).value for number in range(2, sheet.max_row + 1)] == keys_of(audit)
    letter = cell(sheet, "Key").column_letter
    assert sheet.column_dimensions[letter].hidden
    assert sheet.tables["Findings"].ref.endswith(f"{letter}{sheet.max_row}")


def test_a_very_hidden_sheet_knows_the_run_and_what_every_row_said(written, audit):
    book = written(WORDS, ["Ticket"])
    unseen, sheet = book["auditor"], book["Findings"]
    assert unseen.sheet_state == "veryHidden"
    assert not unseen.tables
    rows = list(unseen.iter_rows(min_row=2, values_only=True))
    said = {row[0]: row[1] for row in rows}
    assert (said["format"], said["run"], said["tool"]) == (
        REGISTRY_FORMAT,
        audit.run.id,
        audit.run.tool_version,
    )
    assert datetime.fromisoformat(said["started"]) == audit.run.started
    assert datetime.fromisoformat(said["ended"]) == audit.run.ended
    columns = [RegistryColumn(*row[1:]) for row in rows if row[0] == "column"]
    assert [column.header for column in columns] == [name for name in headers(sheet) if name != "Ticket"]
    used = {use: [column.header for column in columns if column.use == use] for use in ColumnUse}
    assert used[ColumnUse.WORK] == ["Status", "Owner", "Due", "Comment"]
    assert used[ColumnUse.BESIDE] == ["See", "Fix number", "Key"]
    findings = [row[1:] for row in rows if row[0] == "finding"]
    for number, (key, facts, name) in enumerate(findings, 2):
        told = {header: value or "" for header, value in row(sheet, number).items()}
        assert key == told["Key"]
        assert facts == facts_checksum(told[header] for header in used[ColumnUse.FACT])
        words = (told[header] for header in ("Account", "App", "Environment", "Rule"))
        assert name == FindingName(*words).checksum()
    assert len(findings) == len(keys_of(audit))


def test_columns_of_somebodys_own_stand_behind_ours_with_values_of_their_kind(written):
    own = ("Ticket", "Agreed", "Hours", "Since", "At", "Gone")
    values = ("-12", True, 1.5, date(2026, 12, 24), datetime(2026, 12, 24, 18, 30, tzinfo=UTC), None)
    sheet = written(Tracked(own=values), own)["Findings"]
    assert headers(sheet)[-8:] == [*own, "Fix number", "Key"]
    found = row(sheet)
    assert (found["Ticket"], found["Agreed"], found["Hours"], found["Gone"]) == ("-12", True, 1.5, None)
    assert found["Since"] == datetime(2026, 12, 24)  # noqa: DTZ001 - as above
    assert found["At"] == datetime(2026, 12, 24, 18, 30)  # noqa: DTZ001 - as above
    assert cell(sheet, "Agreed").data_type == "b"
    assert cell(sheet, "Ticket").quotePrefix


def test_one_and_true_and_a_half_are_three_things_in_one_column(audit, terms, tmp_path):
    own = [(True,), (1,), (1.0,), (0,), (False,), (date(1899, 12, 31),), (float("nan"),), (10**400,)]
    cases, left = [], iter(own)
    for case in audit.cases:
        found = tuple(replace(one, tracked=Tracked(own=next(left, ()))) for one in case.findings)
        cases.append(replace(case, findings=found))
    path = tmp_path / "kinds.xlsx"
    WorkbookWriter(terms(follow_up=Previous(("Own",)))).write(replace(audit, cases=tuple(cases)), path)
    sheet = load_workbook(path)["Findings"]
    read = [cell(sheet, "Own", number).value for number in range(2, 2 + len(own))]
    assert [str(value) for value in read[:5]] == ["True", "1", "1.0", "0", "False"]
    assert read[5:7] == ["1899-12-31", "nan"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Status", "Status (2)"),
        ("kEY", "kEY (2)"),
        ("", "Column 1"),
        (" two\r\nlines ", "two lines"),
        ("=1+1", "=1+1"),
        ("x" * 300, "x" * 240),
        ("bell \x07", cell_text("bell \x07")),
        ("شركة 😀", "شركة 😀"),
    ],
)
def test_a_header_of_somebodys_own_may_be_anything(written, given, shown):
    sheet = written(Tracked(own=("here",)), [given])["Findings"]
    assert headers(sheet)[-3] == shown
    assert row(sheet)[shown] == "here"
    assert sheet.cell(1, len(headers(sheet)) - 2).data_type == "s"
    assert [column.name for column in sheet.tables["Findings"].tableColumns] == headers(sheet)


def test_headers_alike_are_told_apart(written):
    sheet = written(None, ["Note", "note", "Note (2)"])["Findings"]
    assert headers(sheet)[-5:-2] == ["Note", "note (2)", "Note (2) (2)"]


def test_continued_findings_have_table_choices_and_keys_on_every_sheet(written, audit):
    book = written(limits=Limits(rows=4, links=100))
    titles = [title for title in book.sheetnames if title.startswith("Findings")]
    assert titles == ["Findings", "Findings (2)", "Findings (3)"]
    found = []
    for title, name in zip(titles, ("Findings", "Findings_2", "Findings_3"), strict=True):
        sheet = book[title]
        assert sheet.tables[name].ref == sheet.dimensions
        assert [v.type for v in sheet.data_validations.dataValidation] == ["list", "date"]
        assert str(sheet.data_validations.dataValidation[0].sqref) == f"F2:F{sheet.max_row}"
        assert not sheet.protection.sheet
        found += [cell(sheet, "Key", number).value for number in range(2, sheet.max_row + 1)]
    assert found == keys_of(audit)
    unseen = [title for title in book.sheetnames if title.startswith("auditor")]
    assert {book[title].sheet_state for title in unseen} == {"veryHidden"}
    assert set(found) < {
        value
        for title in unseen
        for (value,) in book[title].iter_rows(min_col=2, max_col=2, values_only=True)
    }


def test_nothing_that_people_wrote_is_reckoned(written):
    cells = (cell for line in written(WORDS)["Findings"].iter_rows() for cell in line)
    assert not [cell for cell in cells if cell.data_type == "f" or isinstance(cell.value, ArrayFormula)]


def test_the_layout_says_under_which_headers_people_work():
    shown = {column.key: column for column in load_layout().sheets["findings"].columns}
    assert [shown[key].entry for key in ("status", "owner", "due", "comment")] == [
        "status",
        "text",
        "date",
        "text",
    ]
