"""Asking accounts: a whole collect() against what one would write, and against bare HTTP as the ceiling.

Every way sends the same requests an account: its realm, its password, and for every fourth a WhoAmI. Ours
also asks once for tenant, environment and application, journals each intent to disk before its password
leaves, and keeps the evidence. The service is `benchmarks.server` in a process of its own, so its CPU is not
counted; the rate is off and so is the breaker.
"""

import functools
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Measured, MeasureError, Reading, Table, Way, alternated, figure, spread
from benchmarks.server import CLIENT_ID, ENVIRONMENT
from benchmarks.signing_in import THREADS, account, ceiling, script, shared, watched

if TYPE_CHECKING:
    from auditor.model import Inventory, RunInfo
    from auditor.run.interface import Tools

NAME = "Collecting"
OURS, SCRIPT = "ours: collect()", "(a) a script: an msal app an account, in sequence, to_excel"
SHARED, CEILING = "(b) one msal app, 32 threads, its own session", "(c) http.client, 32 threads, nothing else"
_HEAD = ("latency", "way", "accounts/s", "CPU us an account", "peak MB", "requests an account", "ours: times")
_EQUAL = (
    "A script asks for the OpenID configuration with each app; that is answered from memory here, so that all"
    " send the same requests."
)
_NULL = (
    "(b) has an HTTP cache that keeps nothing: with msal's own it loses every account from about the"
    " two-thousandth on."
)
_NOTES = (_EQUAL, _NULL, "Goals: at 0 ms at least 3 times (b); at 50 and 200 ms at least 0.9 of (c).")
# accounts of a run: enough to take seconds, few where they go one after another
_SIZES = {0: (4_000, 300), 50: (4_000, 40), 200: (2_000, 12)}


def tables(quick: bool) -> list[Table]:
    """Measure at 0, 50 and 200 ms of service latency."""
    found: tuple[tuple[str, ...], ...] = ()
    for latency, (many, few) in ({0: (60, 8)} if quick else _SIZES).items():
        with service(latency) as environment:
            sizes = {OURS: many, SCRIPT: few, SHARED: many, CEILING: many}
            ways = [_way(name, size, environment) for name, size in sizes.items()]
            found += _rows(f"{latency} ms", alternated(ways, 1 if quick else 3, warm=False))
    return [Table("Whole runs", _HEAD, found, _NOTES)]


def _way(name: str, size: int, environment: dict[str, str]) -> Way:
    return Way(name, (sys.executable, "-m", __name__, name, str(size)), environment)


def _rows(label: str, ways: tuple[Measured, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(_row(label, way, ways[0]) for way in ways)


def _row(label: str, way: Measured, ours: Measured) -> tuple[str, ...]:
    pairs = zip(way.readings, ours.readings, strict=True)
    return (
        label,
        way.name,
        spread([_speed(one) for one in way.readings]),
        spread([one.cpu / one.said["accounts"] * 1e6 for one in way.readings]),
        spread([one.peak for one in way.readings]),
        figure(way.readings[0].said["requests"] / way.readings[0].said["accounts"]),
        "1" if way is ours else spread([_speed(our) / _speed(theirs) for theirs, our in pairs]),
    )


def _speed(one: Reading) -> float:
    return one.said["accounts"] / one.wall


@contextmanager
def service(milliseconds: int) -> Iterator[dict[str, str]]:
    """Start a server, give what its clients need in their environment, and end it."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.server", folder, str(milliseconds)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdin is not None
            assert server.stdout is not None
            proxy = server.stdout.readline().strip()
            if not proxy:
                raise MeasureError("the server did not start (pip install -e '.[dev]')")
            trusted = str(Path(folder) / "ca.pem")
            yield {"HTTPS_PROXY": proxy, "REQUESTS_CA_BUNDLE": trusted, "SSL_CERT_FILE": trusted}
            server.stdin.close()


def ours(size: int) -> None:
    """Run collect() as `auditor audit` does, from the cases to a closed run file."""
    from auditor.gate import BreakerLimits  # noqa: PLC0415 - in the measured process alone
    from auditor.network import DoorSettings  # noqa: PLC0415 - as above
    from auditor.run.collect import collect  # noqa: PLC0415 - as above
    from auditor.run.interface import ScopeAnswer, Settings  # noqa: PLC0415 - as above

    inventory, (tools, run) = _estate(size), _tools_and_run()
    settings = Settings(
        concurrency=THREADS,
        rate=None,
        breaker=BreakerLimits(on=False),
        scope=ScopeAnswer(everything=True),
        door=DoorSettings(proxy=os.environ["HTTPS_PROXY"], ca_bundle=Path(os.environ["SSL_CERT_FILE"])),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.audit-run"
        with watched(size):
            collect(inventory, run, path, settings, tools).close()


def _estate(size: int) -> "Inventory":
    """Return an inventory of so many integration accounts in one tenant and one environment."""
    from auditor.model import (  # noqa: PLC0415 - in the measured process alone
        AppProfile,
        Case,
        CaseKey,
        Grant,
        Inventory,
        Kind,
        Origin,
        SignsInFrom,
        Sureness,
    )
    from auditor.secrets import plaintext  # noqa: PLC0415 - as above

    app = AppProfile(
        "own-registration",
        "Own registration",
        CLIENT_ID,
        Sureness.SOURCED,
        {Grant.ROPC: Sureness.SOURCED},
        SignsInFrom.CUSTOMER_SERVER,
    )
    names = [account(number) for number in range(size)]
    cases = [
        Case(
            CaseKey(name, app.name, ENVIRONMENT),
            name,
            ENVIRONMENT,
            app,
            Kind.INTEGRATION,
            Origin("bench.csv", "", row),
            credential=plaintext(f"Bench-{row}"),
        )
        for row, name in enumerate(names, 2)
    ]
    return Inventory("bench.csv", tuple(cases))


def _tools_and_run() -> "tuple[Tools, RunInfo]":
    from auditor.model import RunInfo, Vantage  # noqa: PLC0415 - in the measured process alone
    from auditor.rulebook.load import load_rulebook  # noqa: PLC0415 - as above
    from auditor.run.interface import Silent, Tools, Unattended  # noqa: PLC0415 - as above

    book, now = load_rulebook(), functools.partial(datetime.now, UTC)
    run = RunInfo(
        "bench", "0", "bench.csv", now(), None, "discovery and passwords", Vantage(), simulated=True
    )
    return Tools(book.clouds, book, Unattended(), Silent(), Path(), now), run


if __name__ == "__main__":
    {OURS: ours, SCRIPT: script, SHARED: shared, CEILING: ceiling}[sys.argv[1]](int(sys.argv[2]))
