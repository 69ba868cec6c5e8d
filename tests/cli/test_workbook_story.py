"""Weeks of work in one workbook: written in, audited again, and nothing that people wrote is lost (8)."""

from copy import deepcopy
from datetime import date, datetime

import pytest
import yaml
from openpyxl import Workbook, load_workbook

from auditor.lab.server import Lab
from auditor.lab.world import world_from
from tests.cli.test_pipeline_story import ROWS, WORLD
from tests.writers.workbook.ooxml import problems

WORKED_IN = ("Status", "Owner", "Due", "Comment")


class Sheet:
    """A sheet of records, by its headers; `top` is the row of the headers."""

    def __init__(self, book, title):
        self._sheet = book[title]
        rows = list(self._sheet.iter_rows(values_only=True))
        self._top = next(n for n, row in enumerate(rows, 1) if "Account" in row)
        self.headers = [text for text in rows[self._top - 1] if text]

    def rows(self):
        """Return every record, header -> value."""
        cells = self._sheet.iter_rows(min_row=self._top + 1, values_only=True)
        return [dict(zip(self.headers, row, strict=False)) for row in cells if any(row)]

    def write(self, wanted, **words):
        """Write words into the one record that `wanted` fits."""
        (number,) = [n for n, row in enumerate(self.rows(), self._top + 1) if wanted(row)]
        for header, value in words.items():
            self._sheet.cell(number, self.headers.index(header) + 1, value)

    def delete(self, wanted):
        (number,) = [n for n, row in enumerate(self.rows(), self._top + 1) if wanted(row)]
        self._sheet.delete_rows(number)


class Estate:
    """The world, and the one command that is run again and again."""

    def __init__(self, auditor, monkeypatch, folder):
        self._auditor, self._folder, self.folder = auditor, folder, folder
        self.world = yaml.safe_load(WORLD)
        (folder / "accounts.csv").write_text(ROWS, encoding="utf-8")
        for number, name in enumerate(("SYNC", "TRACKING", "ORDERS"), start=1):
            monkeypatch.setenv(f"PIPE_{name}", f"Planted-secret-{number}")
        (self.environment,) = self.world["environments"]
        (self.tenant,) = self.world["tenants"]

    def role(self, name, *roles):
        member = next(one for one in self.environment["members"] if one["user"].startswith(name))
        member["roles"] = list(roles)

    def audit(self, name, *options):
        """Audit into a folder of this name; returns what was printed, the workbook and the run file."""
        folder = self._folder / name
        folder.mkdir()
        with Lab(world_from(deepcopy(self.world))) as lab:
            done = self._auditor(
                "audit", "accounts.csv", "--no-input", "--tenant", "contoso.example", "--rate", "off",
                "--ledger", self._folder / "ledger.db", "-o", folder / "report.xlsx", *options,
                "--proxy", lab.proxy, "--ca-bundle", lab.ca_file,
            )  # fmt: skip
        assert done.code == 0, done.err
        (run,) = folder.glob("*.audit-run")
        assert problems(folder / "report.xlsx") == []
        return done, folder / "report.xlsx", run


@pytest.fixture
def estate(auditor, monkeypatch, tmp_path):
    return Estate(auditor, monkeypatch, tmp_path)


def of(account, finding=""):
    return lambda row: (row["Account"] or "").startswith(account) and finding in row["Finding"]


def became(book, wanted):
    """Return what the sheet of changes says of records, without the symbol before it."""
    rows = Sheet(book, "Changes").rows()
    return [row["What became of it"].partition(" ")[2] for row in rows if wanted(row)]


def worked(path, *changes):
    """Open a workbook, let changes be made on its findings, and save it in place."""
    book = load_workbook(path)
    sheet = Sheet(book, "Findings")
    for change in changes:
        change(sheet)
    book.save(path)


def test_what_was_written_in_the_workbook_stands_in_the_next_one_and_changes_are_told(estate):
    estate.role("sync")
    estate.role("tracking")
    _, first, run = estate.audit("first")
    findings = Sheet(load_workbook(first), "Findings")
    role = next(row["Finding"] for row in findings.rows() if of("sync")(row) and "high" in row["Severity"])
    assert {row["Status"] for row in findings.rows()} == {"Open"}

    worked(
        first,
        lambda sheet: sheet.write(of("sync", role), Status="Done", Owner="Kim", Comment="given on Monday"),
        lambda sheet: sheet.write(
            of("tracking", role),
            Status="In progress",
            Owner="Robin",
            Due=date(2027, 3, 1),
            Comment="- ask the vendor",
        ),
        lambda sheet: sheet.delete(lambda row: of("orders")(row) and "last" in row["Finding"]),
    )
    estate.role("tracking", "Mobile user")
    done, second, _ = estate.audit("second", "--previous", first, "--baseline", run)

    book = load_workbook(second)
    (still,) = [row for row in Sheet(book, "Findings").rows() if of("sync", role)(row)]
    assert [still[name] for name in WORKED_IN] == ["Done", "Kim", None, "given on Monday"]
    assert became(book, of("sync", role)) == ["marked Done, still failing"]
    assert became(book, of("tracking", role)) == ["fixed"]
    (kept,) = [row for row in Sheet(book, "Carried over").rows() if of("tracking", role)(row)]
    assert [kept[name] for name in WORKED_IN[:2]] == ["In progress", "Robin"]
    assert kept["Comment"] == "- ask the vendor"
    assert kept["Due"] in {date(2027, 3, 1), datetime(2027, 3, 1)}  # noqa: DTZ001 - cells know no zone
    assert "marked Done, still failing" in done.err

    # it fails again: what was written then is there again
    estate.role("tracking")
    _, third, _ = estate.audit("third", "--previous", second)
    (again,) = [row for row in Sheet(load_workbook(third), "Findings").rows() if of("tracking", role)(row)]
    assert [again[name] for name in WORKED_IN[:2]] == ["In progress", "Robin"]


def test_an_accepted_risk_holds_until_its_day_and_comes_back_after_it(estate):
    estate.role("sync")
    estate.role("tracking")
    _, first, _ = estate.audit("first")
    role = next(
        row["Finding"]
        for row in Sheet(load_workbook(first), "Findings").rows()
        if of("sync")(row) and "high" in row["Severity"]
    )
    accepted = {"Status": "Accepted risk", "Owner": "Kim", "Comment": "until the vendor ships"}
    worked(
        first,
        lambda sheet: sheet.write(of("sync", role), **accepted, Due=date(2099, 1, 31)),
        lambda sheet: sheet.write(of("tracking", role), **accepted, Due=date(2026, 1, 31)),
    )
    done, second, _ = estate.audit("second", "--previous", first)
    rows = Sheet(load_workbook(second), "Findings").rows()
    (holds,), (over,) = ([row for row in rows if of(name, role)(row)] for name in ("sync", "tracking"))
    assert (holds["Status"], over["Status"]) == ("Accepted risk", "Open")
    assert over["Comment"].startswith("until the vendor ships")
    (told,) = [row for row in Sheet(load_workbook(second), "Carried over").rows() if of("tracking")(row)]
    assert "2026-01-31" in told["Why it stands here"]
    assert "1 accepted no longer" in done.err


def test_a_workbook_that_people_wrote_in_is_never_replaced_unread(estate, auditor):
    estate.role("sync")
    _, first, run = estate.audit("first")
    assert auditor("report", run).code == 0, "nobody wrote anything yet"
    worked(first, lambda sheet: sheet.write(of("sync", "role"), Status="In progress"))
    before = first.read_bytes()
    for options in ((), ("-o", f"{first.parent}/", "--format", "json,xlsx"), ("-o", first)):
        done = auditor("report", run, *options)
        assert done.code == 2
        assert "holds what people wrote about 1 finding" in done.err
        assert "--previous" in done.err
    assert first.read_bytes() == before

    # what is carried over can be carried over again, until somebody goes on writing there
    second = first.with_name("second.xlsx")
    for _ in range(2):
        assert auditor("report", run, "--previous", first, "-o", second).code == 0
    worked(second, lambda sheet: sheet.write(of("sync", "role"), Owner="Kim"))
    done = auditor("report", run, "--previous", first, "-o", second)
    assert done.code == 2
    assert f"{second} holds what people wrote" in done.err.replace("\n", " ")


@pytest.mark.parametrize(("name", "form"), [("accounts.csv", "csv"), ("accounts", "csv")])
def test_no_report_takes_the_place_of_the_inventory(estate, auditor, tmp_path, name, form):
    _, _, run = estate.audit("first")
    before = (tmp_path / "accounts.csv").read_bytes()
    for command in (("audit", "accounts.csv", "--yes"), ("report", run), ("merge", run)):
        done = auditor(*command, "-o", name, "--format", form)
        assert done.code == 2
        assert "accounts.csv is the inventory" in done.err
    assert (tmp_path / "accounts.csv").read_bytes() == before


def test_a_workbook_of_somebody_else_is_not_replaced(estate, auditor, tmp_path):
    _, _, run = estate.audit("first")
    book = Workbook()
    book.active["A1"] = "Budget"
    book.save(tmp_path / "budget.xlsx")
    done = auditor("report", run, "-o", "budget.xlsx")
    assert done.code == 2
    assert "the report would replace it" in done.err
    (tmp_path / "empty.xlsx").touch()
    assert auditor("report", run, "-o", "empty.xlsx").code == 0
