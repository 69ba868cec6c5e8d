"""How one administrator signs in: by browser, by device code, or as an application.

A person signs in asking for no permission at all; permissions come afterwards, one by one (`Administrator`).
Device codes are asked about by us and not by msal, whose own loop sleeps and cannot be stopped.
Source: msal 1.39; Microsoft identity platform, device authorization grant and client credentials.
"""

import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from auditor.clouds import Cloud
from auditor.directory.administrator import Administrator, Identity
from auditor.directory.msal_client import Client
from auditor.directory.tokens import code_of, held_in, roles_of, why, why_raised
from auditor.errors import DirectoryError
from auditor.network import Door
from auditor.network.http_client import Forgetful
from auditor.secrets import Secret, redact
from auditor.secrets.claims import claims_of

_WAITING = {"authorization_pending", "slow_down"}
_SLOWER = 5
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BROWSER_SECONDS = 300


class Way(StrEnum):
    """How an administrator signs in."""

    BROWSER = "browser"
    DEVICE_CODE = "device-code"
    APP = "app"


@dataclass(frozen=True, slots=True)
class Registration:
    """Who signs in where: tenant (domain or GUID), cloud, client id, and an application's own credential.

    `secret` is a client secret, `certificate` a PEM text with private key and certificate; one of the two.
    """

    tenant: str
    cloud: Cloud
    client_id: str
    secret: Secret | None = None
    certificate: Secret | None = None


@dataclass(frozen=True, slots=True)
class Means:
    """What a sign-in needs of its surroundings: `tell` shows the operator a line, `now` gives aware times."""

    door: Door
    tell: Callable[[str], None]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], object] = time.sleep


def sign_in(registration: Registration, way: Way, means: Means) -> Administrator:
    """Return the administrator who signed in; raises DirectoryError when nobody did, or to another tenant."""
    logging.getLogger("msal").setLevel(logging.CRITICAL + 1)  # it logs whole replies
    try:
        client = Client(means.door, registration.cloud.login)
        app = _new_app(registration, way, client)
        _same_cloud(registration, client)
        result = _signed_in(app, registration, way, means)
    except DirectoryError:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        raise DirectoryError(
            f"the administrator could not be signed in: {why_raised(error)}",
            "check tenant, client id, proxy and the time of this machine",
        ) from None
    if "access_token" not in result:
        raise DirectoryError(f"the administrator's sign-in was refused: {why(result)}", _advice(result))
    return _checked(app, result, registration, way, means.now)


def _same_cloud(registration: Registration, client: Client) -> None:
    if client.graph and client.graph != registration.cloud.graph:
        raise DirectoryError(
            f"{registration.tenant} belongs to another cloud: its Microsoft Graph is {client.graph}",
            "name its cloud with --cloud",
        )


def _new_app(registration: Registration, way: Way, client: Client) -> Any:
    from msal import ConfidentialClientApplication, PublicClientApplication  # noqa: PLC0415 - slow to import

    shared: dict[str, Any] = {
        "client_id": registration.client_id,
        "authority": f"https://{registration.cloud.login}/{registration.tenant}",
        "instance_discovery": False,
        "http_client": client,
        "http_cache": Forgetful(),
    }
    if way is Way.APP:
        return ConfidentialClientApplication(client_credential=_credential(registration), **shared)
    return PublicClientApplication(**shared)


def _credential(registration: Registration) -> str | dict[str, str]:
    if registration.secret is not None:
        return registration.secret.reveal()
    if registration.certificate is None:
        raise DirectoryError(
            "an application signs in with a certificate or a client secret, and there is none",
            "set `certificate` or `secret` under [directory] in auditor.toml, as a reference",
        )
    text = registration.certificate.reveal()
    if "PRIVATE KEY-----" not in text or "BEGIN CERTIFICATE-----" not in text:
        raise DirectoryError(
            "the application's certificate is no PEM text with a private key and a certificate",
            "convert it, for example with `openssl pkcs12 -in app.pfx -nodes`",
        )
    return {"private_key": text, "public_certificate": text}


def _signed_in(app: Any, registration: Registration, way: Way, means: Means) -> Mapping[str, Any]:
    if way is Way.APP:
        scope = f"https://{registration.cloud.graph}/.default"
        found: Mapping[str, Any] = app.acquire_token_for_client([scope])
        return found
    if way is Way.DEVICE_CODE:
        return _by_device_code(app, means)
    means.tell("a browser opens for the administrator's sign-in; it waits for five minutes")
    signed: Mapping[str, Any] = app.acquire_token_interactive(
        [],
        prompt="select_account",
        timeout=_BROWSER_SECONDS,
        extra_scopes_to_consent=["profile", "offline_access"],  # without scopes msal asks for `openid` alone
    )
    return signed


def _by_device_code(app: Any, means: Means) -> Mapping[str, Any]:
    """Show a code and ask about it until somebody has signed in with it, or it has run out."""
    flow: dict[str, Any] = app.initiate_device_flow(scopes=[])
    if "user_code" not in flow:
        return flow
    page = redact(str(flow.get("verification_uri", "")))[:200]
    means.tell(f"open {page} and enter the code {flow['user_code']}, as an administrator of the tenant")
    ends = means.now() + timedelta(seconds=float(flow.get("expires_in", 900)))
    wait = float(flow.get("interval", _SLOWER))
    while means.now() < ends:
        means.sleep(wait)
        flow.pop("latest_attempt_at", None)  # we keep the pace ourselves; msal would warn by its own clock
        result: Mapping[str, Any] = app.acquire_token_by_device_flow(flow, exit_condition=lambda _: True)
        if result.get("error") not in _WAITING:
            return result
        wait += _SLOWER if result.get("error") == "slow_down" else 0
    return {"error": "expired_token", "error_description": "nobody entered the code in time"}


def _checked(
    app: Any,
    result: Mapping[str, Any],
    registration: Registration,
    way: Way,
    now: Callable[[], datetime],
) -> Administrator:
    """Return the administrator; raises DirectoryError when the token is one of another tenant."""
    claims = claims_of(str(result["access_token"]))
    named = result.get("id_token_claims") or claims
    wanted = _tenant_of(app, registration)
    tenant = str(named.get("tid") or wanted).lower()
    if wanted and tenant != wanted:
        raise DirectoryError(
            f"the sign-in was one of tenant {tenant}, not of {registration.tenant}",
            "sign in with an administrator of that tenant",
        )
    application = way is Way.APP
    identity = Identity(tenant, application, None if application else roles_of(claims))
    held = held_in(result, registration.cloud.graph, now())
    return Administrator(identity, app, registration.cloud.graph, now, [held] if held else [])


def _tenant_of(app: Any, registration: Registration) -> str:
    """Return the GUID of the tenant that was asked, as its sign-in addresses name it; "" if they do not."""
    text = f"{registration.tenant} {getattr(app.authority, 'token_endpoint', '')}".lower()
    found = _GUID.search(text)
    return found.group() if found else ""


def _advice(result: Mapping[str, Any]) -> str:
    code = code_of(result)
    return f"`auditor explain {code}` says what it means" if code else ""
