"""Which transport a request takes: the lean one for what is asked once an account, else `requests`."""

from pathlib import Path

from auditor.model import Leg
from auditor.network.lean import LeanTransport
from auditor.network.proxies import Proxies
from auditor.network.tls import client_context
from auditor.network.transport import RequestsTransport
from auditor.network.wire import Limits, Transport

_ONCE_AN_ACCOUNT = frozenset({Leg.REALM, Leg.TOKEN, Leg.WSTRUST, Leg.WHOAMI, Leg.TABLE})


class Transports:
    """Both transports, over the same TLS context, proxies and limits; raises UsageError as those do."""

    def __init__(self, proxy: str, ca_bundle: Path | None, limits: Limits) -> None:
        context = client_context(ca_bundle)
        self._proxies = Proxies(proxy)
        self.lean: Transport = LeanTransport(context, self._proxies, limits)
        self.requests: Transport = RequestsTransport(context, self._proxies, limits)

    def of(self, leg: Leg, host: str) -> Transport:
        """Return the transport for a request; a proxy that is spoken to over TLS takes `requests`."""
        if leg not in _ONCE_AN_ACCOUNT:
            return self.requests
        proxy = self._proxies.of(host)
        return self.requests if proxy is not None and proxy.scheme == "https" else self.lean

    def close(self) -> None:
        """Close all connections."""
        self.lean.close()
        self.requests.close()
