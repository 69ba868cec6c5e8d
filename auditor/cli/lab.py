"""`auditor lab`: the simulated Microsoft cloud on its own."""

import json
import signal
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.demo import credential_names, lab_parts, write_secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.lab.inventory import LabRow

_WORLD = Annotated[
    str, typer.Option("--world", metavar="NAME|FILE", help="Shipped world (shipped, breaker) or a file.")
]


def group() -> typer.Typer:
    """Return the group of commands."""
    app = typer.Typer(
        no_args_is_help=True, help="A simulated Microsoft cloud: Entra ID, AD FS and Dataverse on loopback."
    )
    for command in (check, serve, schema):
        app.command(command.__name__)(command)
    return app


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="World file to check.")],
) -> None:
    """Validate a world file; every problem is named by its key."""
    load_world, rows_of, _ = lab_parts()
    world = load_world(str(file))
    accounts = {row.columns["account"].lower() for row in rows_of(world)}
    typer.echo(
        f"{file}: {len(world.tenants)} tenants, {len(world.environments)} environments, "
        f"{len(accounts)} accounts in the inventory: good"
    )


def schema() -> None:
    """Print the JSON Schema of world files."""
    lab_parts()
    from auditor.lab.world import world_schema  # noqa: PLC0415 - the extra is known to be there

    typer.echo(json.dumps(world_schema(), indent=2))


def serve(
    world: _WORLD = "shipped",
    folder: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="Where inventory and certificate go; without it a folder that ends with the lab.",
        ),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="ADDRESS", help="Source address the cloud sees.")
    ] = None,
) -> None:
    """Serve a world until Ctrl-C: prints the proxy, the CA file and a ready-made inventory.

    The inventory's credentials are files beside it that hold the world's invented passwords.
    """
    load_world, rows_of, lab_of = lab_parts()
    loaded = load_world(world)
    with tempfile.TemporaryDirectory(prefix="auditor-lab-") as temporary:
        target = folder or Path(temporary)
        target.mkdir(parents=True, exist_ok=True)
        inventory = _write(target, rows_of(loaded))
        with lab_of(loaded, source_address=source) as lab:
            authority = target / "lab-ca.pem"
            authority.write_bytes(lab.ca_file.read_bytes())
            _announce(lab.proxy, authority, inventory)
            _until_stopped()


def _announce(proxy: str, authority: Path, inventory: Path) -> None:
    typer.echo(f"proxy:     {proxy}")
    typer.echo(f"CA file:   {authority}")
    typer.echo(f"inventory: {inventory}")
    typer.echo("")
    typer.echo(f"  auditor audit {inventory} --proxy {proxy} --ca-bundle {authority} --yes -o report.xlsx")
    typer.echo("")
    typer.echo("Ctrl-C stops it.")


def _write(folder: Path, rows: "Sequence[LabRow]") -> Path:
    """Write the inventory and one private file for each credential."""
    from auditor.rulebook.load import load_apps  # noqa: PLC0415 - only here
    from auditor.workbooks.template import write_inventory  # noqa: PLC0415 - openpyxl is slow to import

    table = []
    for row, name in zip(rows, credential_names(rows), strict=True):
        scheme = "federated" if row.federated else "file"
        reference = f"{scheme}:{write_secret(folder, 'passwords', name, row)}" if name else ""
        table.append(dict(row.columns, credential=reference))
    inventory = folder / "accounts.xlsx"
    write_inventory(inventory, table, load_apps())
    return inventory


def _until_stopped() -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        while not stop.wait(0.5):
            pass
    except KeyboardInterrupt:
        return
