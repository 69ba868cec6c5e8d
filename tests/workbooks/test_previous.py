"""An earlier workbook, read back after people worked in it."""

import contextlib
import datetime as dt
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import PreviousError
from auditor.model import ONCE, UNSURE, LeftKind, Status, Tracked
from auditor.workbooks import previous
from auditor.workbooks.previous import read_previous
from tests.handmade import handmade
from tests.workbooks.conftest import HEADERS, OURS, digest

DAY = dt.date(2027, 1, 15)
WORDS = {"Status": "In progress", "Owner": "Dana", "Due": DAY, "Comment": "=soon"}
TRACKED_FIELDS = (Status.IN_PROGRESS, "Dana", DAY, "=soon")
TRACKED = Tracked(*TRACKED_FIELDS)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "saved.xlsx"


def said(result):
    """Return what is said, by digest."""
    return {row.key: row.tracked for row in result.rows}


def told(result):
    return "\n".join(result.remarks)


def test_a_workbook_that_nobody_worked_in_says_nothing(book, read):
    result = read(book)
    assert (result.source, result.run, result.rows, result.remarks) == ("report.xlsx", "r1", (), ())
    assert result.as_of == dt.datetime(2026, 11, 1, 1, tzinfo=dt.UTC)


def test_what_was_written_is_found_by_the_key(book, read):
    book.rows[1] |= WORDS
    result = read(book)
    assert said(result) == {digest(2): TRACKED}
    assert result.rows[0].name == ("User2@contoso.com", "App", "contoso.example", "rule-a")
    assert result.remarks == ()


@given(
    order=st.permutations(range(4)),
    columns=st.permutations([*HEADERS, "Cost centre", "Really?"]),
    kept=st.sets(st.integers(0, 3)),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_sorting_moving_columns_and_own_columns_change_nothing(book, tmp_path, order, columns, kept):
    rows = [dict(row) for row in book.rows]
    for number, row in enumerate(rows):
        row |= {"Owner": f"Owner {number}", "Cost centre": number, "Really?": number % 2 == 0}
    book.columns = list(columns)
    shuffled = [rows[number] for number in order if number in kept]
    path = handmade(tmp_path / "report.xlsx", {**book.sheets(), "Findings": sheet(columns, shuffled)})
    result = read_previous(path, OURS)
    own = [name for name in columns if name in {"Cost centre", "Really?"}]
    assert list(result.own_columns) == own
    assert said(result) == {
        digest(number + 1): Tracked(owner=f"Owner {number}", own=tuple(rows[number][name] for name in own))
        for number in kept
    }
    assert result.notices == ()


def sheet(columns, rows):
    return [list(columns), *([row.get(name) for name in columns] for row in rows)]


def test_values_of_own_columns_keep_their_kind_and_need_no_header(book, read):
    book.rows[0] |= {"When": DAY, "Cost": 4711, "Share": 0.5, "Urgent": True, None: "said beside"}
    book.columns = [*book.columns, "When", "Cost", "Share", "Urgent", None, "Empty"]
    result = read(book)
    assert result.own_columns == ("When", "Cost", "Share", "Urgent", "Empty", "Column 17")
    assert said(result) == {digest(1): Tracked(own=(DAY, 4711, 0.5, True, None, "said beside"))}


def test_a_header_that_stands_twice_is_ours_once_and_then_somebodys_own(book, path):
    book.rows[0] |= WORDS
    sheets = book.sheets()
    added = [["Owner", "x", "X"], *([f"second {number}", 1, 2] for number in range(1, 5))]
    sheets["Findings"] = [[*row, *more] for row, more in zip(sheets["Findings"], added, strict=True)]
    result = read_previous(handmade(path, sheets), OURS)
    assert result.own_columns == ("Owner", "x", "X (2)")
    assert said(result)[digest(1)] == Tracked(*TRACKED_FIELDS, own=("second 1", 1, 2))


def test_rows_without_a_key_are_found_by_their_words(book, read):
    book.rows[2] |= WORDS
    book.columns.remove("Key")
    result = read(book)
    assert said(result) == {digest(3): TRACKED}
    assert "the column Key is gone" in told(result)


def test_words_that_name_two_findings_are_not_taken_for_one_of_them(book, read):
    """Two apps may have the same title; which is meant is for the audit to say."""
    (line,) = [row for row in book.registry if digest(3) in row]
    book.registry.append((line[0], digest(9), *line[2:]))
    book.rows[2] |= WORDS | {"Key": None}
    assert [(row.key, row.name.account) for row in read(book).rows] == [("", "User3@contoso.com")]


def test_without_hidden_sheet_and_key_a_row_is_known_by_its_words_alone(book, read):
    book.rows[2] |= WORDS
    book.columns.remove("Key")
    book.registry = []
    result = read(book)
    assert [(row.key, row.name.account, row.tracked) for row in result.rows] == [
        ("", "User3@contoso.com", TRACKED)
    ]
    assert "hidden sheet is gone" in told(result)


def test_a_renamed_sheet_and_one_below_a_title_are_found(book, path):
    book.rows[0] |= WORDS
    book.title = "Meine Befunde"
    sheets = book.sheets()
    sheets[book.title] = [["Befunde, Stand Dezember"], [], *sheets[book.title]]
    result = read_previous(handmade(path, sheets), OURS)
    assert said(result) == {digest(1): TRACKED}


def test_findings_that_continue_on_a_second_sheet_are_read_there_as_well(book, path):
    book.rows[0] |= WORDS
    sheets = book.sheets()
    second = [dict(book.rows[1], Owner="Lee", Team="North")]
    sheets["Findings (2)"] = sheet([*HEADERS, "Team"], second)
    sheets["Findings"] = sheet(HEADERS, [book.rows[0], *book.rows[2:]])
    result = read_previous(handmade(path, sheets), OURS)
    assert said(result) == {
        digest(1): Tracked(*TRACKED_FIELDS, own=(None,)),
        digest(2): Tracked(owner="Lee", own=("North",)),
    }


def test_the_sheet_of_what_was_carried_over_is_read_again(book, read):
    book.carried = [
        dict(
            zip(
                ("Account", "App", "Environment", "Rule"),
                ("gone@contoso.com", "App", "e", "rule-b"),
                strict=True,
            )
        )
        | WORDS
        | {"Key": digest(9), "Team": "South", "Why it stands here": "it is gone", "Finding": "Old"}
    ]
    result = read(book)
    assert said(result) == {digest(9): Tracked(*TRACKED_FIELDS, own=("South",))}
    assert result.own_columns == ("Team",)


def test_what_was_told_once_is_not_told_again_and_what_is_unsure_stays(book, read):
    base = {"Account": "a@contoso.com", "App": "App", "Environment": "e", "Rule": "rule-a", "Owner": "Lee"}
    book.carried = [base | {"Key": ONCE}, base | {"Key": UNSURE}, {"Account": "Nothing to report."}]
    result = read(book)
    assert [row.key for row in result.rows] == [UNSURE]
    assert result.notices == ()


def test_a_word_that_is_no_status_becomes_open_and_is_listed(book, read):
    book.rows[0] |= {"Status": "Erledigt", "Owner": "Dana"}
    result = read(book)
    assert said(result) == {digest(1): Tracked(owner="Dana")}
    (notice,) = result.notices
    assert (notice.key, notice.kind) == (ONCE, LeftKind.NOT_TAKEN)
    assert '"Erledigt" is none of' in notice.why
    assert "row 2" in notice.why


def test_a_word_that_is_no_status_is_listed_where_nothing_else_was_written_too(book, read):
    book.rows[0]["Status"] = "Erledigt"
    assert len(read(book).notices) == 1


def test_equal_doubles_are_one_and_of_contradicting_ones_the_first_counts(book, read):
    book.rows[0] |= WORDS
    book.rows += [dict(book.rows[0]), dict(book.rows[0], Owner="Lee"), dict(book.rows[1])]
    result = read(book)
    assert said(result) == {digest(1): TRACKED}
    (notice,) = result.notices
    assert (notice.tracked.owner, notice.kind) == ("Lee", LeftKind.NOT_TAKEN)
    assert "row 7 says something else of the finding than sheet Findings, row 2" in notice.why


def test_of_a_row_and_its_empty_double_the_one_that_says_something_counts(book, read):
    book.rows.append(dict(book.rows[0], **WORDS))
    assert said(read(book)) == {digest(1): TRACKED}


def test_changed_facts_are_told_and_what_was_written_counts_all_the_same(book, read):
    book.rows[0] |= WORDS | {"Severity": "low"}
    book.rows[1] |= {"Finding": "Something else"}
    result = read(book)
    assert said(result) == {digest(1): TRACKED}
    assert "facts were changed by hand in rows 2, 3" in told(result)
    assert [notice.kind for notice in result.notices] == [LeftKind.CHANGED]


def test_facts_in_other_letter_case_of_the_account_are_facts_all_the_same(book, read):
    book.rows[0] |= {"Account": "USER1@contoso.com", **WORDS}
    assert "facts were changed by hand in row 2" in told(read(book))


def test_a_row_whose_key_is_that_of_another_finding_is_not_trusted(book, read):
    """Part of the columns was sorted: a risk accepted for one account must not go to another."""
    keys = [row["Key"] for row in book.rows]
    for row, key in zip(book.rows, [keys[1], keys[0], *keys[2:]], strict=True):
        row["Key"] = key
    book.rows[0] |= WORDS
    result = read(book)
    assert [(row.key, row.name.account) for row in result.rows] == [(UNSURE, "User1@contoso.com")]


def test_deleted_rows_are_counted(book, read):
    del book.rows[1:3]
    assert "rows that were deleted: 2" in told(read(book))


def test_a_due_that_is_no_day_or_may_be_two_is_kept_as_text_and_told(book, read):
    book.rows[0]["Due"] = "05/06/2027"
    book.rows[1]["Due"] = "24.12.2027"
    result = read(book)
    assert said(result) == {
        digest(1): Tracked(due="05/06/2027"),
        digest(2): Tracked(due=dt.date(2027, 12, 24)),
    }
    assert "in row 2: it is kept as text" in told(result)


def test_dates_whose_format_was_lost_are_days(book, read):
    book.rows[0]["Due"] = 46402
    assert said(read(book, styles=False)) == {digest(1): Tracked(due=DAY)}


def test_of_formulas_the_saved_value_is_carried_over_and_that_is_told(book, read):
    book.rows[0] |= {"Owner": ("formula", "A1", 7), "Sum": ("formula", "1+1", 2)}
    book.columns.append("Sum")
    result = read(book)
    assert said(result) == {digest(1): Tracked(owner="7", own=(2,))}
    assert "1 in column Owner" in told(result)
    assert "1 in column Sum" in told(result)


def test_a_table_that_was_put_into_capitals_is_found_by_its_key(book, read):
    book.rows[0] |= WORDS
    for row in book.rows:
        row |= {header: row[header].upper() for header in ("Account", "App", "Environment", "Key")}
    book.columns.remove("Rule")
    result = read(book)
    assert said(result) == {digest(1): TRACKED}
    assert "deleted" not in told(result)


def test_what_was_told_once_is_not_told_again_in_capitals(book, read):
    book.carried = [{"Account": "USER1@CONTOSO.COM", "Key": ONCE.upper(), **WORDS}]
    result = read(book)
    assert (result.rows, result.notices) == ((), ())


def test_true_and_false_that_went_through_ods_are_values(book, read):
    book.rows[0] |= {"Asked": ("formula", "TRUE()", True)}
    book.columns.append("Asked")
    result = read(book)
    assert said(result) == {digest(1): Tracked(own=(True,))}
    assert "formulas are not carried over" not in told(result)


def test_sheets_of_somebodys_own_are_named_and_the_old_file_to_be_kept(book, read):
    book.others = {"My notes": [["call Lee"]], "Empty": [], "Accounts (2)": [["x"]]}
    assert 'keep the old file: "My notes"' in told(read(book))


def test_a_row_that_names_no_finding_is_listed(book, read):
    book.rows += [{"Comment": "all of these by March"}, {"Account": "Subtotal", "App": "4"}]
    result = read(book)
    assert [(row.key, row.tracked.comment) for row in result.rows] == [("", "all of these by March")]
    assert [(notice.account, notice.kind) for notice in result.notices] == [("Subtotal", LeftKind.NAMELESS)]


def test_a_missing_column_of_work_is_told(book, read):
    book.columns.remove("Due")
    assert "Due on Findings" in told(read(book))


def test_macros_and_links_to_other_files_are_told_and_left_alone(book, read):
    extra = {"xl/vbaProject.bin": b"\xd0\xcf", "xl/externalLinks/externalLink1.xml": b"<externalLink/>"}
    assert "it holds macros, links to other workbooks" in told(read(book, extra=extra))


@pytest.mark.parametrize("lock", ["~$report.xlsx", ".~lock.report.xlsx#"])
def test_a_workbook_that_is_open_elsewhere_is_read_as_saved_and_that_is_told(book, read, tmp_path, lock):
    assert "open in another program" not in told(read(book))
    (tmp_path / lock).touch()
    book.rows[1] |= WORDS
    result = read(book)
    assert "what is not saved there is not carried over" in told(result)
    assert said(result) == {digest(2): TRACKED}


def test_a_workbook_of_another_version_is_read_and_that_is_told(book, read):
    book.rows[1] |= WORDS
    book.registry[0] = (book.registry[0][0], "auditor workbook 99")
    result = read(book)
    assert 'another version of auditor ("auditor workbook 99")' in told(result)
    assert said(result) == {digest(2): TRACKED}


def test_the_hidden_sheet_of_another_run_takes_nothing_away(book, read):
    book.rows[1] |= WORDS
    book.registry = [row if row[0] != "finding" else (row[0], "0" * 20, *row[2:]) for row in book.registry]
    assert said(read(book)) == {digest(2): TRACKED}


def test_a_workbook_whose_rows_were_all_deleted_says_nothing_and_that_is_told(book, read):
    book.rows.clear()
    result = read(book)
    assert result.rows == ()
    assert "rows that were deleted: 4" in told(result)


@pytest.mark.parametrize("word", ["DONE", " done ", "done.", "D\u00a0one", "Done\n"])
def test_a_status_is_understood_in_any_letter_case(book, read, word):
    book.rows[1]["Status"] = word
    assert said(read(book)) == {digest(2): Tracked(Status.DONE)}


def test_a_key_that_somebody_wrote_over_is_no_key(book, read):
    book.rows[1] |= WORDS | {"Key": "mine"}
    result = read(book)
    assert said(result) == {digest(2): TRACKED}


def test_the_sheet_that_is_named_like_ours_counts_before_copies_that_stand_before_it(book, path):
    book.rows[0] |= WORDS
    copy = sheet(HEADERS, [dict(book.rows[0], Owner="Lee")])
    result = read_previous(handmade(path, {"A copy": copy, **book.sheets()}), OURS)
    assert said(result) == {digest(1): TRACKED}


def test_two_sheets_of_findings_are_read_and_contradictions_listed(book, path):
    book.rows[0] |= WORDS
    sheets = book.sheets()
    sheets["Findings backup"] = sheet(
        HEADERS, [dict(book.rows[0], Owner="Lee"), dict(book.rows[1], Owner="Kim")]
    )
    result = read_previous(handmade(path, sheets), OURS)
    assert said(result) == {digest(1): TRACKED, digest(2): Tracked(owner="Kim")}
    assert [(notice.tracked.owner, notice.kind) for notice in result.notices] == [("Lee", LeftKind.NOT_TAKEN)]


def test_a_workbook_of_somebody_else_is_refused(path):
    handmade(path, {"Sheet1": [["Account", "Status"], ["a", "b"]]})
    with pytest.raises(PreviousError, match="no sheet of it holds findings"):
        read_previous(path, OURS)


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04rubbish", b"<html>", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9]
)
def test_what_is_no_workbook_is_refused_with_advice(path, content):
    path.write_bytes(content)
    with pytest.raises(PreviousError) as caught:
        read_previous(path, OURS)
    assert caught.value.advice
    assert caught.value.exit_code == 2


def test_an_old_xls_is_refused_with_advice(tmp_path):
    path = tmp_path / "report.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9)
    with pytest.raises(PreviousError):
        read_previous(path, OURS)


def test_a_workbook_of_the_older_kind_that_can_be_read_is_refused_all_the_same(path, monkeypatch):
    monkeypatch.setattr(previous, "opened", lambda *_: contextlib.nullcontext((None, None)))
    with pytest.raises(PreviousError, match="of the older kind"):
        read_previous(path, OURS)


def test_a_file_that_another_program_keeps_to_itself_is_said(path, monkeypatch):
    def held(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(previous, "opened", held)
    with pytest.raises(PreviousError, match="permission denied") as caught:
        read_previous(path, OURS)
    assert "close it" in caught.value.advice


def test_a_file_that_is_not_there_is_said(path):
    with pytest.raises(PreviousError, match="cannot be read"):
        read_previous(path, OURS)


def test_a_sheet_of_somebodys_own_that_is_too_large_to_look_at_hinders_nothing(book, read, monkeypatch):
    book.rows[0] |= WORDS
    book.others = {"Huge": [[None] * 100 + ["x"], *[[]] * 100, ["y"]]}
    monkeypatch.setattr(previous, "BOUNDS", previous.BOUNDS.__class__(PreviousError, "a", "b", cells=5_000))
    result = read(book)
    assert said(result) == {digest(1): TRACKED}
    assert '"Huge"' in told(result)


def test_of_sheets_without_end_those_named_like_ours_are_read_and_the_others_told(book, read, monkeypatch):
    book.rows[0] |= WORDS
    second = dict(book.rows[1], Owner="Lee")
    book.others = {"Own": [["x", 1]] * 500, "Copy": sheet(HEADERS, [second])}
    assert said(read(book)) == {digest(1): TRACKED, digest(2): Tracked(owner="Lee")}
    monkeypatch.setattr(previous, "_LOOKED_AT_MOST", 10_000)
    result = read(book)
    assert said(result) == {digest(1): TRACKED}
    assert '"Own", "Copy"' in told(result)
    monkeypatch.setattr(previous, "_LOOKED_AT_MOST", 1_000)
    with pytest.raises(PreviousError, match="the sheets unpack to more than is read"):
        read(book)


def test_findings_that_spread_over_too_many_cells_are_refused(book, read, monkeypatch):
    book.columns += [f"Own {number}" for number in range(200)]
    monkeypatch.setattr(previous, "BOUNDS", previous.BOUNDS.__class__(PreviousError, "a", "b", cells=500))
    with pytest.raises(PreviousError, match="sheet Findings: its cells spread over"):
        read(book)


def test_very_many_columns_of_somebodys_own_are_refused(book, read):
    book.columns += [f"Own {number}" for number in range(251)]
    with pytest.raises(PreviousError, match="more than 250 columns"):
        read(book)


def test_nothing_of_another_part_of_the_package_is_read(book, path):
    handmade(path, book.sheets(), extra={"xl/comments1.xml": b"<!ENTITY", "custom/x.xml": b"\x00"})
    assert read_previous(path, OURS).rows == ()
    with zipfile.ZipFile(path) as package:
        assert "custom/x.xml" in package.namelist()
