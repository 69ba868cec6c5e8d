import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from auditor.baselines import baseline_of
from auditor.errors import ReportError
from auditor.exit_codes import Demands, Watched, comparison_of
from auditor.model import Brand, Left, LeftKind, Severity, Status, Tracked
from auditor.writers.html import table as tables
from auditor.writers.html.writer import HtmlWriter
from auditor.writers.workbook.writer import WorkbookWriter
from tests.pictures import png

EVIL = (
    "</script><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "<!--<script>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;&amp;",
    "javascript:alert(1)",
    "\0" + "5\0",
)


class FollowedUp:
    """An earlier workbook, in which people added a column."""

    source = "before.xlsx"
    own_columns = ("Ticket", 'x"}</style><b>')
    remarks = ()

    def left(self):
        return ()


def test_the_fixed_audit_is_written_as_it_always_was(audit, written, bare, golden):
    golden("audit.html", bare(written(audit)))


def test_the_same_audit_is_the_same_bytes(audit, written):
    assert written(audit) == written(audit)


def test_an_audit_without_results_says_for_each_table_that_there_is_none(quiet_audit, read):
    page = read(quiet_audit)
    for section in ("accounts", "findings", "fixes", "consent", "not_audited", "evidence"):
        assert not page.one("section", id=section).all("table")
        assert page.one("section", id=section).all("p", class_="quiet")
    assert page.one("section", id="glossary").all("table")


# What it says


def test_the_page_has_the_numbers_of_the_workbook(audit, read, rows, tmp_path):
    target = tmp_path / "same.xlsx"
    WorkbookWriter().write(audit, target)
    book, page = load_workbook(target), read(audit)
    for section, sheet in (("accounts", "Accounts"), ("findings", "Findings"), ("fixes", "Fixes")):
        assert len(rows(page, section)) == book[sheet].max_row - 1
    column = {cell.value: number for number, cell in enumerate(book["Accounts"][1])}
    paths = Counter(
        row[column["Path"]].value.partition(" ")[2] for row in book["Accounts"].iter_rows(min_row=2)
    )
    assert Counter(row["path"] for row in rows(page, "accounts")) == paths


@pytest.mark.parametrize("section", ["accounts", "findings", "fixes", "consent", "not_audited", "evidence"])
def test_every_header_is_the_workbooks(audit, read, tmp_path, section):
    target = tmp_path / "same.xlsx"
    WorkbookWriter().write(audit, target)
    sheet = load_workbook(target)[section.replace("_", " ").capitalize()]
    page = read(audit).one("section", id=section)
    headers = {
        head.text for table in page.all("table", role="table") for head in table.all("th", scope="col")
    }
    assert headers <= {cell.value for cell in sheet[1]}


def test_bars_and_tiles_count_what_the_summary_counts(audit, read):
    page = read(audit)
    told = page.one("desc", id="chart-path-told").text
    assert told.split("; ") == [
        "ready: 2",
        "fix, then ready: 4",
        "switch to interactive OAuth: 2",
        "move to an application user: 1",
        "retire: 1",
        "could not tell: 1",
    ]
    tiles = page.one("ul", class_="tiles").all("li")
    assert [tile.text.split()[0] for tile in tiles] == ["11", "2", "8", "1"]


def test_the_longest_bar_is_as_wide_as_the_chart_and_nothing_has_no_bar(audit, read):
    chart = read(audit).one("svg", aria_labelledby="chart-path chart-path-told")
    bars = [bar for bar in chart.all("rect") if bar.get("class") != "ground"]
    assert [bar.get("width") for bar in bars][:2] == ["50.0%", "100.0%"]


def test_what_was_simulated_or_stopped_is_said_first(audit, read, make):
    page = read(replace(audit, run=make.run(interrupted=True, missing=("shard 2 of 3",))))
    said = [banner.text for banner in page.all("p") if "banner" in (banner.get("class") or "")]
    assert said[0].startswith("SIMULATED.")
    assert said[1].startswith("INTERRUPTED.")
    assert said[2:4] == [
        "NOT THE WHOLE ESTATE: shard 2 of 3",
        "STOPPED BEFORE THE END: contoso.example: 5 refusals in a row; 1 case was not tried",
    ]


def test_what_nobody_could_look_at_is_never_silent(audit, read):
    table = read(audit).one("section", aria_labelledby="unseen").one("table")
    first = [cell.text for cell in table.all("tr")[1].all() if cell.tag in {"td", "th"}]
    assert first[:3] == ["password", "stopped by the breaker", "1"]


def test_the_road_leads_to_fixes(audit, read):
    page = read(audit)
    ids = {node.get("id") for node in page.walk()}
    links = page.one("section", aria_labelledby="road").all("a")
    assert links
    assert {link.get("href").removeprefix("#") for link in links} <= ids


def test_fixes_stand_in_a_table_for_each_desk(audit, read):
    headings = [node.text for node in read(audit).one("section", id="fixes").all("h3")]
    assert headings[0] == "Fixes: Microsoft Entra ID"
    assert len(headings) == 5


# Where it leads


def test_no_link_within_the_page_leads_nowhere_and_no_name_stands_twice(audit, read):
    page = read(audit)
    ids = Counter(node.get("id") for node in page.walk() if node.get("id"))
    assert set(ids.values()) == {1}
    inside = {a.get("href")[1:] for a in page.all("a") if a.get("href").startswith("#")}
    assert inside <= set(ids)


def test_an_account_leads_to_its_findings_these_to_the_fix_and_the_fix_back(audit, read):
    page = read(audit)

    def leads(row):
        return [a.get("href")[1:] for a in page.one("tr", id=row).all("a")]

    portal = next(row.get("id") for row in page.all("tr", role="row") if row.text.startswith("ext.portal"))
    finding = next(name for name in leads(portal) if name.startswith("findings-"))
    fix = next(name for name in leads(finding) if name.startswith("fixes-"))
    assert portal in leads(finding)
    back = next(name for name in leads(fix) if name.startswith("findings-"))
    assert fix in leads(back)


def test_a_link_outside_shows_its_host_and_tells_nobody_where_it_was_followed(audit, read):
    links = read(audit).all("a", class_="out")
    assert links
    assert {link.get("rel") for link in links} == {"noopener noreferrer"}
    assert all(link.get("href").startswith(f"https://{link.text}/") for link in links)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "https://x.example/ y", "//x.example", "file:///etc"]
)
def test_what_is_no_web_address_is_no_link(make, one, read, url):
    fix = replace(make.fixes.role, link=url)
    page = read(one(make.finding("rule", "Title", Severity.HIGH, "What", (fix,))))
    assert url not in {a.get("href") for a in page.all("a")}
    assert url in page.one("tr", id="findings-1").text


# What people wrote


def test_what_people_wrote_stands_at_the_finding_and_their_own_columns_behind_it(make, one, read, rows):
    tracked = Tracked(Status.DONE, "Kim", date(2026, 12, 1), "ask again", ("T-1", None))
    found = make.finding("rule", "Title", Severity.HIGH, "What", tracked=tracked)
    page = read(one(found), follow_up=FollowedUp())
    (row,) = rows(page, "findings")
    assert (row["status"], row["owner"], row["due"], row["comment"]) == (
        "Done",
        "Kim",
        "2026-12-01",
        "ask again",
    )
    assert row["own:0"] == "T-1"
    assert page.one("tr", id="findings-1").get("data-status") == "Done"
    assert page.one("select", data_filter="status")


def test_without_an_earlier_workbook_there_is_nothing_to_show_of_it(audit, read):
    page = read(audit)
    assert not page.all("th", data_key="status")
    assert not page.all("select", data_filter="status")


# Whose it is


def test_a_report_can_look_its_owners_own(audit, read, written):
    brand = Brand("Contoso & Sons", png(20, 10), "FFCC00")
    page = read(audit, brand=brand)
    logo = page.one("img")
    assert logo.get("alt") == "Contoso & Sons"
    assert base64.b64decode(logo.get("src").removeprefix("data:image/png;base64,")) == brand.logo
    assert page.one("title").text == "WS-Trust to OAuth audit - Contoso & Sons"
    assert "--accent:#FFCC00;--on-accent:#111418;" in written(audit, brand=brand)


def test_without_a_brand_there_is_no_picture(audit, read):
    assert not read(audit).all("img")


# What it may do


def test_the_policy_knows_the_one_style_and_the_one_script_by_their_hash(audit, written, read):
    text, page = written(audit), read(audit)
    policy = page.one("meta", http_equiv="Content-Security-Policy").get("content").split("; ")
    for tag in ("style", "script"):
        ((inside),) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert {"default-src 'none'", "base-uri 'none'", "form-action 'none'", "img-src data:"} <= set(policy)
    assert "unsafe" not in " ".join(policy)
    assert text.index("Content-Security-Policy") < text.index("<style>")


def test_nothing_on_the_page_is_fetched_and_nothing_runs_but_its_script(audit, read):
    page = read(audit, brand=Brand("C", png(2, 2)))
    assert not [
        node for node in page.walk() if node.tag in {"iframe", "object", "embed", "form", "base", "audio"}
    ]
    assert len(page.all("script")) == len(page.all("style")) == 1
    for node in page.walk():
        assert not [name for name in node.attrs if name.startswith("on") or name == "style"]
        if "src" in node.attrs:
            assert node.get("src").startswith("data:")
    assert [link.get("href").split(",")[0] for link in page.all("link")] == ["data:image/svg+xml"]


def test_neither_the_script_nor_the_style_ends_before_its_end(audit, written):
    text = written(audit)
    assert text.count("</script>") == text.count("</style>") == 1
    assert text.count("<!--") == 0


@pytest.mark.parametrize("evil", EVIL)
def test_texts_from_outside_are_texts_wherever_they_stand(make, one, read, evil):
    fix = replace(make.fixes.role, title=evil, command=evil, steps=(evil, evil), verify=evil, role=evil)
    found = make.finding(evil, evil, Severity.HIGH, evil, (fix,), why=evil, evidence=(evil,))
    whole = one(found, account=evil, owner=evil, notes=evil, contract_why=evil)
    run = make.run(source=evil, stopped=(evil,), missing=(evil,), scope_tenants=(evil,), mode=evil, id=evil)
    page = read(replace(whole, run=run), brand=Brand(evil), follow_up=FollowedUp())
    assert len(page.all("script")) == len(page.all("style")) == 1
    assert not page.all("img")
    for node in page.walk():
        assert not [name for name in node.attrs if name.startswith("on")]
    legible = evil.replace("\0", "\N{SYMBOL FOR NULL}")
    assert legible in page.one("tr", id="findings-1").text
    assert legible in page.one("h1").text or legible in page.one("p", class_="company").text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(text=st.text(st.characters(exclude_categories=()), min_size=1, max_size=40))
@example(text="\ud83d half")
@example(text="\u202ereversed \u05e9\u05dc\u05d5\u05dd \x1b[31m \uffff")
@example(text="\N{FAMILY}\N{ZERO WIDTH JOINER}\U000e0041")
def test_no_text_from_outside_leaves_its_cell(text, make, one, read, rows):
    page = read(one(make.finding("rule", text, Severity.HIGH, text)))
    (row,) = rows(page, "findings")
    assert row["finding"] == row["what"]
    kept = [letter for letter in text if letter.isalnum()]
    assert [letter for letter in row["finding"] if letter.isalnum()] == kept


def test_the_longest_text_stands_there_whole(make, one, read, rows):
    text = "<&>" * 11_000
    (row,) = rows(read(one(make.finding("rule", "Title", Severity.HIGH, text))), "findings")
    assert row["what"] == text


# How it is written


def test_rows_are_never_all_in_memory(make, one, terms, tmp_path, monkeypatch):
    most = Counter()
    keep = tables.RecordTable.add

    def watched(table, entry, record=None):
        keep(table, entry, record)
        most[table.name] = max(most[table.name], len(table._waiting))

    monkeypatch.setattr(tables.RecordTable, "add", watched)
    found = make.finding("rule", "Title", Severity.HIGH, "What", (make.fixes.role,))
    HtmlWriter(terms()).write(one(found, times=700), tmp_path / "many.html")
    assert most["findings"] == most["accounts"] == 49


def test_rows_come_in_pieces_and_none_is_lost(make, one, read):
    section = read(one(make.finding("rule", "Title", Severity.HIGH, "What"), times=120)).one(
        "section", id="findings"
    )
    pieces = [len(body.all("tr")) for body in section.all("tbody")]
    assert pieces == [50, 50, 20]


def test_the_target_is_whole_and_new_or_as_it_was(audit, terms, tmp_path, monkeypatch):
    target = tmp_path / "audit.html"
    target.write_text("before", encoding="utf-8")

    def broken(*_):
        raise OSError("no space")

    monkeypatch.setattr(tables.RecordTable, "blocks", broken)
    with pytest.raises(ReportError):
        HtmlWriter(terms()).write(audit, target)
    assert target.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_finding_without_a_word_is_written_too(make, one, read, rows):
    (row,) = rows(read(one(make.finding("r", "", Severity.LOW, "", why="", evidence=()))), "findings")
    assert (row["finding"], row["what"], row["rule"]) == ("", "", "r")


# What changed


@pytest.fixture
def compared(make, read):
    """Return the page of a run with these rules found, beside one with those."""

    def page(now, then, **more):
        words = (("required",), ("granted",), ("eligible",), ("fix, then ready",))

        def cases(rules):
            found = [make.finding(rule, rule.title(), Severity.HIGH, "What") for rule in rules]
            return (make.result("svc@contoso.example", make.app, make.host, words, row=2, findings=found),)

        audit = make.audit(make.run(), make.summary(cases(now), ()), cases(now))
        watched = Watched(audit, Demands(baseline=baseline_of("run-1", cases(then)), worse_fails=False))
        return read(watched, comparison=comparison_of(watched), **more)

    return page


def test_what_changed_since_an_earlier_run_stands_in_a_table_and_in_a_chart(compared, rows):
    page = compared(("kept", "new"), ("kept", "gone"))
    told = {row["kind"]: row for row in rows(page, "changes")}
    assert told["fixed"]["finding"] == "Gone"
    assert told["regressed"]["finding"] == "New"
    assert told["unchanged"]["finding"] == "1 finding is as it was"
    assert "regressed: 1; new: 0; fixed: 1" in page.one("desc", id="chart-progress-told").text
    ready = page.one("desc", id="chart-ready-told").text
    assert ready == "in run-1, of 1: 0; now, of 1: 0"


def test_a_change_leads_to_its_finding_and_its_account(compared):
    row = compared(("new",), ()).one("tr", id="changes-1")
    assert [link.get("href") for link in row.all("a")] == ["#accounts-1", "#findings-1"]


def test_without_anything_to_compare_with_there_is_no_table_of_changes(audit, read):
    page = read(audit)
    assert not page.all("section", id="changes")
    assert not page.all("h2", id="chart-progress")


def test_an_earlier_workbook_alone_says_what_is_marked_as_done_and_still_fails(make, one, read, rows):
    found = make.finding("rule", "Title", Severity.HIGH, "What", tracked=Tracked(Status.DONE, "Kim"))
    (row,) = rows(read(one(found), follow_up=FollowedUp()), "changes")
    assert (row["kind"], row["owner"]) == ("marked Done, still failing", "Kim")


def test_what_has_no_finding_any_more_is_listed_with_what_was_written(audit, read, rows):
    tracked = Tracked(Status.IN_PROGRESS, "Kim", "spring", "half done", ("T-9", None))
    texts = ("old@contoso.example", "Contoso order sync", "old.crm4.dynamics.com", "No role", "no-role")
    left = Left("", *texts, tracked, "the case is not in this run", LeftKind.ABSENT)

    class WithLeft(FollowedUp):
        def left(self):
            return (left,)

    (row,) = rows(read(audit, follow_up=WithLeft()), "carried")
    assert (row["account"], row["reason"], row["due"]) == (texts[0], "the case is not in this run", "spring")
    assert row["own:0"] == "T-9"
    assert not read(audit).all("section", id="carried")
