"""The little of OData that the lab's Graph understands: $select, $filter, $top, pages."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from auditor.lab.graph_objects import Rows

_USUAL, _MOST = 100, 999
_EQUAL = re.compile(r"(\w+) eq '([^']*)'")
_IN = re.compile(r"(\w+) in \(([^)]*)\)")
_SINCE = re.compile(r"(\w+) ge (\d{4}-\d\d-\d\dT[\d:.]+Z)")
_EVENTS = re.compile(r"signInEventTypes/any\(t:\s?t eq '(\w+)'\)")
_ALL_READ = re.compile(r"[\s()]|\band\b|\bor\b")


def filtered(rows: "Rows", text: str) -> "Rows | None":
    """Return the rows that a $filter lets through; None where it says something that is not understood.

    Comparisons of the same property are alternatives, different properties have to hold together.
    """
    rest = text
    wanted: dict[str, set[str]] = {}
    for match in _IN.finditer(text):
        wanted.setdefault(match[1], set()).update(re.findall(r"'([^']*)'", match[2]))
    rest = _EVENTS.sub("", _IN.sub("", rest))
    for match in _EQUAL.finditer(rest):
        wanted.setdefault(match[1], set()).add(match[2])
    since = {match[1]: match[2] for match in _SINCE.finditer(rest)}
    if _ALL_READ.sub("", _SINCE.sub("", _EQUAL.sub("", rest))):
        return None
    kept = [row for row in rows if all(str(row.get(name)) in values for name, values in wanted.items())]
    kept = [row for row in kept if all(str(row.get(name)) >= start for name, start in since.items())]
    return [] if "nonInteractiveUser" in _EVENTS.findall(text) else kept


def selected(row: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    """Return the properties that $select names, annotations with them; all where there is none."""
    names = [name.strip() for name in query.get("$select", "").split(",") if name.strip()]
    if not names:
        return dict(row)
    return {name: value for name, value in row.items() if name in names or name.startswith("@")}


def page_of(rows: "Rows", query: Mapping[str, str], most: int | None, address: str) -> dict[str, Any]:
    """Return one page of rows, and the link to the next one if there is one."""
    size = min(int(query.get("$top", _USUAL)), most or _MOST)
    start = int(query.get("$skiptoken", "0").removeprefix("lab-") or 0)
    page: dict[str, Any] = {"value": [selected(row, query) for row in rows[start : start + size]]}
    if start + size < len(rows):
        onward = {**query, "$skiptoken": f"lab-{start + size}"}
        page["@odata.nextLink"] = f"{address}?{urlencode(onward)}"
    return page
