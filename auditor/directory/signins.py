"""A sign-in as Conditional Access sees it, as far as it is known."""

from dataclasses import dataclass
from enum import StrEnum

from auditor.directory.locations import NOWHERE, Place

DATAVERSE = "00000007-0000-0000-c000-000000000000"


class ClientType(StrEnum):
    """The kind of client; the values are those of Graph in lower case.

    A password grant counts as a desktop client, WS-Trust and basic authentication count as other clients.
    """

    BROWSER = "browser"
    DESKTOP = "mobileappsanddesktopclients"
    EXCHANGE = "exchangeactivesync"
    OTHER = "other"


class Flow(StrEnum):
    """How the token is asked for, as far as policies tell flows apart."""

    PASSWORD = "password"  # noqa: S105 - the name of a flow
    CODE = "code"
    DEVICE_CODE = "device code"
    TRANSFER = "authentication transfer"


class Device(StrEnum):
    """What is known of the device: not registered at all, registered, compliant, or hybrid joined."""

    UNREGISTERED = "unregistered"
    REGISTERED = "registered"
    COMPLIANT = "compliant"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who signs in, by object id, to which resource, by app id, and how.

    Conditional Access looks at the resource that a token is for, not at the public client that asks for it.
    What is left out is not known. Risks and platforms are words of Graph in lower case; `none` is no risk.
    """

    user_id: str
    app_id: str = DATAVERSE
    client_type: ClientType | None = None
    flow: Flow | None = None
    place: Place = NOWHERE
    platform: str = ""
    device: Device | None = None
    user_risk: str = ""
    sign_in_risk: str = ""
    insider_risk: str = ""


def password_sign_in(user_id: str, app_id: str = DATAVERSE, place: Place = NOWHERE) -> SignIn:
    """Return the password grant: a desktop client without a device of its own that could be told apart."""
    return SignIn(user_id, app_id, ClientType.DESKTOP, Flow.PASSWORD, place)


def ws_trust_sign_in(user_id: str, app_id: str = DATAVERSE, place: Place = NOWHERE) -> SignIn:
    """Return the sign-in through WS-Trust, which counted as one of the other clients."""
    return SignIn(user_id, app_id, ClientType.OTHER, Flow.PASSWORD, place)


def browser_sign_in(user_id: str, app_id: str = DATAVERSE, place: Place = NOWHERE) -> SignIn:
    """Return the sign-in on a page, by a person."""
    return SignIn(user_id, app_id, ClientType.BROWSER, Flow.CODE, place)
