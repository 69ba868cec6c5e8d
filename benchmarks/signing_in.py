"""What one would write instead of `auditor audit` to ask accounts, with the requests that ours sends."""

import http.client
import json
import os
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from benchmarks.measure import work
from benchmarks.server import CLIENT_ID, ENVIRONMENT, LOGIN, REPLIES, TENANT

THREADS = 32
_SCOPE = f"https://{ENVIRONMENT}/user_impersonation"
_AUTHORITY = f"https://{LOGIN}/{TENANT}"
_WHOAMI = "/api/data/v9.2/WhoAmI"


def account(number: int) -> str:
    """Return an account's name; the server tells from its number whether its password is right."""
    return f"u{number:06d}@contoso.example"


@contextmanager
def watched(size: int) -> Iterator[None]:
    """Measure the block; say how many accounts it asked and how many requests the server saw."""
    counted()
    with work() as said:
        yield
        said["accounts"] = size
        said["requests"] = counted()


def counted() -> int:
    """Return how many requests the server has seen since it was last asked."""
    asking = http.client.HTTPConnection(urlsplit(os.environ["HTTPS_PROXY"]).netloc)
    asking.request("GET", "/counts")
    found: dict[str, int] = json.loads(asking.getresponse().read())
    asking.close()
    return sum(found.values())


def script(size: int) -> None:
    """Make an app an account, one account after another; a frame and a workbook at the end."""
    import msal  # noqa: PLC0415 - in the measured process alone
    import pandas as pd  # noqa: PLC0415 - as above
    import requests  # noqa: PLC0415 - as above

    _quiet()
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder, watched(size):
        for number in range(size):
            app = msal.PublicClientApplication(
                CLIENT_ID,
                authority=f"https://{LOGIN}/{TENANT}",
                http_client=_known_tenant(requests.Session()),
            )
            result = app.acquire_token_by_username_password(account(number), f"Bench-{number}", [_SCOPE])
            found.append(_row(number, result, requests.get))
        pd.DataFrame(found).to_excel(Path(folder) / "report.xlsx")


def shared(size: int) -> None:
    """One app for all, in threads, over the session that msal makes."""
    import msal  # noqa: PLC0415 - in the measured process alone
    import requests  # noqa: PLC0415 - as above

    class Null(dict[Any, Any]):
        def __setitem__(self, *_: Any) -> None:
            """Keep nothing."""

    _quiet()
    with watched(size):
        app = msal.PublicClientApplication(
            CLIENT_ID, authority=f"https://{LOGIN}/{TENANT}", http_cache=Null()
        )
        session = requests.Session()

        def ask(number: int) -> dict[str, Any]:
            result = app.acquire_token_by_username_password(account(number), f"Bench-{number}", [_SCOPE])
            return _row(number, result, session.get)

        _in_threads(ask, size)


def ceiling(size: int) -> None:
    """Bare requests on a connection a thread and host: what Python's threads can do at all."""
    local = threading.local()
    context = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])

    def connection(host: str) -> http.client.HTTPSConnection:
        found: dict[str, http.client.HTTPSConnection] = local.__dict__.setdefault("connections", {})
        if host not in found:
            found[host] = http.client.HTTPSConnection(
                urlsplit(os.environ["HTTPS_PROXY"]).netloc, context=context
            )
            found[host].set_tunnel(host)
        return found[host]

    def ask(number: int) -> tuple[int, int]:
        name, login = account(number), connection(LOGIN)
        login.request("GET", f"/common/userrealm/{quote(name)}?api-version=1.0")
        login.getresponse().read()
        form = {"grant_type": "password", "client_id": CLIENT_ID, "scope": _SCOPE}
        body = urlencode({**form, "username": name, "password": f"Bench-{number}"})
        login.request(
            "POST",
            f"/{TENANT}/oauth2/v2.0/token",
            body,
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        answered = login.getresponse()
        token = json.loads(answered.read()).get("access_token")
        if not token:
            return answered.status, 0
        environment = connection(ENVIRONMENT)
        environment.request("GET", _WHOAMI, headers={"Authorization": f"Bearer {token}"})
        member = environment.getresponse()
        member.read()
        return answered.status, member.status

    with watched(size):
        _in_threads(ask, size)


def _in_threads(ask: Callable[[int], object], size: int) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(ask, range(size)))
    assert len(done) == size


def _row(number: int, result: Mapping[str, Any], get: Callable[..., Any]) -> dict[str, Any]:
    row = {"account": account(number), "codes": str(result.get("error_codes", ""))}
    if "access_token" not in result:
        return {**row, "error": result.get("error_description", "")}
    headers = {"Authorization": f"Bearer {result['access_token']}"}
    return {**row, "member": get(f"https://{ENVIRONMENT}{_WHOAMI}", headers=headers).status_code}


def _known_tenant(session: Any) -> Any:
    """Let a session answer the OpenID configuration from memory, so that all ways send the same requests."""
    asked = session.get

    class Known:
        status_code = 200
        headers: Mapping[str, str] = {}
        text = REPLIES["openid"].partition(b"\r\n\r\n")[2].decode()

    def get(url: str, **options: Any) -> Any:
        return Known() if "openid-configuration" in url else asked(url, **options)

    session.get = get
    return session


def _quiet() -> None:
    import warnings  # noqa: PLC0415 - in the measured process alone

    warnings.simplefilter("ignore", DeprecationWarning)
