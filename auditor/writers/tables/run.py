"""The table of the run: everything that is known of how the audit came about, a line each."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor import __version__
from auditor.model import Contract
from auditor.writers.prose import waived_count
from auditor.writers.run_facts import exactly
from auditor.writers.tables.content import Columns, Content

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from auditor.model import Audit, Comparison, FollowUp, RunInfo, Summary
    from auditor.writers.interface import Terms
    from auditor.writers.texts import RunTexts

TABLE = "run"


@dataclass(frozen=True, slots=True)
class RunLine:
    """One thing about the run: what it belongs to, what it is, how it was; `grave` where it limits all."""

    about: str
    what: str
    value: str | int
    grave: bool = False


COLUMNS: Columns[RunLine] = {
    "about": lambda line: Content(line.about),
    "what": lambda line: Content(line.what),
    "value": lambda line: Content(line.value, _tone(line)),
}


def _tone(line: RunLine) -> str:
    if line.grave:
        return "gap:not looked at"
    return "run:number" if isinstance(line.value, int) else ""


def lines(
    audit: "Audit", terms: "Terms | None", texts: "RunTexts", unlinked: "Mapping[str, int] | None" = None
) -> "Iterator[RunLine]":
    """Yield the lines in reading order; what does not apply has none. To be asked after the results.

    `unlinked` is for each sheet with more links than it can take the first row that has to do without.
    """
    told = _Told(texts)
    run, summary = audit.run, audit.summary
    yield from told.all("run", _identity(run))
    yield from told.all("limits", _limits(run), grave=True)
    sheets = (texts.unlinked.format(sheet=sheet, row=row) for sheet, row in (unlinked or {}).items())
    yield from told.all("limits", (("unlinked", sentence) for sentence in sheets))
    yield from told.all("scope", _scope(run))
    yield from told.all("numbers", _numbers(summary))
    yield from told.reasons("unasked", summary.unasked)
    yield from told.reasons("unsigned", summary.unsigned)
    yield from told.reasons("unmet", summary.unmet)
    if terms is not None:
        yield from told.all("asked", (("demand", sentence) for sentence in terms.asked))
    yield from told.all("waivers", _waivers(summary))
    yield from told.all("before", _before(terms.comparison if terms else None))
    yield from told.all("work", _work(terms.follow_up if terms else None))


class _Told:
    """Makes lines of names and values, in the words of the texts."""

    def __init__(self, texts: "RunTexts") -> None:
        self._texts = texts

    def all(
        self, about: str, pairs: "Iterable[tuple[str, str | int]]", *, grave: bool = False
    ) -> "Iterator[RunLine]":
        """Yield a line for each pair of a name and a value."""
        for name, value in pairs:
            yield RunLine(self._texts.about[about], self._texts.what[name], value, grave)

    def reasons(self, name: str, counts: "Mapping[str, int]") -> "Iterator[RunLine]":
        """Yield a line for each reason, the most frequent first."""
        for why, number in sorted(counts.items(), key=lambda item: -item[1]):
            yield RunLine(self._texts.about[name], self._texts.reason.format(why=why), number)


def _identity(run: "RunInfo") -> "Iterator[tuple[str, str | int]]":
    yield "id", run.id
    yield "tool", run.tool_version
    yield "written", __version__
    yield "source", run.source
    yield "started", exactly(run.started)
    yield "ended", exactly(run.ended) if run.ended else "did not end"
    yield "mode", run.mode
    yield "vantage", run.vantage.label or "not stated"
    yield "address", run.vantage.address or "not known"


def _limits(run: "RunInfo") -> "Iterator[tuple[str, str]]":
    if run.simulated:
        yield "simulated", "yes"
    if run.interrupted:
        yield "interrupted", "yes"
    yield from (("stopped", line) for line in run.stopped)
    yield from (("missing", line) for line in run.missing)


def _scope(run: "RunInfo") -> "Iterator[tuple[str, str | int]]":
    yield from (("tenant", tenant) for tenant in run.scope_tenants or ("none",))
    yield from (("host", host) for host in run.scope_hosts or ("none",))
    yield "submissions", run.submissions


def _numbers(summary: "Summary") -> "Iterator[tuple[str, int]]":
    yield "accounts", summary.accounts
    yield "cases", summary.cases
    yield "skipped", summary.skipped
    yield "invalid", summary.invalid
    yield "undecided", summary.undecided
    yield "unreached", summary.unreached
    for state in Contract:
        if summary.contracts.get(state):
            yield state.name.lower(), summary.contracts[state]


def _waivers(summary: "Summary") -> "Iterator[tuple[str, str]]":
    yield from (("waived", line) for line in waived_count(summary.waived))
    yield from (("expired", line) for line in summary.expired)
    yield from (("unused", line) for line in summary.unused)


def _before(comparison: "Comparison | None") -> "Iterator[tuple[str, str | int]]":
    if comparison is not None:
        ready, cases = comparison.ready_before
        yield "baseline", comparison.name
        yield "ready_before", f"{ready:,} of {cases:,}"
        yield from ((kind.name.lower(), number) for kind, number in comparison.counts.items())


def _work(follow_up: "FollowUp | None") -> "Iterator[tuple[str, str | int]]":
    if follow_up is not None:
        yield "previous", follow_up.source
        yield from (("own_column", header) for header in follow_up.own_columns)
        yield "left", len(follow_up.left())
        yield from (("remark", remark) for remark in follow_up.remarks)
