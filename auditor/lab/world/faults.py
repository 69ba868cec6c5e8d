"""What can go wrong in a world for no reason of its state: outages, throttling, broken lines."""

from typing import Literal

from pydantic import Field

from auditor.edges import Edge

LegName = Literal[
    "realm", "openid", "instance", "challenge", "mex", "wstrust", "device_code", "token", "whoami", "table"
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
    "wrong-certificate",
    "huge",
    "not-found",
    "code",
]


class Fault(Edge):
    """Something that goes wrong for the requests it fits. The first fitting fault of the list strikes."""

    kind: Kind = Field(
        description="`throttled` = 429, plain text, Retry-After; `unavailable` = 503, HTML;"
        " `captive-portal` = 200, HTML; `truncated` = the right answer cut in half; `redirect` = 307;"
        " `reset` = the connection breaks after the request was read; `latency` = the right answer, later;"
        " `no-dns` and `wrong-certificate` strike the host before any request; `huge` = a very large body;"
        " `not-found` = 404; `code` = the AADSTS number given."
    )
    host: str = Field(default="*", description="Host names it fits; * and ? as in file names.")
    leg: LegName | None = Field(default=None, description="The kind of request it fits; left out, any.")
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
        default="https://elsewhere.example/", description="kind `redirect`: where it points to."
    )
    milliseconds: int = Field(default=1000, ge=0, le=600_000, description="kind `latency`: how much later.")
    megabytes: int = Field(default=16, ge=1, le=256, description="kind `huge`: the body's size.")
