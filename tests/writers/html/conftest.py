"""The page as a file, and as an independent reader sees it."""

import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from auditor.writers.html.writer import HtmlWriter

VOID = {"meta", "link", "img", "input", "br", "rect"}


class Node(SimpleNamespace):
    """An element: its tag, attributes, children (elements and texts)."""

    def walk(self):
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    @property
    def text(self):
        return "".join(child.text if isinstance(child, Node) else child for child in self.children)

    def all(self, tag=None, **wanted):
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in wanted.items()}
        return [
            node
            for node in self.walk()
            if tag in {None, node.tag} and all(node.get(name) == value for name, value in wanted.items())
        ]

    def one(self, tag=None, **wanted):
        (found,) = self.all(tag, **wanted)
        return found

    def get(self, name):
        return self.attrs.get(name)


class Reader(HTMLParser):
    """Builds the tree; an end tag that fits nothing is an error."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = Node(tag="", attrs={}, children=[])
        self._open = [self.root]

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"an attribute stands twice: {tag} {names}"
        node = Node(tag=tag, attrs=dict(attrs), children=[])
        self._open[-1].children.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_startendtag(self, tag, attrs):
        self._open[-1].children.append(Node(tag=tag, attrs=dict(attrs), children=[]))

    def handle_endtag(self, tag):
        assert self._open.pop().tag == tag

    def handle_data(self, data):
        self._open[-1].children.append(data)

    def whole(self, text):
        self.feed(text)
        self.close()
        assert self._open == [self.root], "something was not closed"
        return self.root


@pytest.fixture
def written(terms, tmp_path):
    """Write an audit and return the page's text."""

    def write(audit, **changes):
        target = tmp_path / "audit.html"
        HtmlWriter(terms(**changes)).write(audit, target)
        return target.read_bytes().decode("utf-8")

    return write


@pytest.fixture
def read(written):
    """Write an audit and return the page as a tree."""

    def page(audit, **changes):
        return Reader().whole(written(audit, **changes))

    return page


@pytest.fixture
def rows():
    """Return the rows of a section's tables: cells' texts by the key of their column, "" for no cell."""

    def of(page, section):
        found = []
        for table in page.one("section", id=section).all("table", role="table"):
            keys = [head.get("data-key") for head in table.all("th", scope="col")]
            for row in table.all("tr", role="row")[1:]:
                texts = [cell.text for cell in row.all() if cell.tag in {"td", "th"}]
                found.append(dict.fromkeys(keys, "") | dict(zip(keys, texts, strict=False)))
        return found

    return of


@pytest.fixture
def one(make):
    """Return an audit of a single case with these findings, or of many like it."""

    def audit(*findings, account="svc@contoso.example", times=1, **more):
        words = (("required",), ("granted",), ("not eligible",), ("fix, then ready",))
        case = make.result(account, make.app, make.host, words, row=7, findings=findings, **more)
        return make.audit(make.run(stopped=()), make.summary((case,), ()), (case,) * times)

    return audit


@pytest.fixture
def bare():
    """Return a page without what is the same in all of them: its style, its script and their hashes."""

    def strip(text):
        text = re.sub(r"(<(style|script)>).*?(</\2>)", r"\1\3", text, flags=re.DOTALL)
        return re.sub(r"sha256-[A-Za-z0-9+/=]+", "sha256-", text)

    return strip
