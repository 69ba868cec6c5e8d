"""A `requests` session lent to a library that brings its own client: our TLS, proxies, dialling and bounds.

Such a library keeps to the rules of this room where it can: https, no redirects, no cookies, nothing from
the environment but what the room itself takes from there. Plain http is spoken to this machine and its
hypervisor alone, where managed identities are asked for (Azure IMDS at 169.254.169.254, App Service and
Azure Arc on loopback).
"""

import ipaddress
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import BaseAdapter

from auditor.network.addresses import host_of, is_https
from auditor.network.door import DoorSettings
from auditor.network.proxies import Proxies, Proxy
from auditor.network.tls import client_context
from auditor.network.transport import adapter_for

_HERE = {"localhost"}


class LentSession(requests.Session):
    """A session for one thread at a time; `close` may be followed by further requests.

    Raises UsageError at once where proxy or CA bundle cannot be used.
    """

    def __init__(self, settings: DoorSettings) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._context = client_context(settings.ca_bundle)
        self._limits = settings.limits
        self._proxies = Proxies(settings.proxy)
        self._adapters: dict[Proxy | None, BaseAdapter] = {}

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Return the reply to a request, through the proxy for its host; never follows a redirect."""
        proxy = self._proxy(request.url or "")
        how = {**kwargs, "allow_redirects": False, "proxies": {"https": proxy.url} if proxy else {}}
        return super().send(request, **how)

    def get_adapter(self, url: str | bytes) -> BaseAdapter:
        """Return what carries a request to an address; raises InvalidURL where none may be made."""
        address = url if isinstance(url, str) else url.decode("ascii", "replace")
        if not is_https(address):
            return self._plain(address)
        proxy = self._proxy(address)
        if proxy not in self._adapters:
            self._adapters[proxy] = adapter_for(self._context, self._limits, proxy)
        return self._adapters[proxy]

    def close(self) -> None:
        """Close all connections."""
        super().close()
        for adapter in self._adapters.values():
            adapter.close()

    def _proxy(self, url: str) -> Proxy | None:
        return self._proxies.of(host_of(url)) if is_https(url) else None

    def _plain(self, url: str) -> BaseAdapter:
        if not _is_near(host_of(url)):
            raise requests.exceptions.InvalidURL("only plain https addresses are spoken to")
        return super().get_adapter(url)


def _is_near(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host in _HERE
    return address.is_loopback or address.is_link_local
