"""The top of the page: whose report, what was audited, the numbers as tiles and bars, what comes first."""

from base64 import b64encode
from typing import TYPE_CHECKING, NamedTuple

from auditor.branding import picture
from auditor.model import Axis, ChangeKind
from auditor.writers.counts import Count, axis_table, coverage_table, scale_table, tiles
from auditor.writers.html.charts import chart_of
from auditor.writers.run_facts import facts_of, waivers_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import Audit, Brand, Comparison, Lane, RunInfo, Summary
    from auditor.writers.counts import CountTable
    from auditor.writers.html.charts import Chart
    from auditor.writers.html.design import Design
    from auditor.writers.html.gathered import Gathered
    from auditor.writers.interface import Terms
    from auditor.writers.tables.fix_book import FixBook, Road


_SHOWN = 5
_PLAIN = "open"


class LaneView(NamedTuple):
    """A lane: what it means, its findings, and what is to be done."""

    lane: "Lane"
    about: str
    findings: int
    road: "Road"


class UnseenLine(NamedTuple):
    """What could not be looked at, why, in how many cases, and what would change that."""

    question: str
    why: str
    cases: int
    remedy: str


class Overview(NamedTuple):
    """Everything above the tables. `banners` are (look, text); `logo` is the address of data, "" for none."""

    title: str
    company: str
    logo: str
    banners: tuple[tuple[str, str], ...]
    tiles: tuple[Count, ...]
    facts_heading: str
    facts: tuple[tuple[str, str], ...]
    charts: "tuple[Chart, ...]"
    numbers: "tuple[CountTable, ...]"
    lanes: tuple[LaneView, ...]
    unseen: tuple[UnseenLine, ...]
    footer: str


def overview_of(
    audit: "Audit", terms: "Terms", design: "Design", gathered: "Gathered", book: "FixBook"
) -> Overview:
    """Return what stands above the tables; to be asked for when the whole audit has passed."""
    texts = design.texts
    return Overview(
        title=texts.summary.title,
        company=terms.brand.company,
        logo=_logo(terms.brand),
        banners=tuple(_banners(audit.run, design)),
        tiles=_tiles(design, audit.summary),
        facts_heading=design.layout.summary.headings["facts"],
        facts=_facts(audit, design),
        charts=_charts(design, audit.summary, terms.comparison),
        numbers=_numbers(design, audit.summary),
        lanes=_lanes(design, gathered, book),
        unseen=_unseen(design, gathered),
        footer=texts.footer_simulated if audit.run.simulated else texts.footer,
    )


def _logo(brand: "Brand") -> str:
    """Return the logo as the address of its own data; it was checked where it came in."""
    if not brand.logo:
        return ""
    return f"data:image/{picture(brand.logo).format};base64,{b64encode(brand.logo).decode('ascii')}"


def _banners(run: "RunInfo", design: "Design") -> "Iterator[tuple[str, str]]":
    words, told = design.page.words, design.texts.summary
    if run.simulated:
        yield "simulated", words.simulated
    if run.interrupted:
        yield "alarm", words.interrupted
    yield from (("alarm", f"{told.missing} {line}") for line in run.missing)
    yield from (("alarm", f"{told.stopped} {line}") for line in run.stopped)
    yield "caution", words.sensitive


def _tiles(design: "Design", summary: "Summary") -> tuple[Count, ...]:
    found = tiles(design.layout, summary)
    return tuple(Count(one.label, one.number, one.look.removeprefix("tile").strip("_")) for one in found)


def _facts(audit: "Audit", design: "Design") -> tuple[tuple[str, str], ...]:
    known = facts_of(audit.run) | waivers_of(audit.summary)
    return tuple((design.layout.summary.facts[name], value) for name, value in known.items())


def _charts(design: "Design", summary: "Summary", comparison: "Comparison | None") -> "tuple[Chart, ...]":
    layout = design.layout
    path, severity = axis_table(layout, Axis.PATH, summary), scale_table(layout, "severity", summary.findings)
    charts = [
        chart_of("chart-path", layout.summary.headings["chart"], path.lines),
        chart_of("chart-severity", severity.heading, severity.lines),
    ]
    if comparison is not None:
        charts += [_progress(design, comparison), _ready(design, summary, comparison)]
    return tuple(charts)


def _progress(design: "Design", comparison: "Comparison") -> "Chart":
    counts = comparison.counts
    looks = {kind: design.look(f"changes:{kind}") or _PLAIN for kind in ChangeKind}
    lines = [Count(kind.value, counts.get(kind, 0), look) for kind, look in looks.items()]
    return chart_of("chart-progress", design.page.words.progress_of.format(name=comparison.name), lines)


def _ready(design: "Design", summary: "Summary", comparison: "Comparison") -> "Chart":
    words, (before, cases) = design.page.words, comparison.ready_before
    paths = summary.verdicts.get(Axis.PATH, {})
    lines = (
        Count(words.ready_then.format(name=comparison.name, cases=f"{cases:,}"), before, _PLAIN),
        Count(words.ready_now.format(cases=f"{sum(paths.values()):,}"), paths.get("ready", 0), "good"),
    )
    return chart_of("chart-ready", words.ready, lines)


def _numbers(design: "Design", summary: "Summary") -> "tuple[CountTable, ...]":
    layout = design.layout
    return (
        *(axis_table(layout, axis, summary) for axis in (Axis.ROPC, Axis.MFA, Axis.CONSENT)),
        scale_table(layout, "worst", summary.worst),
        scale_table(layout, "contract", summary.contracts),
        coverage_table(layout, summary),
    )


def _lanes(design: "Design", gathered: "Gathered", book: "FixBook") -> tuple[LaneView, ...]:
    return tuple(
        LaneView(lane, about, gathered.lanes[lane], book.road(lane, _SHOWN))
        for lane, about in design.page.lanes.items()
    )


def _unseen(design: "Design", gathered: "Gathered") -> tuple[UnseenLine, ...]:
    remedies = design.texts.not_looked
    found = gathered.unseen.lines()
    return tuple(UnseenLine(question, why.value, cases, remedies[why]) for question, why, cases in found)
