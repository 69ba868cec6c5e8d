"""`auditor demo`: the real pipeline over the simulated cloud."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.errors import LabError, ReportError, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.lab.inventory import LabRow
    from auditor.lab.server import Lab
    from auditor.lab.world import World


def demo(
    folder: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where the two workbooks go.")
    ] = Path("demo"),
    world: Annotated[
        str, typer.Option("--world", metavar="NAME|FILE", help="Shipped world (shipped, breaker) or a file.")
    ] = "shipped",
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", metavar="", help="Print nothing but where the result is.")
    ] = False,
) -> None:
    """Audit a simulated estate: writes demo/accounts.xlsx and demo/report.xlsx. No tenant, no questions.

    The world `breaker` shows what happens when an inventory's passwords turn out to be stale.
    """
    from auditor.cli.audit import finish  # noqa: PLC0415 - see cli.main
    from auditor.cli.collecting import run_audit  # noqa: PLC0415 - as above
    from auditor.cli.console import Screen  # noqa: PLC0415 - Rich is slow to import
    from auditor.cli.reporting import Wanted  # noqa: PLC0415 - as above
    from auditor.cli.setting import simulated  # noqa: PLC0415 - reads the rules
    from auditor.run.interface import Unattended  # noqa: PLC0415 - only here

    load_world, rows_of, lab_of = lab_parts()
    screen = Screen(quiet=quiet)
    loaded = load_world(world)
    rows = rows_of(loaded)
    inventory = folder / "accounts.xlsx"
    _folder(folder)
    passwords = write_rows(inventory, rows)
    screen.say(f"simulated estate: {inventory}")
    with lab_of(loaded) as lab, _environment(passwords):
        prepared = simulated(inventory, lab.proxy, lab.ca_file, breaker=world == "breaker", screen=screen)
        audit = run_audit(prepared, Unattended(), screen, Wanted(folder / "report.xlsx"))
    finish(audit, screen)


def lab_parts() -> "tuple[Callable[[str], World], Callable[[World], list[LabRow]], type[Lab]]":
    """Return the lab's entrances; raises LabError that names the extra when it is not installed."""
    try:
        from auditor.lab.inventory import inventory_rows  # noqa: PLC0415 - an optional extra
        from auditor.lab.server import Lab  # noqa: PLC0415 - an optional extra
        from auditor.lab.world import load_world  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise LabError(
            f"the simulated cloud needs the extra `lab` ({error.name} is missing)",
            "pip install 'wstrust-oauth-auditor[lab]', or from a checkout: pip install '.[lab]'",
        ) from None
    return load_world, inventory_rows, Lab


def write_rows(path: Path, rows: "Sequence[LabRow]") -> dict[str, str]:
    """Write a world's inventory with credentials by environment variable; returns their values by name.

    Tokens of other issuers are files in the folder `tokens` beside it.
    """
    from auditor.rulebook.load import load_apps  # noqa: PLC0415 - only here
    from auditor.workbooks.template import write_inventory  # noqa: PLC0415 - openpyxl is slow to import

    table, values = [], {}
    for row, name in zip(rows, credential_names(rows), strict=True):
        reference = f"env:{name}" if name else ""
        if name and row.federated:
            reference = f"federated:{write_secret(path.parent, 'tokens', name, row)}"
        elif name:
            values[name] = row.password or ""
        table.append(dict(row.columns, credential=reference))
    write_inventory(path, table, load_apps())
    return values


def write_secret(folder: Path, kind: str, name: str, row: "LabRow") -> str:
    """Write a row's credential into a file that only its owner may read; returns its path in the folder."""
    secrets = folder / kind
    secrets.mkdir(mode=0o700, exist_ok=True)
    path = secrets / name
    path.touch(mode=0o600)
    path.write_text(row.password or "", encoding="utf-8")
    return f"{kind}/{name}"


def credential_names(rows: "Sequence[LabRow]") -> list[str]:
    """Return a variable's name for each row that has a password; the same account, the same name."""
    known: dict[tuple[str, str | None], str] = {}
    for row in rows:
        key = (row.columns["account"].strip().lower(), row.password)
        known.setdefault(key, f"LAB_PASSWORD_{len(known) + 1:04d}")
    return [
        known[row.columns["account"].strip().lower(), row.password] if row.password is not None else ""
        for row in rows
    ]


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Set environment variables while the block lasts."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReportError(f"{folder} cannot be made: {told(error)}", "choose another with -o") from None
