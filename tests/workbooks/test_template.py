"""The inventory template, as Excel and the reader see it."""

from itertools import chain

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from auditor.clouds import load_clouds
from auditor.errors import ReportError
from auditor.inventory import ReadOptions, read_inventory
from auditor.inventory.aliases import FIELDS
from auditor.model import AppProfile, Expected, Grant, Kind, SignsInFrom, Sureness
from auditor.workbooks.layout import load_template
from auditor.workbooks.template import write_inventory, write_template

GUID = "11111111-2222-4333-8444-555555555555"


def profile(name, title, client_id=GUID):
    return AppProfile(
        name, title, client_id, Sureness.SOURCED, {Grant.ROPC: Sureness.SOURCED}, SignsInFrom.DEVICE
    )


APPS = {
    p.name: p
    for p in (
        profile("resco-mobile-crm", "Resco Mobile CRM"),
        profile("resco-crm-sync", "Resco CRM sync"),
        profile("own-registration", "Your own", ""),
    )
}


@pytest.fixture
def target(tmp_path):
    return tmp_path / "accounts.xlsx"


@pytest.fixture
def template(target):
    write_template(target, APPS)
    return openpyxl.load_workbook(target)


def read(path):
    return read_inventory(path, ReadOptions(), APPS, load_clouds())


def test_the_reader_knows_every_column_and_skips_the_examples(template, target):
    inventory = read(target)
    assert [case.skip for case in inventory.cases] == ["Example row: delete it"] * 2
    assert [case.kind for case in inventory.cases] == [Kind.PERSON, Kind.INTEGRATION]
    assert inventory.invalid == ()
    assert not [remark for remark in inventory.remarks if "ignored" in remark]


def test_there_is_a_column_for_every_field_but_the_password():
    assert {column.field for column in load_template().columns} == set(FIELDS) - {"password"}


def test_every_header_has_a_note(template):
    header = template["Accounts"][1]
    assert all(cell.comment and len(cell.comment.text) > 40 for cell in header)
    assert [cell.value for cell in header if "(required)" in cell.comment.text] == ["Account", "Environment"]


def dropdowns(workbook):
    sheet = workbook["Accounts"]
    found = {}
    for validation in sheet.data_validations.dataValidation:
        title = sheet.cell(1, next(iter(validation.cells.ranges)).min_col).value
        where = validation.formula1.partition("!")[2]
        cells = chain.from_iterable(workbook["Lists"][where.replace("$", "")])
        found[title] = ([cell.value for cell in cells], validation)
    return found


def test_dropdowns_offer_what_the_reader_understands(template):
    offered = {title: choices for title, (choices, _) in dropdowns(template).items()}
    assert offered == {
        "Kind": [kind.value for kind in Kind],
        "App": ["resco-crm-sync", "resco-mobile-crm"],
        "Expected": [expected.value for expected in Expected],
        "Skip": ["no", "yes"],
    }


def test_dropdowns_insist_only_where_nothing_else_may_stand(template):
    insisting = {title: validation.showErrorMessage for title, (_, validation) in dropdowns(template).items()}
    assert insisting == {"Kind": True, "App": False, "Expected": True, "Skip": False}


def test_dropdowns_reach_below_the_rows_that_are_there(template):
    for _, validation in dropdowns(template).values():
        (reach,) = validation.cells.ranges
        assert (reach.min_row, reach.max_row) == (2, 2002)


def test_the_lists_behind_the_dropdowns_are_hidden(template):
    assert template["Lists"].sheet_state == "hidden"


def test_the_guide_explains_every_column_and_app(template):
    words = {cell.value for row in template["How to fill this in"] for cell in row}
    assert {"Account (required)", "Credential", "Skip", "resco-crm-sync", "Resco Mobile CRM"} <= words
    assert "own-registration" not in words


def test_the_header_stays_in_sight_and_filters(template):
    sheet = template["Accounts"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:J3")


def test_rows_are_written_into_the_same_layout(target):
    write_inventory(target, [{"account": "a@b.com", "environment": "a.crm4.dynamics.com"}], APPS)
    sheet = openpyxl.load_workbook(target)["Accounts"]
    assert [cell.value for cell in sheet[2]][:3] == ["a@b.com", "a.crm4.dynamics.com", None]
    assert sheet.max_row == 2


@pytest.mark.parametrize("text", ['=HYPERLINK("https://evil.example")', "+1", "-1", "@SUM(A1)"])
def test_text_that_looks_like_a_formula_stays_text(target, text):
    write_inventory(target, [{"account": "a@b.com", "environment": "x", "notes": text}], APPS)
    cell = openpyxl.load_workbook(target)["Accounts"].cell(2, 9)
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_what_xml_cannot_hold_is_marked(target):
    write_inventory(target, [{"account": "a@b.com", "environment": "x", "notes": "a\x07b\ud800"}], APPS)
    assert openpyxl.load_workbook(target)["Accounts"].cell(2, 9).value == "a\u2407b\ufffd"


def test_a_field_without_a_column_is_refused_a_password_above_all(target):
    with pytest.raises(ValueError, match="no column for password"):
        write_inventory(target, [{"account": "a@b.com", "password": "hunter2"}], APPS)
    assert not target.exists()


def test_a_folder_that_is_not_there_is_a_clear_error(tmp_path):
    with pytest.raises(ReportError, match=r"accounts\.xlsx cannot be written") as caught:
        write_template(tmp_path / "nowhere" / "accounts.xlsx", APPS)
    assert caught.value.advice.startswith("create the folder")


def test_a_target_that_is_open_elsewhere_is_a_clear_error_and_stays_as_it_was(target, monkeypatch):
    target.write_text("the old one")

    def locked(self, other):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.replace", locked)
    with pytest.raises(ReportError, match="Permission denied") as caught:
        write_template(target, APPS)
    assert "open in Excel" in caught.value.advice
    assert target.read_text() == "the old one"
    assert [path.name for path in target.parent.iterdir()] == ["accounts.xlsx"]


def test_a_folder_in_place_of_the_file_is_a_clear_error(tmp_path):
    with pytest.raises(ReportError):
        write_template(tmp_path, APPS)


invisible = [chr(number) for number in range(0xFE00, 0xFE10)]  # variation selectors, which the reader drops
words = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc", "Cf", "Cn", "Zs", "Zl", "Zp"], exclude_characters=invisible
    ),
    max_size=20,
)
rows = st.lists(
    st.fixed_dictionaries(
        {
            "environment": st.sampled_from(["a.crm4.dynamics.com", "b.crm9.dynamics.com"]),
            "kind": st.sampled_from(["person", "integration"]),
            "app": st.sampled_from(
                ["resco-mobile-crm", "resco-crm-sync", "99999999-8888-4777-8666-555555555555"]
            ),
            "tenant": st.sampled_from(["", "contoso.com"]),
            "expected": st.sampled_from(["", "ropc", "none"]),
            "owner": words,
            "notes": words,
        }
    ),
    min_size=1,
    max_size=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(rows)
@example(
    [
        {
            "environment": "a.crm4.dynamics.com",
            "kind": "person",
            "app": "resco-crm-sync",
            "tenant": "",
            "expected": "",
            "owner": "_x0041_",
            "notes": "_x0000_",
        }
    ]
)
def test_what_is_written_is_read_back(target, rows):
    written = [{**row, "account": f"user{i}@contoso.com"} for i, row in enumerate(rows)]
    write_inventory(target, written, APPS)
    inventory = read(target)
    assert inventory.invalid == ()
    assert [
        {
            "account": case.account,
            "environment": case.environment,
            "kind": case.kind,
            "app": case.app.name,
            "tenant": case.tenant,
            "expected": case.expected or "",
            "owner": case.owner,
            "notes": case.notes,
        }
        for case in inventory.cases
    ] == written
