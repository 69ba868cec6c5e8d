"""The file that Jira imports: its columns, and markup in which texts from outside format nothing."""

import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.writers.csv_text import defused
from auditor.writers.tickets.jira import JiraWriter, description_of, markup
from auditor.writers.tickets.ticket import Part, Ticket

HEADERS = ["Summary", "Issue Type", "Priority", "Assignee", "Due date", *["Labels"] * 4, "Description"]


def ticket(*parts, **more):
    given = {"summary": "s", "severity": "high", "labels": ("a",), "assignee": "", "due": ""}
    return Ticket(**{**given, "remarks": (), "parts": parts, "footer": "made", **more})


@pytest.fixture
def written(audit, terms, tmp_path):
    path = tmp_path / "audit.jira.csv"
    JiraWriter(terms()).write(audit, path)
    return path


def test_it_is_as_it_was(written, golden):
    data = written.read_bytes()
    assert data.startswith(b"Summary,")
    golden(written.name, data.decode("utf-8").replace("\r\n", "\n"))


def test_every_record_has_all_columns_and_headers_hold_no_punctuation(written):
    with written.open(encoding="utf-8", newline="") as stream:
        head, *issues = csv.reader(stream)
    assert head == HEADERS
    assert all(re.fullmatch(r"[A-Za-z ]+", header) for header in head)
    assert {len(issue) for issue in issues} == {len(HEADERS)}
    assert {issue[1] for issue in issues} == {"Task"}
    assert {issue[2] for issue in issues} <= {"Highest", "High", "Medium", "Low"}
    assert all(issue[0] and issue[5] == "auditor" and issue[6].startswith("auditor-") for issue in issues)


def test_no_cell_needs_an_apostrophe_which_the_importer_would_keep(written):
    with written.open(encoding="utf-8", newline="") as stream:
        cells = [cell for issue in csv.reader(stream) for cell in issue]
    assert not [cell for cell in cells if cell.startswith("'") or defused(cell) != cell]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a *bold* claim", r"a \*bold\* claim"),
        ("_x_ -x- +x+ ^x^ ~x~", r"\_x\_ \-x\- \+x\+ \^x\^ \~x\~"),
        ("first_name of svc-orders", "first_name of svc-orders"),
        ("5 - 3 * 2", "5 - 3 * 2"),
        ("{color:red}red{color}", r"\{color:red}red\{color}"),
        ("[~admin] [x|https://evil.example]", r"\[\~admin] \[x\|https://evil.example]"),
        ("!https://evil.example/a.png!", r"\!https://evil.example/a.png!"),
        ("Accept!", "Accept!"),
        ("??who??", r"\??who\??"),
        ("||a||b||", r"\|\|a\|\|b\|\|"),
        (r"CONTOSO\svc \\server\*x*", r"CONTOSO&#92;svc &#92;&#92;server&#92;\*x\*"),
        ("&lt;b&gt; & more", "&amp;lt;b&amp;gt; & more"),
        ("(x) :) (a)", r"\(x) \:) (a)"),
        ("h1. Title", "\u200bh1. Title"),
        ("one\nbq. two\n# three\n* four", "one\n\u200bbq. two\n\u200b# three\n* four"),
    ],
)
def test_text_from_outside_is_only_text(text, shown):
    assert markup(text) == shown


@given(st.text("{}[]|!?*_-+^~&;:()#h1.\\ a\n", max_size=14))
def test_no_macro_link_or_table_is_left_open(text):
    shown = markup(text)
    assert not re.search(r"(?<!\\)[{\[|]", shown)
    assert not re.search(r"(?<!\\)\\(?=\\)", shown)
    assert shown.count("\n") == text.count("\n")


def test_a_command_stands_as_it_is_and_cannot_end_its_block():
    told = description_of(ticket(Part("command", "Command", "Set-X *a* {noformat} [b]\n{NoFormat}")))
    assert told.startswith(
        "*Command:*\n{noformat}\nSet-X *a* {\u200bnoformat} [b]\n{\u200bNoFormat}\n{noformat}\n"
    )


def test_a_link_stands_bare_and_what_is_no_link_is_text():
    told = description_of(ticket(Part("link", "Link", "https://login.example/a_b?c=1")))
    assert told.startswith("*Link:* https://login.example/a_b?c=1\n")
    told = description_of(ticket(Part("link", "Link", "javascript:{x}")))
    assert told.startswith(r"*Link:* javascript:\{x}")


def test_remarks_come_first_and_lines_begin_below_their_heading():
    told = description_of(ticket(Part("steps", "Steps", "1. a\n2. b"), remarks=("Done, and still there.",)))
    assert told == "*Done, and still there.*\n\n*Steps:*\n1. a\n2. b\n\nmade"
