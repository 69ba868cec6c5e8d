"""Where a run would write: the report's folder and the ledger, and whom the ledger holds back."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from auditor.atomic import check_target
from auditor.errors import LedgerError, ReportError
from auditor.journal.ledger import Ledger
from auditor.journal.ledger_file import default_path
from auditor.model import Case
from auditor.run.doctor.interface import Area, Check, State
from auditor.run.interface import Retry
from auditor.run.remembered import Look, Remembered
from auditor.secrets import Resolver

_ELSEWHERE = "name another place with --ledger FILE"


def output_checks(targets: Iterable[Path]) -> Iterator[Check]:
    """Yield whether reports can be written, and the run file beside them."""
    for folder in dict.fromkeys(target.parent for target in targets):
        yield _output([target for target in targets if target.parent == folder], folder)


def _output(targets: Iterable[Path], folder: Path) -> Check:
    try:
        for target in targets:
            check_target(target)
    except ReportError as error:
        return Check(Area.STORAGE, State.CANNOT, str(error), error.advice)
    if not os.access(folder, os.W_OK | os.X_OK):
        says = f"nothing can be written in {folder}: reports and run files would go there"
        return Check(Area.STORAGE, State.CANNOT, says, "name another place with --output")
    return Check(Area.STORAGE, State.FINE, f"reports can be written in {folder.absolute()}")


def ledger_checks(
    path: Path | None, cases: Sequence[Case], resolver: Resolver, look: Look
) -> tuple[list[Check], set[str]]:
    """Return whether the ledger can be used, and the accounts (lower-case UPNs) that it holds back.

    A ledger that is not there is not made.
    """
    where = path or default_path()
    try:
        ledger = Ledger.existing(path)
        if ledger is None:
            return [_not_yet(where)], set()
        with closing(ledger):
            held = _held(ledger, cases, resolver, look)
    except LedgerError as error:
        return [Check(Area.STORAGE, State.CANNOT, str(error), error.advice or _ELSEWHERE)], set()
    sound = Check(Area.STORAGE, State.FINE, f"the ledger of refused attempts can be used: {where}")
    if not held:
        return [sound], set()
    said = Check(
        Area.STORAGE,
        State.NOTE,
        "not sent again, because an earlier run was refused and the password is the same",
        "correct what was wrong; a changed password is noticed, anything else is named: --retry UPN",
        tuple(f"{account}: {why}" for account, why in held.items()),
    )
    return [sound, said], {account.lower() for account in held}


def _held(ledger: Ledger, cases: Sequence[Case], resolver: Resolver, look: Look) -> dict[str, str]:
    known = Remembered(ledger, "", Retry(), resolver).held(cases, look)
    return {case.account: f"{one.outcome} on {one.evidence.at:%Y-%m-%d}" for case, one in known}


def _not_yet(path: Path) -> Check:
    folder = path.absolute().parent
    there = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return Check(Area.STORAGE, State.FINE, f"the ledger of refused attempts can be made: {path}")
    says = f"the ledger of refused attempts cannot be made: {path}"
    return Check(Area.STORAGE, State.CANNOT, says, _ELSEWHERE)
