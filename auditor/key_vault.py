"""Secrets in Azure Key Vault, read by Microsoft's own client over a session of the network room.

Who reads is found out as `DefaultAzureCredential` does, without anything that opens a window: a service
principal or a workload identity from the environment, a managed identity, or whoever signed in with the
Azure CLI or PowerShell. Source: azure-identity 1.27, azure-keyvault-secrets 4.12; Key Vault REST reference,
Get Secret (a secret's expiry is for its readers to heed: the service gives it out all the same).
"""

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from auditor.errors import SecretError
from auditor.network import DoorSettings
from auditor.secrets import Kept, Secret

if TYPE_CHECKING:
    from azure.keyvault.secrets import SecretProperties

_EXTRA = "pip install 'wstrust-oauth-auditor[keyvault]'"
_TRIES = 2
_NO_WINDOWS = {
    f"exclude_{kind}_credential": True
    for kind in ("interactive_browser", "shared_token_cache", "visual_studio_code", "broker")
}
_NOBODY = "nobody is signed in here who could read a key vault"
_SIGN_IN = (
    "give the job a workload identity or a managed identity, or sign in with `az login`; in a national"
    " cloud set AZURE_AUTHORITY_HOST"
)
_ASK_READ = "give it the role Key Vault Secrets User on the vault, or the access policy Get for secrets"
_FORBIDDEN = {
    "SecretDisabled": ("the secret in the key vault is disabled", "enable it, or name another version"),
    "ForbiddenByFirewall": (
        "the key vault's firewall does not let this machine in",
        "add this machine's network to the vault's, or run the audit inside it",
    ),
}


@dataclass(slots=True)
class KeyVaults:
    """All vaults that a run reads; each secret is asked for once, whatever comes of it.

    A vault that cannot be reached, or that nobody here can sign in for, is not asked again. Safe among
    threads: one asks, the others wait.
    """

    settings: DoorSettings
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _known: dict[str, Kept | SecretError] = field(default_factory=dict, repr=False)
    _closed: dict[str, SecretError] = field(default_factory=dict, repr=False)
    _means: "_Means | None" = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def secret(self, target: str) -> Kept:
        """Return the secret of HOST/NAME or HOST/NAME/VERSION; raises SecretError that names none of them."""
        with self._lock:
            if target not in self._known:
                self._known[target] = self._asked(target)
            found = self._known[target]
        if isinstance(found, SecretError):
            raise SecretError(str(found), found.advice)
        return found

    def _asked(self, target: str) -> Kept | SecretError:
        host, name, version = (*target.split("/"), "")[:3]
        if host in self._closed:
            return self._closed[host]
        try:
            if self._means is None:
                self._means = _Means.made(self.settings)
            return self._means.fetched(host, name, version, self.now())
        except _ClosedError as error:
            self._closed[host] = SecretError(str(error), error.advice)
            return self._closed[host]
        except SecretError as error:
            return error


class _ClosedError(SecretError):
    """A whole vault that cannot be read from here."""


@dataclass(frozen=True, slots=True)
class _Means:
    """What asking takes: the session, and who asks."""

    session: Any
    transport: Any
    credential: Any

    @classmethod
    def made(cls, settings: DoorSettings) -> "_Means":
        try:
            from azure.core.pipeline.transport import RequestsTransport  # noqa: PLC0415 - an optional extra
            from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - as above
            from azure.keyvault.secrets import SecretClient  # noqa: F401, PLC0415 - as above
        except ImportError:
            raise _ClosedError("credentials in a key vault need the extra `keyvault`", _EXTRA) from None
        from auditor.network.lent import LentSession  # noqa: PLC0415 - requests is slow to import

        log = logging.getLogger("azure")  # it says in warnings what we say in errors
        if not log.handlers:
            log.addHandler(logging.NullHandler())
        session = LentSession(settings)
        transport = RequestsTransport(session=session, session_owner=False, use_env_settings=False)
        try:
            credential = DefaultAzureCredential(transport=transport, **_NO_WINDOWS, **_without_passwords())
        except ValueError:  # AZURE_TOKEN_CREDENTIALS leaves nothing, or names nothing that there is
            raise _ClosedError(_NOBODY, _SIGN_IN) from None
        return cls(session, transport, credential)

    def fetched(self, host: str, name: str, version: str, now: datetime) -> Kept:
        from azure.keyvault.secrets import SecretClient  # noqa: PLC0415 - an optional extra

        client = SecretClient(
            f"https://{host}",
            self.credential,
            transport=self.transport,
            retry_total=_TRIES,
            permit_redirects=False,
        )
        with contextlib.closing(self.session), _told():
            found = client.get_secret(name, version or None)
        _check_times(found.properties, now)
        return Kept(Secret(found.value or ""), _version(found.properties))


def _without_passwords() -> dict[str, bool]:
    """Return what keeps a person's name and password in the environment from being sent.

    The client would try them (AZURE_USERNAME, AZURE_PASSWORD) past everything here that keeps accounts from
    being locked. An application's secret or certificate in the environment is another matter.
    """
    proofs = ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH")
    own = all(map(os.environ.get, ("AZURE_CLIENT_ID", "AZURE_TENANT_ID"))) and any(
        map(os.environ.get, proofs)
    )
    return {} if own else {"exclude_environment_credential": True}


def _check_times(properties: "SecretProperties", now: datetime) -> None:
    if properties.expires_on is not None and properties.expires_on <= now:
        raise SecretError("the secret in the key vault has expired", "put a new version of it there")
    if properties.not_before is not None and properties.not_before > now:
        raise SecretError("the secret in the key vault is not to be used yet", "see its activation date")


def _version(properties: "SecretProperties") -> str:
    """Return when this version was put there (nanoseconds since 1970, 20 digits), and its id."""
    put = properties.created_on or properties.updated_on
    moment = int(put.timestamp()) * 1_000_000_000 if put else 0
    return f"{moment:020d}/{properties.version or ''}"


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn the client's errors into ours; what they say may hold names, and is not repeated."""
    from azure.core import exceptions as azure  # noqa: PLC0415 - an optional extra

    try:
        yield
    except azure.ClientAuthenticationError as error:
        raise _unrecognised(error) from None
    except azure.ResourceNotFoundError:
        raise SecretError("the key vault has no secret that the credential names", "see its name") from None
    except azure.HttpResponseError as error:
        raise _refused(error) from None
    except (azure.AzureError, ValueError, OSError) as error:
        raise _ClosedError(
            f"the key vault cannot be reached ({type(error).__name__})",
            "see its name, the network, --proxy and --ca-bundle; `auditor doctor` looks at each",
        ) from None


def _unrecognised(error: Any) -> SecretError:
    if getattr(error, "status_code", None) == 401:  # noqa: PLR2004 - HTTP: the vault itself said so
        return _ClosedError(
            "the key vault does not recognise who reads", "sign in to the tenant that the vault belongs to"
        )
    return _ClosedError(_NOBODY, _SIGN_IN)


def _refused(error: Any) -> SecretError:
    inner = getattr(error.error, "innererror", None) if error.error else None
    code = str((inner or {}).get("code", "")) if isinstance(inner, dict) else ""
    if error.status_code == 403:  # noqa: PLR2004 - HTTP: forbidden
        return SecretError(
            *_FORBIDDEN.get(
                code, ("whoever is signed in here may not read this secret in the key vault", _ASK_READ)
            )
        )
    return SecretError(
        f"the key vault answers HTTP {error.status_code}", "try again later, or see the vault's state"
    )
