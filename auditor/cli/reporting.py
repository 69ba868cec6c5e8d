"""What comes out of a judged run: in which formats, where, and under which terms they are written."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from auditor.atomic import check_target
from auditor.cli.previous import keep
from auditor.errors import ReportError, UsageError, told
from auditor.exit_codes import Demands
from auditor.model import Brand
from auditor.writers import SUFFIXES, files_of, format_of, known_format, writer_for

if TYPE_CHECKING:
    from auditor.cli.console import Screen
    from auditor.cli.previous import Earlier
    from auditor.exit_codes import Watched
    from auditor.journal import Journal
    from auditor.rulebook.book import Rulebook
    from auditor.waivers import Entry

_IN_FOLDER = "report"
_ANSWERS = ("error", "skipped")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked to come out.

    `formats` are names, none for what the suffix of `output` says; without `output` it goes where the command
    puts it. `gaps_fail`: a question without an answer is an error in formats for test views. `waivers` are
    the findings that are accepted, `earlier` is a workbook that is carried over, `brand` is whose the report
    looks.
    """

    output: Path | None = None
    formats: tuple[str, ...] = ()
    demands: Demands = field(default_factory=Demands)
    gaps_fail: bool = True
    waivers: "tuple[Entry, ...]" = ()
    earlier: "Earlier | None" = None
    brand: Brand = field(default_factory=Brand)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options of a report as they were given, one of each (`report_options` says what they mean)."""

    output: Path | None
    formats: "Sequence[str] | None"
    unanswered_as: str | None
    contract: bool
    contract_only: "Sequence[str] | None"
    fail_on: str | None
    fail_on_new: bool
    baseline: str | None
    waivers: Path | None
    previous: Path | None
    rules: Path | None
    ledger: Path | None
    config: Path | None

    @classmethod
    def among(cls, options: Mapping[str, Any]) -> Self:
        """Return those among the options of a command, by the names that they have there: its `locals()`."""
        return cls(**{one.name: options[one.name] for one in fields(cls)})


def wanted_of(asked: Asked) -> Wanted:
    """Return what the options ask for.

    Raises UsageError for what is no format and no answer, and what `demands_of`, `waivers_in`,
    `earlier_in` and `load_config` raise.
    """
    from auditor.cli.judging import demands_of, waivers_in  # noqa: PLC0415 - only where something is judged
    from auditor.cli.previous import earlier_in  # noqa: PLC0415 - only where something is reported
    from auditor.config import load_config  # noqa: PLC0415 - as above

    demands = demands_of(
        contract=asked.contract,
        contract_only=asked.contract_only,
        fail_on=asked.fail_on,
        fail_on_new=asked.fail_on_new,
        baseline=asked.baseline,
        rules=asked.rules,
        ledger=asked.ledger,
    )
    named = [name.strip() for item in asked.formats or () for name in item.split(",") if name.strip()]
    if asked.unanswered_as not in {None, *_ANSWERS}:
        raise UsageError("--unanswered-as takes error or skipped", "for example --unanswered-as skipped")
    return Wanted(
        asked.output,
        tuple(dict.fromkeys(known_format(name) for name in named)),
        demands,
        gaps_fail=asked.unanswered_as != "skipped",
        waivers=waivers_in(asked.waivers, asked.rules),
        earlier=earlier_in(asked.previous),
        brand=load_config(asked.config).brand,
    )


def formats_of(wanted: Wanted, target: Path) -> tuple[str, ...]:
    """Return the formats to write: those named, else what the target's suffix says, else xlsx."""
    if wanted.formats:
        return wanted.formats
    return (format_of(target.name) or known_format(target.suffix.lstrip(".") or "xlsx"),)


def paths_of(
    target: Path,
    formats: tuple[str, ...],
    earlier: "Earlier | None" = None,
    inventory: Path | None = None,
) -> dict[str, Path]:
    """Return where each format goes: the target's suffix gives way to the format's own.

    A target without a format's suffix is a folder where it is one, or where it is to take several formats;
    it is made. Raises UsageError for an unknown format and where what people need would be replaced (`keep`),
    and ReportError for what could not be written afterwards: all before anything is asked of anybody.
    """
    if str(target) == "-":
        raise UsageError("-o takes a file or a folder", "a report is not written to standard output")
    named = format_of(target.name)
    into = not named and (target.is_dir() or (len(formats) > 1 and target.name != _IN_FOLDER))
    base = target / _IN_FOLDER if into else target
    if base.name == _IN_FOLDER:
        _make(base.parent)
    stem = base.name[: -len(SUFFIXES[named])] if named else base.stem
    paths = {name: base.with_name(stem + SUFFIXES[known_format(name)]) for name in formats}
    files = [file for name, path in paths.items() for file in files_of(name, path)]
    keep(earlier, files, inventory)
    for file in files:
        check_target(file)
    return paths


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise ReportError(f"{folder} cannot be made: {told(error)}", "name another folder with -o") from None


def reported(
    journal: "Journal",
    rulebook: "Rulebook",
    wanted: Wanted,
    paths: Mapping[str, Path],
    base: Path | None,
    screen: "Screen",
) -> "Watched":
    """Judge a run file as it is wanted, write its report, and return the audit.

    `base` is the folder in which the inventory stood, None where nobody knows.
    """
    from auditor.cli.judging import watched  # noqa: PLC0415 - brings the rules

    says = wanted.earlier.says if wanted.earlier else None
    judged = watched(journal, rulebook, wanted.demands, wanted.waivers, says)
    write_reports(judged, paths, wanted, rulebook, folder_in(base), screen)
    return judged


def write_reports(
    audit: "Watched",
    paths: Mapping[str, Path],
    wanted: Wanted,
    rulebook: "Rulebook",
    folder: str,
    screen: "Screen",
) -> None:
    """Write the report in each format, say where it is, and tell the build service that runs us.

    `folder` is the inventory's (`folder_in`).
    """
    from auditor.cli.judging import follow_up_of  # noqa: PLC0415 - only where a report is written
    from auditor.cli.pipelines import tell  # noqa: PLC0415 - as above
    from auditor.exit_codes import comparison_of  # noqa: PLC0415 - as above
    from auditor.rulebook.pages import rule_help  # noqa: PLC0415 - as above
    from auditor.writers.interface import Terms  # noqa: PLC0415 - as above

    terms = Terms(
        audit.demands,
        partial(rule_help, rulebook),
        gaps_fail=wanted.gaps_fail,
        folder=folder,
        asked=audit.demands.told(),
        brand=wanted.brand,
        follow_up=follow_up_of(audit),
        comparison=comparison_of(audit),
    )
    for name, path in paths.items():
        for file in writer_for(name, terms).write(audit, path) or (path,):
            screen.result(f"{file}" if screen.quiet else f"report: {file}")
    tell(audit, terms, paths, screen, os.environ)


def folder_in(folder: Path | None) -> str:
    """Return a folder as its repository knows it: from the top, with slashes, "" for the top itself.

    Without a repository it is told from the current folder; what lies elsewhere has only its files' names.
    """
    if folder is None:
        return ""
    whole = folder.absolute()
    top = next((one for one in (whole, *whole.parents) if (one / ".git").exists()), Path.cwd())
    inside = whole.relative_to(top).as_posix() if whole.is_relative_to(top) else "."
    return "" if inside == "." else inside


def inventory_of(how: Mapping[str, object]) -> Path | None:
    """Return where a run's inventory stood, None where its run file does not say."""
    named = how.get("inventory")
    return Path(named) if isinstance(named, str) else None
