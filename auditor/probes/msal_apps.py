"""msal's applications as the probes use them: no cache, no refresh token, no discovery of their own."""

import logging
import warnings
from typing import Any

from auditor.probes.msal_door import Forgetful, MsalDoor


def quiet_msal() -> None:
    """Keep msal from printing: it warns at every password sign-in and logs whole replies at ERROR.

    Both settings are the process's; they are made once, before any thread starts, because
    `warnings.catch_warnings` is not safe among threads.
    """
    warnings.filterwarnings(
        "ignore", r"\s*This API has been deprecated for public client flows", DeprecationWarning
    )
    logging.getLogger("msal").setLevel(logging.CRITICAL + 1)


def public_app(client: MsalDoor, login: str, tenant_id: str, client_id: str) -> Any:
    """Return an application that signs accounts in; may be used by several threads."""
    from msal import PublicClientApplication  # noqa: PLC0415 - slow to import

    return PublicClientApplication(
        client_id, exclude_scopes=["offline_access"], **_shared(client, login, tenant_id)
    )


def confidential_app(
    client: MsalDoor, login: str, tenant_id: str, client_id: str, credential: str | dict[str, object]
) -> Any:
    """Return an application that signs in for itself; for one attempt, for it holds the credential."""
    from msal import ConfidentialClientApplication  # noqa: PLC0415 - slow to import

    return ConfidentialClientApplication(
        client_id, client_credential=credential, **_shared(client, login, tenant_id)
    )


def _shared(client: MsalDoor, login: str, tenant_id: str) -> dict[str, Any]:
    return {
        "authority": f"https://{login}/{tenant_id}",
        "instance_discovery": False,
        "http_client": client,
        "http_cache": Forgetful(),
        "token_cache": _no_tokens(),
    }


def _no_tokens() -> Any:
    from msal import TokenCache  # noqa: PLC0415 - slow to import

    class NoTokens(TokenCache):  # type: ignore[misc]  # msal has no types
        """A token cache that keeps no token."""

        def add(self, event: object, now: object = None) -> None:
            """Forget."""

        def modify(self, *_: object) -> None:
            """Forget."""

    return NoTokens()
