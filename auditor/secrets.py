"""Secrets: the value that cannot be printed, references to it, and redaction. The one place that knows them.

Reference schemes: `env:NAME`, `file:PATH` (relative to the inventory), `prompt`, `keyring:SERVICE/USER`
(extra `keyring`). A plain password (`--allow-plaintext-passwords`) travels as a reference of scheme
`plaintext` that holds a Secret. Neither reference texts nor values are ever shown.
"""

import hmac
import html
import json
import os
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

from auditor.errors import SecretError, told

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MAX_SECRET_FILE = 4096
SCHEMES = ("env:NAME", "file:PATH", "prompt", "keyring:SERVICE/USER")


class Secret:
    """A password in memory. Its repr, str and format are blank; `reveal()` is called at the send alone."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value, for the one request that carries it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(****)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Secret is not pickled or copied to another process")

    def unfit(self) -> str:
        """Return why this password must not be sent as it stands ("" when it may)."""
        if not self._value:
            return "it is empty"
        if self._value != self._value.strip():
            return "it begins or ends with a blank; the password grant does not support that"
        return ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A parsed credential reference. Two references are the same when scheme and target are."""

    scheme: str
    target: str = field(default="", repr=False)
    value: Secret | None = field(default=None, repr=False, compare=False)

    def same_as(self, other: "Reference") -> bool:
        """Return whether both lead to the same stored credential (never compares passwords of stores)."""
        if self.scheme == other.scheme == "plaintext" and self.value and other.value:
            return self.value.reveal() == other.value.reveal()
        return self.scheme != "prompt" and (self.scheme, self.target) == (other.scheme, other.target)


def parse_reference(text: str) -> Reference:
    """Return the reference in a `credential` cell; raises ValueError with a sentence that hides the text."""
    scheme, colon, target = text.strip().partition(":")
    name = scheme.strip().lower()
    if name == "prompt" and not colon:
        return Reference("prompt")
    if name == "env" and _ENV_NAME.fullmatch(target.strip()):
        return Reference("env", target.strip())
    if name == "file" and target.strip():
        return Reference("file", target.strip())
    if name == "keyring" and all(target.strip().partition("/")[::2]):
        return Reference("keyring", target.strip())
    raise ValueError(f"not a known reference, {len(text)} characters")


def plaintext(value: str) -> Reference:
    """Return the reference for a password that stood in the inventory itself."""
    return Reference("plaintext", value=Secret(value))


@dataclass(frozen=True, slots=True)
class Resolver:
    """Turns references into secrets. `base` is the folder that `file:` paths are relative to.

    `typed` holds what the operator typed for each account beforehand: nobody is asked from a worker thread,
    where Ctrl-C does not reach. `most` is how many bytes a file may hold: a key is longer than a password.
    """

    base: Path
    typed: Mapping[str, Secret] = field(default_factory=dict)
    most: int = _MAX_SECRET_FILE

    def resolve(self, reference: Reference, account: str) -> Secret:
        """Return the secret; raises SecretError that names the scheme, never the reference."""
        if reference.value is not None:
            return reference.value
        match reference.scheme:
            case "env":
                return self._environment(reference.target)
            case "file":
                return self._file(reference.target)
            case "keyring":
                return self._keyring(reference.target)
            case _:
                return self._typed(account)

    def version(self, reference: Reference) -> str:
        """Return the version of what a reference leads to, no secret: a file's time; "" where there is none.

        Versions of one scheme sort by age as text.
        """
        if reference.scheme != "file":
            return ""
        try:
            return f"{(self.base / Path(reference.target).expanduser()).stat().st_mtime_ns:020d}"
        except OSError:
            return ""

    def _typed(self, account: str) -> Secret:
        if account.lower() not in self.typed:
            raise SecretError("nobody was there to type the password", "run it on a terminal")
        return self.typed[account.lower()]

    def _environment(self, name: str) -> Secret:
        value = os.environ.get(name)
        if value is None:
            raise SecretError(
                "the environment variable that the credential names is not set",
                "set it in the environment that starts the auditor",
            )
        return Secret(value)

    def _file(self, target: str) -> Secret:
        path = self.base / Path(target).expanduser()
        try:
            raw = path.read_bytes()
        except OSError as error:
            raise SecretError(
                f"the file that the credential names cannot be read: {told(error)}",
                "paths are relative to the inventory's folder",
            ) from None
        if len(raw) > self.most:
            raise SecretError("the file that the credential names is too large for a password")
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise SecretError("the file that the credential names is not UTF-8 text") from None
        return Secret(re.sub(r"\r?\n\Z", "", text))

    def _keyring(self, target: str) -> Secret:
        service, _, user = target.partition("/")
        try:
            import keyring  # noqa: PLC0415 - an optional extra, and slow to import
        except ImportError:
            raise SecretError(
                "credentials by keyring need the extra `keyring`",
                "pip install 'wstrust-oauth-auditor[keyring]'",
            ) from None
        try:
            value = keyring.get_password(service, user)
        except keyring.errors.KeyringError as error:
            raise SecretError(f"the keyring does not answer ({type(error).__name__})") from None
        if value is None:
            raise SecretError("the keyring has no entry that the credential names")
        return Secret(value)


class Alike:
    """Finds accounts with equal passwords, and keeps nothing from which one could be recovered.

    Passwords are compared by a digest under a key that lives as long as this object, in memory.
    """

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._first: dict[bytes, str] = {}
        self._shared: set[str] = set()
        self._lock = threading.Lock()

    def note(self, account: str, secret: Secret) -> None:
        """Take notice of an account's password."""
        value = secret.reveal().encode("utf-8", "surrogatepass")
        digest = hmac.digest(self._key, value, "sha256")[:16]  # enough to tell a million apart
        with self._lock:
            first = self._first.setdefault(digest, account)
            if first.lower() != account.lower():
                self._shared |= {first.lower(), account.lower()}

    def accounts(self) -> list[str]:
        """Return the accounts whose password another account has, too; not with whom they share it."""
        with self._lock:
            return sorted(self._shared)


_HIDDEN = "[hidden]"
_PATTERNS = (
    re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}"),
    re.compile(r"(?i)(?<=password=)[^&\s\"']+"),
    re.compile(
        r"(?is)(?<=<wsse:password)[^>]*>.*?(?=</wsse:password|\Z)|<(?:\w+:)?assertion\b.*?(?:</(?:\w+:)?assertion>|\Z)"
    ),
    re.compile(
        r"(?i)(?<=\")(?:access_token|refresh_token|id_token|assertion|code|client_secret|password)\"\s*:\s*\"[^\"]*"
    ),
    re.compile(r"(?i)\b(?:code|id_token|access_token|refresh_token|assertion|client_secret)=[\w%.~+/-]{20,}"),
    re.compile(r"\b[A-Za-z0-9_-]{200,}={0,2}"),
)
_LIKELY = re.compile(r"eyJ|[=<\"]|[A-Za-z0-9_-]{200}")
"""What stands in everything that a pattern finds; most texts hold none of it."""
_UNESCAPED = re.compile(r"[A-Za-z0-9_.~-]*")
"""What looks the same in XML, JSON, addresses and forms."""


def _forms(value: str) -> list[str]:
    """Return a secret as it may come back: as it is, escaped for XML, JSON and forms, with blanks folded."""
    if _UNESCAPED.fullmatch(value):
        return [value] if value else []
    escaped = html.escape(value, quote=False)
    forms = {
        value,
        " ".join(value.split()),
        escaped,
        html.escape(value),
        html.escape(value).replace("&#x27;", "&apos;"),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        *_encoded(value),
    }
    return sorted(filter(None, forms), key=len, reverse=True)


def _encoded(value: str) -> list[str]:
    """Return a value as addresses and forms carry it; the digits behind % in either case."""
    forms = [quote(value, safe=""), quote(value), quote_plus(value)]
    return forms + [re.sub(r"%[0-9A-F]{2}", lambda found: found.group().lower(), form) for form in forms]


class Redaction:
    """Takes secrets out of texts, and whatever looks like a token or a password; holds them as it does so."""

    def __init__(self, *known: Secret) -> None:
        self._known = known
        self._ways: list[str] | None = None  # worked out when there is a text: most answers bring none

    def of(self, text: str) -> str:
        """Return the text without them."""
        if not text:
            return text
        if self._ways is None:
            self._ways = [form for secret in self._known for form in _forms(secret.reveal())]
        for form in self._ways:
            text = text.replace(form, _HIDDEN)
        if _LIKELY.search(text):
            for pattern in _PATTERNS:
                text = pattern.sub(_HIDDEN, text)
        return text


def redact(text: str, *known: Secret) -> str:
    """Return the text without the secrets given and without whatever looks like a token or a password."""
    return Redaction(*known).of(text)
