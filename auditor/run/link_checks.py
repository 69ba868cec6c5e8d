"""Opening consent links without signing in, each once, a few at a time."""

from collections.abc import Iterable

from auditor.consent_links import without_account
from auditor.model import Answer, ConsentRow, LinkCheck, LinkState, Progress
from auditor.network import Door, Pace, host_of
from auditor.probes.consent_page import ask_page
from auditor.rulebook.answers import interpret
from auditor.rulebook.book import Rulebook
from auditor.run.workers import each

_AT_ONCE = 4
_A_SECOND = 5.0
_NOTHING = "the page names no error before somebody signs in; it may still name one afterwards"


def check_links(
    rows: Iterable[ConsentRow], door: Door, book: Rulebook, progress: Progress, pace: Pace | None = None
) -> dict[str, LinkCheck]:
    """Return what opening showed, by link as it is opened: without an account (`without_account`)."""
    urls = list(
        dict.fromkeys(without_account(link.url) for row in rows for link in row.advice.links if link.url)
    )
    pace = pace or Pace(_A_SECOND)
    found: dict[str, LinkCheck] = {}

    def look(url: str) -> None:
        pace.wait(host_of(url))
        found[url] = told(ask_page(door, url), book)
        progress.step(host_of(url))

    progress.stage("Consent links", len(urls))
    each(look, urls, _AT_ONCE, door.hurry)
    return {url: found[url] for url in urls}


def told(answer: Answer, book: Rulebook) -> LinkCheck:
    """Return what a page's answer says of its link: refused only for what the rules list as a refusal."""
    if answer.failure is not None:
        status = f" (HTTP {answer.http_status})" if answer.http_status else ""
        return LinkCheck(LinkState.NOT_LOOKED, "", f"{answer.failure}{status}")
    if not answer.codes:
        return LinkCheck(LinkState.NOT_TOLD, "", _NOTHING)
    reading = interpret(book, answer)
    label = book.outcomes[reading.outcome].label
    refused = reading.outcome in book.consent.refusals
    code = reading.code or ", ".join(f"AADSTS{one}" for one in answer.codes)
    return LinkCheck(LinkState.REFUSED if refused else LinkState.NOT_TOLD, code, label)
