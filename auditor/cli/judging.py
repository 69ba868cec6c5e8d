"""What a run is asked to hold to: from options to demands, before anything is asked of anybody."""

from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import NotARunFile, UsageError
from auditor.model import Expected, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.compare import Baseline
    from auditor.exit_codes import Demands, Watched
    from auditor.follow_up import FollowedUp
    from auditor.journal import Journal
    from auditor.rulebook.book import Rulebook
    from auditor.waivers import Entry
    from auditor.workbooks.previous import Previous

_EXPECTATIONS = ", ".join(Expected)
_JSON = b"{"


def demands_of(
    *,
    contract: bool,
    contract_only: "Sequence[str] | None",
    fail_on: str | None,
    fail_on_new: bool,
    baseline: str | None,
    rules: Path | None,
    ledger: Path | None,
) -> "Demands":
    """Return what a run is judged by; a baseline alone is compared with, and fails nothing.

    Raises UsageError for options that say nothing or contradict, NotARunFile, BaselineError and JournalError
    for a baseline that is none or cannot be read.
    """
    from auditor.exit_codes import Demands  # noqa: PLC0415 - only where something is judged

    if fail_on_new and baseline is None:
        raise UsageError(
            "--fail-on-new needs something to compare with",
            "name an earlier run or its report in JSON: --baseline RUN",
        )
    return Demands(
        contract=_expectations(contract_only) if contract_only else frozenset(Expected if contract else ()),
        fail_on=Severity(fail_on) if fail_on else None,
        baseline=_baseline(baseline, rules, ledger) if baseline is not None else None,
        worse_fails=fail_on_new,
    )


def watched(
    journal: "Journal",
    rulebook: "Rulebook",
    demands: "Demands",
    waivers: "Sequence[Entry]" = (),
    previous: "Previous | None" = None,
) -> "Watched":
    """Return the audit of a run file, judged by these rules and counted against the demands.

    Waivers and accepted risks hold by the day on which the run began (UTC), so that a report of it stays what
    it was.
    """
    from auditor.exit_codes import Watched  # noqa: PLC0415 - only where something is judged
    from auditor.follow_up import FollowedUp  # noqa: PLC0415 - as above
    from auditor.rulebook.findings import refuted_by  # noqa: PLC0415 - as above
    from auditor.run.judged import judge  # noqa: PLC0415 - as above
    from auditor.waivers import Waived  # noqa: PLC0415 - as above

    judged = judge(journal, rulebook)
    audit = Waived(judged, waivers, judged.run.started.astimezone(UTC).date()) if waivers else judged
    return Watched(FollowedUp(audit, previous, refuted_by(rulebook)) if previous else audit, demands)


def follow_up_of(audit: "Watched") -> "FollowedUp | None":
    """Return what was read from an earlier workbook, None where none was."""
    from auditor.follow_up import FollowedUp  # noqa: PLC0415 - only where something is judged

    return audit.audit if isinstance(audit.audit, FollowedUp) else None


def waivers_in(path: Path | None, rules: Path | None) -> "tuple[Entry, ...]":
    """Return the waivers of a file, none without one; raises WaiversError, and RulesError for the rules."""
    if path is None:
        return ()
    from auditor.rulebook.load import load_rulebook  # noqa: PLC0415 - reads all rules
    from auditor.waivers import load_waivers  # noqa: PLC0415 - only where waivers are named

    return load_waivers(path, {rule.id for rule in load_rulebook(rules).findings})


def _expectations(given: "Sequence[str]") -> frozenset[Expected]:
    words = [word.strip().lower() for item in given for word in item.split(",") if word.strip()]
    if not words or set(words) - set(Expected):
        raise UsageError(
            f"--contract-only takes expectations: {_EXPECTATIONS}",
            "for example --contract-only ropc,application",
        )
    return frozenset(Expected(word) for word in words)


def _baseline(name: str, rules: Path | None, ledger: Path | None) -> "Baseline":
    """Return an earlier run, by file or id, or its report in JSON; today's rules say what is gone since."""
    from auditor.baselines import baseline_in  # noqa: PLC0415 - only where a baseline is named
    from auditor.rulebook.findings import refuted_by  # noqa: PLC0415 - as above
    from auditor.rulebook.load import load_rulebook  # noqa: PLC0415 - as above

    book, path = load_rulebook(rules), Path(name)
    read = baseline_in(path) if _is_json(path) else _judged(name, book, ledger)
    return replace(read, refuted=refuted_by(book))


def _judged(name: str, book: "Rulebook", ledger: Path | None) -> "Baseline":
    from auditor.baselines import baseline_of  # noqa: PLC0415 - as above
    from auditor.cli.runs import find_run  # noqa: PLC0415 - only where a run is the baseline
    from auditor.journal import Journal  # noqa: PLC0415 - as above
    from auditor.run.judged import judge  # noqa: PLC0415 - as above

    try:
        journal = Journal.open(find_run(name, ledger))
    except NotARunFile as error:
        advice = f"{error.advice}; a report in JSON will do, and a workbook is named with --previous"
        raise NotARunFile(f"--baseline: {error}", advice) from None
    try:
        audit = judge(journal, book)
        return baseline_of(audit.run.id, audit.results())
    finally:
        journal.close()


def _is_json(path: Path) -> bool:
    """Return whether a file begins like a report in JSON; what cannot be read is told as a run file."""
    if path.suffix.lower() == ".json":
        return True
    try:
        with path.open("rb") as stream:
            return stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == _JSON
    except OSError:
        return False
