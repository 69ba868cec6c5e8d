"""Consent links as text for people: by app and environment, each account with its own, kinds told once."""

from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

from auditor.cli.runs import plain
from auditor.model import ConsentStep, LinkKind, LinkState
from auditor.writers.links_v1 import check_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from auditor.model import ConsentLink, ConsentRow, LinkCheck, RunInfo, Sureness
    from auditor.writers.consent_texts import ConsentTexts

    Checks = Mapping[str, LinkCheck]

_WIDTH = 78  # with it a line fits a terminal of 80 columns; a link is never broken
_OPENING = {ConsentStep.OPEN, ConsentStep.TRY, ConsentStep.NARROW}
_NOT_ASKED = (
    "Nothing was asked of anybody: these links are made from the inventory alone. A run of the audit tells"
    " who needs one."
)
_SIMULATED = (
    "SIMULATED: these are accounts of the built-in laboratory; outside of it these links lead nowhere."
)


class _Place(NamedTuple):
    app: str
    environment: str
    tenant: str
    client_id: str


def lines_of(
    rows: "Sequence[ConsentRow]", run: "RunInfo | None", checks: "Checks", texts: "ConsentTexts"
) -> "Iterator[str]":
    """Yield everything: what is to be opened, what else there is, and what the links do."""
    for line in _head(run):
        yield from _wrapped("", line)
    groups: dict[_Place, list[ConsentRow]] = {}
    for row in rows:
        groups.setdefault(_place(row), []).append(row)
    for place, members in groups.items():
        yield ""
        yield from map(plain, _group(place, members, checks, texts))
    if any(row.advice.links for row in rows):
        yield ""
        yield from _explained(texts, {row.case.app.redirect_uri_sure for row in rows if row.advice.links})


def _head(run: "RunInfo | None") -> "Iterator[str]":
    if run is None:
        yield _NOT_ASKED
    elif run.simulated:
        yield _SIMULATED


def _place(row: "ConsentRow") -> _Place:
    return _Place(
        row.case.app.title, row.case.environment, row.advice.tenant, row.case.app.client_id or "not known"
    )


def _group(
    place: _Place, rows: "Sequence[ConsentRow]", checks: "Checks", texts: "ConsentTexts"
) -> "Iterator[str]":
    yield f"{place.app} in {place.environment}"
    app, opening = rows[0].case.app, [row for row in rows if row.advice.step in _OPENING]
    yield f"  tenant        {place.tenant}"
    yield f"  client id     {place.client_id} ({app.client_id_sure})"
    if any(row.advice.links for row in rows):
        yield f"  redirect URI  {app.redirect_uri or 'none'} ({app.redirect_uri_sure})"
    yield from _shared(opening, checks, texts)
    alike: dict[tuple[object, ...], list[ConsentRow]] = {}
    for row in opening:
        advice = row.advice
        order = tuple((link.kind, link.missing) for link in advice.links)
        alike.setdefault((advice.step, advice.title, advice.why, order), []).append(row)
    for members in alike.values():
        yield from _accounts(members, checks, texts)
    yield from _others([row for row in rows if row.advice.step not in _OPENING])


def _shared(rows: "Sequence[ConsentRow]", checks: "Checks", texts: "ConsentTexts") -> "Iterator[str]":
    """Yield the links that serve everybody, each once."""
    found = [link for row in rows for link in row.advice.links if link.kind is not LinkKind.INDIVIDUAL]
    links = {link.kind: link for link in sorted(found, key=lambda link: bool(link.url))}
    for kind in LinkKind:
        if kind in links:
            yield ""
            yield f"  {texts.links[kind].title}:"
            yield from _link(links[kind], checks)


def _accounts(rows: "Sequence[ConsentRow]", checks: "Checks", texts: "ConsentTexts") -> "Iterator[str]":
    """Yield accounts of which the same is said, each with its own link where it has one."""
    advice = rows[0].advice
    yield ""
    yield from _wrapped("  ", f"{advice.step}: {advice.title} ({len(rows)})")
    yield from _wrapped("    ", advice.why)
    own = False
    for number, link in enumerate(advice.links):
        order = ("first" if not number else "then") if link.url else "not"
        if link.kind is not LinkKind.INDIVIDUAL:
            yield from _wrapped(f"    {order:<6}", f"{texts.links[link.kind].title} (above)")
            continue
        own = bool(link.url)
        missing = "" if own else f" ({link.missing})"
        yield from _wrapped(f"    {order:<6}", f"{texts.links[link.kind].title}{missing}")
        for row in rows if own else ():
            yield f"          {row.case.account}"
            yield from _link(row.advice.links[number], checks, "          ")
    if not own:
        yield from (f"    {row.case.account}" for row in rows)


def _link(link: "ConsentLink", checks: "Checks", lead: str = "    ") -> "Iterator[str]":
    if not link.url:
        yield from _wrapped(lead, link.missing)
        return
    yield f"{lead}{link.url}"
    found = check_of(link, checks)
    if found is not None:
        code = f" {found.code}" if found.code else ""
        mark = "!" if found.state is not LinkState.NOT_TOLD else "-"
        yield from _wrapped(f"{lead}{mark} ", f"opened: {found.state}:{code} {found.says}")


def _others(rows: "Sequence[ConsentRow]") -> "Iterator[str]":
    """Yield the accounts that need no link, by what is said of them."""
    said: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        said.setdefault((row.advice.step.value, row.advice.title), []).append(row.case.account)
    for (step, title), accounts in said.items():
        yield ""
        yield from _wrapped("  ", f"{step}: {title} ({len(accounts)})")
        yield from (f"    {account}" for account in accounts)


def _explained(texts: "ConsentTexts", sure: "set[Sureness]") -> "Iterator[str]":
    yield "What the links do"
    for told in texts.links.values():
        yield ""
        yield f"  {told.title}"
        yield from _wrapped("    who may open it  ", told.who)
        yield from _wrapped("    grants           ", told.grants)
        yield from _wrapped("    may replace      ", told.replaces)
        yield from _wrapped("    how to verify    ", told.verify)
    yield ""
    yield from _wrapped("  ", texts.after)
    yield ""
    yield "  redirect URI"
    for word in sorted(sure, key=lambda word: word.rank):
        yield from _wrapped("    ", texts.redirect[word])


def _wrapped(lead: str, text: str) -> "Iterator[str]":
    """Yield text in lines, the first behind the lead, the others below it."""
    lines: Iterable[str] = wrap(text, _WIDTH - len(lead), break_long_words=False, break_on_hyphens=False) or [
        ""
    ]
    for number, line in enumerate(lines):
        yield (" " * len(lead) if number else lead) + line
