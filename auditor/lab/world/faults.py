"""What can go wrong in a world for no reason of its state: outages, throttling, broken lines."""

from typing import Literal

from pydantic import Field

from auditor.edges import Edge

LegName = Literal[
    "realm",
    "openid",
    "instance",
    "challenge",
    "mex",
    "wstrust",
    "device_code",
    "token",
    "whoami",
    "table",
    "graph",
]
Kind = Literal[
    "throttled",
    "unavailable",
    "captive-portal",
    "truncated",
    "redirect",
    "reset",
    "latency",
    "no-dns",
    "proxy-login",
    "proxy-refuses",
    "proxy-silent",
    "wrong-certificate",
    "expired-certificate",
    "future-certificate",
    "huge",
    "bomb",
    "drip",
    "silent",
    "deep-xml",
    "entity-xml",
    "network-login",
    "other-hosts",
    "clock",
    "not-found",
    "code",
]
OF_HOSTS: frozenset[Kind] = frozenset(
    {
        "no-dns",
        "proxy-login",
        "proxy-refuses",
        "proxy-silent",
        "wrong-certificate",
        "expired-certificate",
        "future-certificate",
    }
)
"""What strikes a connection to a host, before any request."""


class Fault(Edge):
    """Something that goes wrong for the requests it fits. The first fitting fault of the list strikes."""

    kind: Kind = Field(
        description="`throttled` = 429, plain text, Retry-After; `unavailable` = 503, HTML;"
        " `captive-portal` = 200, HTML; `truncated` = the right answer cut in half; `redirect` = 307;"
        " `reset` = the connection breaks after the request was read; `latency` = the right answer, later;"
        " `huge` = a very large body that does not say how long it is; `bomb` = the same, packed;"
        " `drip` = the right answer, byte by byte; `silent` = no answer, and the connection stays open;"
        " `deep-xml` and `entity-xml` = 200, XML that is nested deeply or declares entities;"
        " `network-login` = 511, HTML; `other-hosts` = the right answer, but every address in it names"
        " another host; `clock` = the right answer, with a Date that is off;"
        " `not-found` = 404; `code` = the AADSTS number given."
        " These strike a host before any request: `no-dns`; `proxy-login` = the proxy answers 407,"
        " `proxy-refuses` 403, `proxy-silent` not at all; `wrong-certificate` = that of another host,"
        " `expired-certificate`, `future-certificate`."
    )
    host: str = Field(default="*", description="Host names it fits; * and ? as in file names.")
    leg: LegName | None = Field(default=None, description="The kind of request it fits; left out, any.")
    path: str = Field(default="*", description="Paths it fits; * and ? as in file names.")
    account: str = Field(
        default="*",
        description="Accounts it fits; * and ? as in file names. Requests that name none fit only *.",
    )
    times: int | None = Field(default=None, ge=1, description="How often it strikes; left out, always.")
    code: int | None = Field(default=None, ge=1, description="kind `code`: the AADSTS number.")
    text: str = Field(default="", description="kind `code`: the text behind the number.")
    retry_after: str = Field(
        default="30", description="kind `throttled`: the Retry-After header as sent; empty means none."
    )
    location: str = Field(
        default="https://elsewhere.example/",
        description="kinds `redirect` and `other-hosts`: where it points to.",
    )
    milliseconds: int = Field(
        default=1000,
        ge=0,
        le=600_000,
        description="kind `latency`: how much later; `drip`: from byte to byte.",
    )
    megabytes: int = Field(
        default=16, ge=1, le=256, description="kinds `huge` and `bomb`: the body's size, unpacked."
    )
    hours: float = Field(default=3, description="kind `clock`: how far ahead of the lab's time the Date is.")
