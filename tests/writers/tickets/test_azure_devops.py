"""The files that Azure Boards imports: a thousand work items each, HTML in which outside texts are text."""

import csv
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import ReportError
from auditor.writers.tickets.azure_devops import MOST, AzureDevOpsWriter, description_of
from auditor.writers.tickets.ticket import Part, Ticket

HEADERS = ["Work Item Type", "Title", "Assigned To", "Priority", "Tags", "Description"]


class Seen(HTMLParser):
    """Collects the tags and the text of a piece of HTML."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.text += "\n" if tag == "br" else ""

    def handle_data(self, data):
        self.text += data


def described(*parts, **more):
    given = {"summary": "s", "severity": "high", "labels": ("a",), "assignee": "", "due": ""}
    return description_of(Ticket(**{**given, "remarks": (), "parts": parts, "footer": "made", **more}))


def read(path):
    with path.open(encoding="utf-8", newline="") as stream:
        head, *items = csv.reader(stream)
    assert head == HEADERS
    return items


@pytest.fixture
def written(audit, terms, tmp_path):
    """Return a function that writes the audit, so many items a file, and returns the files."""

    def write(most=MOST, name="audit.devops.csv"):
        return AzureDevOpsWriter(terms(), most).write(audit, tmp_path / name)

    return write


def test_it_is_as_it_was(written, golden):
    (path,) = written()
    golden(path.name, path.read_bytes().decode("utf-8").replace("\r\n", "\n"))


def test_items_have_type_title_priority_and_tags_and_no_id(written):
    (path,) = written()
    items = read(path)
    assert {item[0] for item in items} == {"Task"}
    assert {item[3] for item in items} <= {"1", "2", "3", "4"}
    assert all(item[1] and item[4].startswith("auditor; auditor-") for item in items)
    assert not any(cell.startswith("'") for item in items for cell in item)


@pytest.mark.parametrize("most", [1, 3, 4])
def test_what_one_import_does_not_take_goes_into_files_beside(written, most):
    (whole,) = written(name="whole.devops.csv")
    paths = written(most)
    items = read(whole)
    assert [path.name for path in paths] == [
        "audit.devops.csv" if not number else f"audit-{number + 1}.devops.csv"
        for number in range(-(-len(items) // most))
    ]
    assert [item for path in paths for item in read(path)] == items
    assert all(len(read(path)) <= most for path in paths)


def test_an_audit_without_open_work_is_a_file_without_items(quiet_audit, tmp_path):
    (path,) = AzureDevOpsWriter().write(quiet_audit, tmp_path / "a.devops.csv")
    assert read(path) == []


def test_a_target_that_cannot_be_written_is_known_before_anything_is_read(tmp_path):
    with pytest.raises(ReportError, match="is a folder"):
        AzureDevOpsWriter().write(None, tmp_path)


@given(st.text(max_size=40))
def test_text_from_outside_is_only_text(text):
    seen = Seen(described(Part("what", "What", text.replace("\r", "")), remarks=(text.replace("\r", ""),)))
    assert {tag for tag, _ in seen.tags} <= {"p", "b", "br"}
    assert text.replace("\r", "") in seen.text


def test_a_link_can_be_followed_and_what_is_no_link_cannot():
    seen = Seen(described(Part("link", "Link", "https://login.example/?a=1&b='2'")))
    assert ("a", {"href": "https://login.example/?a=1&b='2'"}) in seen.tags
    assert "a" not in {tag for tag, _ in Seen(described(Part("link", "Link", "javascript:alert(1)"))).tags}


def test_a_command_keeps_its_lines():
    told = described(Part("command", "Command", "Set-X <a>\nSet-Y"))
    assert "<pre>Set-X &lt;a&gt;<br>Set-Y</pre>" in told
