"""Consent links for machines: frozen shapes, JSON (reports/schema/links.v1.schema.json) and CSV."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from auditor import __version__
from auditor.consent_links import without_account
from auditor.model import ConsentLink, ConsentRow, LinkCheck, RunInfo
from auditor.spreadsheets.cell_text import looks_like_formula
from auditor.writers.consent_texts import ConsentTexts

SCHEMA = "auditor.links/v1"
Checks = Mapping[str, LinkCheck]
COLUMNS = (
    *("account", "app", "client_id", "environment", "tenant", "consent", "step", "situation", "why"),
    *("order", "kind", "url", "missing", "who", "grants", "replaces", "verify"),
    *("redirect_uri", "redirect_uri_sure", "check", "check_code", "check_says"),
)


def links_v1(
    rows: Iterable[ConsentRow], run: RunInfo | None, checks: Checks, texts: ConsentTexts
) -> dict[str, Any]:
    """Return links as JSON data; without a run nothing was asked. What is not known is null."""
    return {
        "schema": SCHEMA,
        "tool_version": __version__,
        "run": run.id if run else None,
        "simulated": run.simulated if run else False,
        "after": texts.after,
        "kinds": [
            {
                "kind": kind.value,
                "title": told.title,
                "who": told.who,
                "grants": told.grants,
                "replaces": told.replaces,
                "verify": told.verify,
            }
            for kind, told in texts.links.items()
        ],
        "cases": [_case(row, checks) for row in rows],
    }


def _case(row: ConsentRow, checks: Checks) -> dict[str, Any]:
    case, advice = row.case, row.advice
    return {
        "account": case.account,
        "app": case.key.app,
        "client_id": case.app.client_id or None,
        "client_id_sure": case.app.client_id_sure.value,
        "environment": case.environment,
        "tenant": advice.tenant or None,
        "redirect_uri": case.app.redirect_uri or None,
        "redirect_uri_sure": case.app.redirect_uri_sure.value,
        "consent": str(row.verdict),
        "step": advice.step.value,
        "situation": advice.situation,
        "title": advice.title,
        "why": advice.why,
        "links": [_link(link, checks) for link in advice.links],
    }


def _link(link: ConsentLink, checks: Checks) -> dict[str, Any]:
    found = check_of(link, checks)
    return {
        "kind": link.kind.value,
        "url": link.url or None,
        "missing": link.missing or None,
        "check": {"state": found.state.value, "code": found.code or None, "says": found.says}
        if found
        else None,
    }


def check_of(link: ConsentLink, checks: Checks) -> LinkCheck | None:
    """Return what opening a link showed, None where it was not opened."""
    return checks.get(without_account(link.url)) if link.url else None


def links_csv(rows: Iterable[ConsentRow], checks: Checks, texts: ConsentTexts) -> Iterator[str]:
    """Yield lines with their ends: a header, then one a link, or one for a case without any.

    A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    yield _line(COLUMNS)
    for row in rows:
        for order, link in enumerate(row.advice.links, 1):
            yield _line(
                (*_of_case(row), *_of_link(order, link, texts), *_of_app(row), *_checked(link, checks))
            )
        if not row.advice.links:
            yield _line((*_of_case(row), *[""] * 8, *_of_app(row), *[""] * 3))


def _of_case(row: ConsentRow) -> tuple[str, ...]:
    case, advice = row.case, row.advice
    return (
        *(case.account, case.key.app, case.app.client_id, case.environment, advice.tenant),
        *(str(row.verdict), advice.step.value, advice.title, advice.why),
    )


def _of_link(order: int, link: ConsentLink, texts: ConsentTexts) -> tuple[str, ...]:
    told = texts.links[link.kind]
    return (
        *(str(order), link.kind.value, link.url, link.missing),
        *(told.who, told.grants, told.replaces, told.verify),
    )


def _of_app(row: ConsentRow) -> tuple[str, ...]:
    return row.case.app.redirect_uri, row.case.app.redirect_uri_sure.value


def _checked(link: ConsentLink, checks: Checks) -> tuple[str, ...]:
    found = check_of(link, checks)
    return (found.state.value, found.code, found.says) if found else ("", "", "")


def _line(values: Iterable[str]) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerow([f"'{value}" if looks_like_formula(value) else value for value in values])
    return stream.getvalue()
