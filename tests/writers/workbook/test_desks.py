"""The sheets of what each desk has to do, and the formulas that look up how far it is."""

import re
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from auditor.model import Desk, Lane, Status, Tracked
from auditor.writers.layout import load_layout
from auditor.writers.texts import load_texts
from auditor.writers.workbook import lookups
from auditor.writers.workbook.desks import shares
from auditor.writers.workbook.lookups import Lookups
from auditor.writers.workbook.sheet import Limits
from auditor.writers.workbook.writer import WorkbookWriter

TITLES = {desk: load_layout().sheets[f"todo_{desk}"].title for desk in Desk}


@pytest.fixture
def written(tmp_path):
    """Return a way to write an audit; gives the workbook with formulas, then with what they come to."""

    def write(audit, limits=Limits()):  # noqa: B008 - frozen
        path = tmp_path / "report.xlsx"
        WorkbookWriter(limits=limits).write(audit, path)
        return load_workbook(path), load_workbook(path, data_only=True)

    return write


def tracked(audit, *statuses):
    """Return an audit whose findings have these statuses, the last one for all others."""
    given, results = list(statuses), []
    for result in audit.cases:
        findings = [
            replace(found, tracked=Tracked(given.pop(0) if len(given) > 1 else given[0]))
            for found in result.findings
        ]
        results.append(replace(result, findings=tuple(findings)))
    return replace(audit, cases=tuple(results))


def records(sheet):
    """Yield the rows of a sheet by header."""
    headers = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        yield dict(zip(headers, row, strict=True))


def reckoned(formula, sheets):
    """Return what a formula of ours comes to, reckoned here: no more than COUNTIFS over given sheets."""

    def counted(found):
        asked = re.findall(r"'([^']+)'!\$([A-Z]+)\$2:\$[A-Z]+\$(\d+),\"?([^\",]*)\"?", found[1])
        rows = range(2, int(asked[0][2]) + 1)
        return str(sum(
            all(str(sheets[title][f"{letter}{row}"].value).lower() == word.lower()
                for title, letter, _, word in asked)
            for row in rows
        ))  # fmt: skip

    text = re.fullmatch(r'=(?:IFERROR\()?(.*?)(?:,""\))?', formula)[1]
    parts = re.sub(r"COUNTIFS\(((?:'[^']*'|[^')])*)\)", counted, text)
    parts = re.sub(r"\(?(\d+(?:\+\d+)*)\)?", lambda sums: str(sum(map(int, sums[1].split("+")))), parts)
    return "".join(part.strip('"') for part in parts.split("&"))


def test_every_desk_with_work_has_a_sheet_between_findings_and_fixes(audit, written):
    book, _ = written(audit)
    names = book.sheetnames
    assert names[names.index("Findings") + 1 : names.index("Fixes")] == [TITLES[desk] for desk in Desk]


def test_a_desk_without_work_has_none(audit, make, written):
    only = [r for r in audit.cases if any(f.fixes and f.fixes[0].desk is Desk.USER for f in r.findings)]
    book, _ = written(make.audit(audit.run, audit.summary, tuple(only[:1])))
    assert [title for title in book.sheetnames if title.startswith("To do")] == [TITLES[Desk.USER]]


def test_what_is_done_is_looked_up_and_the_value_is_there_before_anybody_reckons(audit, written):
    statuses = [Status.DONE, Status.OPEN, Status.DONE, Status.ACCEPTED]
    book, values = written(tracked(audit, *statuses))
    seen = []
    for title in TITLES.values():
        for row, value in zip(records(book[title]), records(values[title]), strict=True):
            told = value["Done so far"].value
            assert reckoned(row["Done so far"].value, book) == told
            seen.append(told)
    assert any(not told.startswith("0 of") for told in seen)


def test_what_is_looked_up_is_no_link_and_fixes_are_counted_as_numbers(audit, written):
    book, _ = written(audit)
    for row in records(book["Findings"]):
        assert not row["Fix number"].hyperlink, "LibreOffice would take a millisecond a comparison"
        assert not row["Status"].hyperlink
        number = row["Fix number"].value
        assert row["See"].value == (f"fix {number}" if number else None)
        assert number is None or row["Fix number"].data_type == "n"
    formulas = [row["Done so far"].value for title in TITLES.values() for row in records(book[title])]
    counted = {letter for text in formulas for letter in re.findall(r"!\$([A-Z]+)\$2:", text)}
    headers = {cell.column_letter: cell.value for cell in book["Findings"][1]}
    assert {headers[letter] for letter in counted} == {"Fix number", "Status"}


@pytest.mark.parametrize("rows", [4, 5])  # the last sheet is full, or is not
def test_a_lookup_follows_the_findings_onto_further_sheets(audit, written, rows):
    done = tracked(audit, Status.DONE)
    book, values = written(done, Limits(rows=rows))
    for title in book.sheetnames:
        if title.startswith("To do"):
            for row, value in zip(records(book[title]), records(values[title]), strict=True):
                told = value["Done so far"].value
                assert reckoned(row["Done so far"].value, book) == told
                found = re.fullmatch(r"(\d+) of (\d+) done", told)
                assert found[1] == found[2] != "0"


def test_beyond_what_can_be_looked_up_quickly_the_row_says_what_it_was(audit, written, monkeypatch):
    monkeypatch.setattr(lookups, "_MOST_FORMULAS", 1)
    book, _ = written(audit)
    told = [row["Done so far"].value for title in TITLES.values() for row in records(book[title])]
    assert sum(text.startswith("=") for text in told) == 1
    assert all(text.endswith("done when this was written") for text in told if not text.startswith("="))


@pytest.mark.parametrize(
    ("affordable", "given"),
    [(500, [90, 2, 30]), (30, [14, 2, 14]), (5, [2, 1, 2]), (2, [1, 0, 1]), (0, [0, 0, 0])],
)
def test_desks_share_the_lookups_and_what_a_small_one_does_not_need_goes_to_the_others(affordable, given):
    lines = {Desk.ENTRA: 90, Desk.USER: 2, Desk.APP_OWNER: 30}
    assert shares(lines, affordable) == dict(zip(lines, given, strict=True))


def test_the_more_findings_there_are_the_fewer_lookups_are_made():
    layout = load_layout().sheets["findings"]
    affordable = [Lookups(layout, Limits(), count).affordable for count in (0, 10, 250_000, 10_000_000)]
    assert affordable[0] == affordable[1] == 500
    assert 0 < affordable[2] < 50
    assert affordable[3] == 0


def test_a_line_of_a_desk_leads_to_its_fix_and_to_its_findings(audit, written):
    book, _ = written(audit)
    for title in TITLES.values():
        for row in records(book[title]):
            sheet, cell = re.fullmatch(r"'(.+)'!(\w+)", row["See"].hyperlink.location).groups()
            assert f"fix {book[sheet][cell].value}" == row["See"].value
            sheet, cell = re.fullmatch(r"'(.+)'!(\w+)", row["Accounts it frees"].hyperlink.location).groups()
            finding = next(found for found in records(book[sheet]) if found["Account"].coordinate == cell)
            assert finding["See"].value == row["See"].value
            assert finding["Account"].value in row["Accounts"].value


def test_lanes_come_in_their_order_and_have_looks_of_their_own(audit, written):
    book, _ = written(audit)
    fills = {}
    for title in TITLES.values():
        lanes = [row["When"] for row in records(book[title])]
        assert [lane.value for lane in lanes] == sorted(
            (lane.value for lane in lanes), key=lambda word: Lane(word.split()[-1]).rank
        )
        fills |= {lane.value: lane.fill.fgColor.rgb for lane in lanes}
    assert len(set(fills.values())) == len(fills) > 1


def test_a_lookup_says_it_in_the_words_of_the_texts(audit, written):
    template = load_texts().progress
    assert template.index("{done}") < template.index("{of}")
    book, _ = written(audit)
    first = next(records(book[TITLES[Desk.ENTRA]]))["Done so far"].value
    assert first.startswith("=IFERROR(COUNTIFS('Findings'!$")
    assert '&" of "&' in first
