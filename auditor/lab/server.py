"""The lab: a simulated cloud behind a loopback proxy, for as long as a `with` block lasts."""

import asyncio
import shutil
import socket
import ssl
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import uvicorn

from auditor.errors import LabError
from auditor.lab.app import application
from auditor.lab.certificates import new_authority, server_context
from auditor.lab.faults import of_host
from auditor.lab.state import Seen, State, utc_now
from auditor.lab.tunnel import Tunnels
from auditor.lab.world.root import World

if TYPE_CHECKING:
    from auditor.lab.world.faults import Kind

_BACKLOG = 512
_CA_NAME = "lab-ca.pem"
_WEEK = timedelta(weeks=1)


class Lab:
    """A world being served. `source_address` overrides the world's caller; `clock` gives aware times.

    Entering starts one background thread and takes well under a second; leaving ends it and removes the
    folder with the authority's certificate. Raises LabError when `source_address` is none, or when loopback
    ports are not to be had.
    """

    def __init__(
        self,
        world: World,
        *,
        source_address: str | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.state = State(world, _checked(source_address), clock or utc_now)
        self._folder: Path | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._port = 0

    @property
    def proxy(self) -> str:
        """Return the proxy's URL, http://127.0.0.1:PORT."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def ca_file(self) -> Path:
        """Return the certificate to trust (PEM); it exists while the lab runs."""
        if self._folder is None:
            raise LabError("the lab is not running", "use it in a `with` block")
        return self._folder / _CA_NAME

    @property
    def submissions(self) -> Counter[str]:
        """Return how many requests carried a password, by lower-case principal name."""
        return self.state.submissions

    @property
    def requests(self) -> list[Seen]:
        """Return the requests that arrived, in order: host, method, path, account or ""."""
        return self.state.requests

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="auditor-lab-"))
        try:
            self._start(self._folder)
        except BaseException:  # nothing is left behind by a start that failed; it goes on
            self._remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop and self._stop and self._thread:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
        self._remove()

    def _remove(self) -> None:
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = None

    def _start(self, folder: Path) -> None:
        context = self._certificates(folder)
        door, web = _listening(), _listening()
        self._port = door.getsockname()[1]
        ready = threading.Event()
        self._thread = threading.Thread(
            target=asyncio.run, args=(self._serve(door, web, context, ready),), name="lab", daemon=True
        )
        self._thread.start()
        ready.wait()

    def _certificates(self, folder: Path) -> ssl.SSLContext:
        authority = new_authority()
        (folder / _CA_NAME).write_bytes(authority.pem)
        covered = frozenset(self.state.estate.sites)
        context = server_context(authority, covered, folder, "lab")
        faulty: dict[Kind, ssl.SSLContext] = {
            "wrong-certificate": server_context(authority, ["another-host.example"], folder, "another"),
            "expired-certificate": server_context(authority, covered, folder, "expired", off=-_WEEK),
            "future-certificate": server_context(authority, covered, folder, "future", off=_WEEK),
        }

        def choose(line: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            host = (name or "").lower()
            struck = next((other for kind, other in faulty.items() if of_host(self.state, host, kind)), None)
            if struck is not None:
                line.context = struck
            elif host not in covered and host in self.state.estate.sites:
                # the world has changed since the start and has a new host
                line.context = server_context(authority, [host], folder, host)

        context.sni_callback = choose
        return context

    async def _serve(
        self, door: socket.socket, web: socket.socket, context: ssl.SSLContext, ready: threading.Event
    ) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        tunnels = Tunnels(self.state, web.getsockname()[1])
        server = uvicorn.Server(_configured(self.state, tunnels, context))
        answering = asyncio.create_task(server.serve(sockets=[web]))
        proxy = await asyncio.start_server(tunnels.serve, sock=door)
        ready.set()
        await self._stop.wait()
        proxy.close()
        await tunnels.close()
        await proxy.wait_closed()
        server.should_exit = server.force_exit = True
        await answering


def _checked(address: str | None) -> str:
    try:
        return str(ip_address(address)) if address else ""
    except ValueError:
        raise LabError("the source address is no IP address", "give one such as 203.0.113.7") from None


def _configured(state: State, tunnels: Tunnels, context: ssl.SSLContext) -> uvicorn.Config:
    config = uvicorn.Config(
        application(state, tunnels.break_line),
        http="h11",
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        h11_max_incomplete_event_size=65536,
    )
    config.load()
    config.ssl = context
    return config


def _listening() -> socket.socket:
    # without a named protocol asyncio leaves Nagle's algorithm on, and each answer waits 40 ms
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        door.bind(("127.0.0.1", 0))
        door.listen(_BACKLOG)
    except OSError as error:
        door.close()
        raise LabError(
            f"no loopback port to serve on ({error.strerror})", "see what else listens there"
        ) from None
    return door
