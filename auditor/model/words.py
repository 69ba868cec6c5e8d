"""The fixed words: enums whose values are what reports and files say."""

from enum import StrEnum


class Ordered(StrEnum):
    """Words with an order: as declared, the first the gravest or the surest; its `rank` is 0."""

    rank: int

    def __init__(self, _: str) -> None:
        self.rank = len(type(self).__members__)


class Kind(StrEnum):
    """Who signs in."""

    PERSON = "person"
    INTEGRATION = "integration"


class Expected(StrEnum):
    """What the inventory says must hold (DESIGN, The contract)."""

    ROPC = "ropc"
    INTERACTIVE = "interactive"
    APPLICATION = "application"
    NONE = "none"


class Contract(StrEnum):
    """How an expectation came out."""

    MET = "met"
    BROKEN = "broken"
    UNANSWERED = "unanswered"
    NOT_UNDER_CONTRACT = "not under contract"


class Grant(StrEnum):
    """A way an app can get a token."""

    INTERACTIVE = "interactive"
    ROPC = "ropc"
    APPLICATION = "application"


class SignsInFrom(StrEnum):
    """Where an app's sign-ins come from; policies by location depend on it."""

    DEVICE = "device"
    VENDOR_SERVER = "vendor server"
    CUSTOMER_SERVER = "customer server"


class Sureness(Ordered):
    """How sure we are of a datum about an app: read in a source, or from memory and to be checked."""

    SOURCED = "sourced"
    UNVERIFIED = "unverified"
    UNKNOWN = "unknown"


class Severity(Ordered):
    """How bad a finding is, the gravest first."""

    BLOCKER = "blocker"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Confidence(Ordered):
    """How sure a reading or a finding is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    UNSURE = "unsure"


class Effort(Ordered):
    """How long a fix takes."""

    MINUTES = "minutes"
    HOURS = "hours"
    PROJECT = "project"


class Lane(Ordered):
    """When to do it; follows from severity and effort."""

    NOW = "Now"
    NEXT = "Next"
    LATER = "Later"


class Disposition(StrEnum):
    """Whether a fix lasts."""

    LASTING = "lasting"
    STOPGAP = "stopgap"


class Desk(StrEnum):
    """Who does it: the desk at which the role sits."""

    ENTRA = "entra"
    DATAVERSE = "dataverse"
    FEDERATION_NETWORK = "federation_network"
    APP_OWNER = "app_owner"
    USER = "user"


class Mark(StrEnum):
    """What an answer says about a password that we submitted in that very request (VOCABULARY)."""

    RIGHT = "right"
    PROBABLY_RIGHT = "probably right"
    WRONG = "wrong"
    UNKNOWN = "unknown"


class Truth(StrEnum):
    """A condition's value."""

    HOLDS = "holds"
    FAILS = "does not hold"
    UNANSWERED = "unanswered"


class Axis(StrEnum):
    """The four verdicts."""

    MFA = "mfa"
    CONSENT = "consent"
    ROPC = "ropc"
    PATH = "path"


class Question(StrEnum):
    """What a probe asks; one evidence slot a subject."""

    REALM = "realm"
    TENANT = "tenant"
    ENVIRONMENT = "environment"
    APPLICATION = "application"
    PASSWORD = "password"  # noqa: S105 - the name of a question
    APP_SIGN_IN = "application sign-in"
    WHOAMI = "whoami"
    TABLE = "table"
    INTERACTIVE = "interactive sign-in"
    INTERACTIVE_WHOAMI = "interactive whoami"
    DIRECTORY_USER = "directory user"
    DIRECTORY_ACCESS = "directory access"
    DIRECTORY_CONSENT = "directory consent"

    @property
    def of_directory(self) -> bool:
        """Return whether a tenant's directory answers, and not a service at the door."""
        return self in {Question.DIRECTORY_USER, Question.DIRECTORY_ACCESS, Question.DIRECTORY_CONSENT}


class Flow(StrEnum):
    """In which conversation an answer came; the same code means different things in different ones.

    The probes hold the first three, and a device code as far as it shows what is refused without a password.
    The others are those that pasted answers are said to come from;
    `PASTED` is an answer of which nobody said where it came from.
    """

    DISCOVERY = "discovery"
    ROPC = "ropc"
    DATAVERSE = "dataverse"
    PASTED = "pasted"
    INTERACTIVE = "interactive"
    AUTH_CODE = "auth_code"
    REFRESH = "refresh"
    DEVICE_CODE = "device_code"
    CLIENT_CREDENTIALS = "client_credentials"
    CONSENT = "consent"
    ON_BEHALF_OF = "on_behalf_of"
    INTEGRATED = "integrated"
    SAML = "saml"


class Leg(StrEnum):
    """Which request of a conversation."""

    REALM = "realm"
    OPENID = "openid"
    CHALLENGE = "challenge"
    DEVICE_CODE = "device_code"
    MEX = "mex"
    WSTRUST = "wstrust"
    TOKEN = "token"  # noqa: S105 - the name of a leg
    WHOAMI = "whoami"
    TABLE = "table"
    GRAPH = "graph"
    CONSENT = "consent page"


class Failure(StrEnum):
    """Why no usable reply came from a request. The first group is certain to precede the sending."""

    DNS = "name not found"
    CONNECT = "no connection"
    PROXY = "proxy refused"
    PROXY_LOGIN = "proxy asks for credentials"
    TLS = "certificate or TLS"
    WRONG_HOST = "certificate of another host"
    CLOCK = "certificate not valid at this time"
    REFUSED_BY_DOOR = "refused by our own rules"
    TIMEOUT = "timed out"
    RESET = "connection broken"
    TOO_LARGE = "reply too large"
    REDIRECT = "redirected"
    PORTAL = "a web page in the service's place"
    NOT_UNDERSTOOD = "reply not understood"


class Why(StrEnum):
    """Why a question was not asked: the reason in `NotObserved`."""

    NOT_ASKED = "not asked"
    SKIPPED = "skipped in the inventory"
    NO_CREDENTIAL = "no credential in the inventory"
    CREDENTIAL_UNRESOLVED = "the credential reference does not resolve"
    CREDENTIAL_UNFIT = "the password cannot be sent as it stands"
    NOT_AGREED = "the tenant or federation host was not agreed to"
    TENANTS_DISAGREE = "account, environment and inventory name different tenants"
    CLOUDS_DISAGREE = "account and environment are in different clouds"
    TENANT_UNKNOWN = "the account's tenant could not be determined"
    ENVIRONMENT_UNKNOWN = "the environment could not be confirmed"
    REALM_UNKNOWN = "the account's realm could not be determined"
    PERSONAL_ACCOUNT = "a personal Microsoft account"
    GUEST_ACCOUNT = "a guest; the password belongs to another organisation"
    FEDERATION_NOT_HTTPS = "the federation server's endpoint is not https"
    FEDERATION_UNUSABLE = "the federation server offers no usable username endpoint"
    REFUSED_BEFOREHAND = "refused before any password was sent"
    PASSWORD_NOT_PROVEN = "the account's password is not proven"  # noqa: S105 - a reason
    NO_INTERACTIVE_GRANT = "the app cannot sign people in"
    NO_SIGN_IN_IN_TIME = "nobody signed in in time"
    PASSED_OVER = "passed over by whoever led through the sign-ins"
    STOPPED = "the interactive sign-ins were stopped before"
    NO_TOKEN = "no token to ask with"  # noqa: S105 - a reason
    APPLICATION_EXPECTED = "the application is to sign in for itself"
    NO_APPLICATION_GRANT = "the app cannot sign in for itself"
    APP_CREDENTIAL_REFUSED = "the application's credential was refused already"
    HELD_BACK = "not repeated: an earlier attempt was refused"
    BREAKER = "stopped by the breaker"
    INTERRUPTED = "interrupted"
    DIRECTORY_NOT_READ = "the directory was not read"
