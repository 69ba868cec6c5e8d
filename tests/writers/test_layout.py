from itertools import pairwise

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.edges import validated
from auditor.errors import RulesError
from auditor.model import REGISTRY_SHEET, Axis, ChangeKind, Contract, Desk, Lane, Severity, Status
from auditor.resources import shipped, shipped_text
from auditor.writers.colours import contrast
from auditor.writers.layout import Layout, Look, load_layout
from auditor.writers.tables import (
    accounts,
    carried,
    changes,
    consent,
    evidence,
    findings,
    fixes,
    glossary,
    not_audited,
    registry,
    run,
    todo,
)

TABLES = {
    table.TABLE: table.COLUMNS
    for table in (
        accounts,
        carried,
        findings,
        changes,
        fixes,
        consent,
        evidence,
        not_audited,
        run,
        glossary,
        registry,
    )
} | {todo.table_of(desk): todo.COLUMNS for desk in Desk}


@pytest.fixture
def data():
    """Return the shipped layout as plain data, to be spoilt."""
    return yaml.safe_load(shipped_text("reports", "workbook.yaml"))


def refused(data, words):
    with pytest.raises(RulesError, match=words):
        validated(Layout, data, "workbook.yaml", RulesError)


def test_the_layout_names_only_columns_that_exist():
    layout = load_layout()
    assert set(layout.sheets) == set(TABLES)
    for name, sheet in layout.sheets.items():
        assert {column.key for column in sheet.columns} <= set(TABLES[name])


def test_every_severity_and_every_state_of_the_contract_has_a_look():
    tones = load_layout().tones
    assert list(tones["severity"]) == [severity.value for severity in Severity]
    assert set(tones["contract"]) == {state.value for state in Contract}
    assert set(tones["lane"]) == {lane.value for lane in Lane}


def test_everything_that_can_become_of_a_finding_has_a_look():
    assert list(load_layout().tones["changes"]) == [kind.value for kind in ChangeKind]


def test_every_status_has_a_look_and_the_dropdown_says_which_there_are():
    layout = load_layout()
    assert list(layout.tones["status"]) == [status.value for status in Status]
    assert all(status in layout.work.status.message for status in Status)


def test_the_sheet_that_nobody_sees_has_the_name_that_readers_look_for():
    sheet = load_layout().sheets["registry"]
    assert (sheet.title, sheet.hidden) == (REGISTRY_SHEET, True)


def test_people_fill_in_one_sheet_alone():
    filled = {
        (name, column.key)
        for name, sheet in load_layout().sheets.items()
        for column in sheet.columns
        if column.entry
    }
    assert filled == {("findings", key) for key in findings.WORK}
    assert {name for name, sheet in load_layout().sheets.items() if sheet.open} == {"findings"}


def test_every_verdict_that_the_rules_can_give_has_a_look():
    folder = shipped("rules") / "verdicts"
    if not folder.is_dir():
        pytest.skip("the rules have no verdicts yet")
    tones = load_layout().tones
    for axis in Axis:
        rules = yaml.safe_load((folder / f"{axis}.yaml").read_text(encoding="utf-8"))["rules"]
        assert {rule["value"] for rule in rules} <= set(tones[axis])


def test_an_unknown_key_is_an_error_with_its_path(data):
    data["sheets"]["accounts"]["colour"] = "blue"
    refused(data, r"sheets.accounts.colour: unknown key")


def test_a_column_cannot_stand_twice(data):
    data["sheets"]["accounts"]["columns"].append({"key": "kind", "header": "Other", "width": 10})
    refused(data, "a column key stands twice")


def test_a_tone_must_name_a_look(data):
    data["tones"]["path"]["ready"] = "splendid"
    refused(data, "unknown looks: splendid")


def test_what_is_printed_ends_with_a_column_that_is_there(data):
    data["sheets"]["findings"]["printed_to"] = "mood"
    refused(data, "printed_to names no column: mood")


def test_the_list_of_the_work_is_printed_up_to_what_people_write():
    sheet = load_layout().sheets["findings"]
    assert [column.key for column in sheet.columns][sheet.on_paper - 1] == "comment"
    assert sum(column.width for column in sheet.columns[: sheet.on_paper]) < 240, (
        "letters of 6 points at least"
    )


def test_a_text_has_less_room_indented_and_in_bold():
    plain = Look()
    assert plain.room(20) == 20
    assert Look(indent=1).room(20) < 20
    assert Look(indent=1, bold=True).room(20) < Look(indent=1).room(20)


@given(accent=st.binary(min_size=3, max_size=3).map(lambda colour: colour.hex().upper()))
@example(accent="FFFFFF")
@example(accent="F2C811")
@example(accent="000000")
@example(accent="777777")
def test_whatever_the_accent_every_look_is_readable(accent):
    for name, look in load_layout().branded(accent).looks.items():
        assert contrast(look.fill or "FFFFFF", look.ink) >= 4.5, name


def test_two_sheets_cannot_share_a_title(data):
    data["sheets"]["findings"]["title"] = "accounts"
    refused(data, "two sheets have the same title")


@pytest.mark.parametrize("title", ["a/b", "a:b", "what?", "[x]", "", "x" * 26, "it's"])
def test_a_title_is_one_that_excel_takes_with_room_for_a_number(data, title):
    data["sheets"]["findings"]["title"] = title
    refused(data, "sheets.findings.title")


def test_the_fills_of_the_severities_grow_lighter_so_that_they_hold_in_grey():
    looks = load_layout().looks
    grey = [lightness(looks[severity.value].fill) for severity in Severity]
    assert grey == sorted(grey)
    assert min(later - earlier for earlier, later in pairwise(grey)) > 0.03


def test_every_filled_look_is_readable():
    for name, look in load_layout().looks.items():
        if look.fill:
            light, dark = sorted((lightness(look.fill), lightness(look.ink)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, name


def test_letters_without_a_fill_of_their_own_are_readable_on_white_and_on_the_bands_of_a_table():
    for name, look in load_layout().looks.items():
        if not look.fill:
            assert contrast(look.ink, "D9D9D9") >= 4.5, name


def lightness(colour):
    """Return the relative luminance of RRGGBB (WCAG 2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
