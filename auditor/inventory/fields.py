"""One function per column: a cell's text in, its value out, or CellError with what would be right."""

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from auditor.clouds import Clouds, NotDataverseError
from auditor.inventory.columns import squash
from auditor.inventory.interface import CellError
from auditor.inventory.texts import has_odd_characters, shown, unquoted
from auditor.model import Expected, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

_UPN_RIGHT = "write one user principal name such as anna.berger@contoso.com"
_ENVIRONMENT_RIGHT = "write the environment's address, such as contoso.crm4.dynamics.com"
# What needs no second look, of what `_wrong_with_upn` finds nothing wrong with.
_PLAIN_UPN = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_SEPARATORS = frozenset('<>()[];,:"\\/|')
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DOMAIN = re.compile(r"(?=.{4,253}\Z)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_](?:[\w-]{0,61}[^\W_])?")

# Documented in docs/inventory.md; a test holds the two together.
KINDS: "Mapping[Kind, tuple[str, ...]]" = MappingProxyType(
    {
        Kind.PERSON: (
            "person",
            "user",
            "mobile user",
            "standard user",
            "interactive user",
            "human",
            "employee",
            "Benutzer",
            "Mitarbeiter",
            "personne",
            "utilisateur",
            "persona",
            "usuario",
        ),
        Kind.INTEGRATION: (
            "integration",
            "integration user",
            "service",
            "service account",
            "service user",
            "system",
            "technical",
            "technical user",
            "sync",
            "sync user",
            "script",
            "job",
            "bot",
            "CI",
            "API",
            "external project",
            "location tracking",
            "non-interactive",
            "Dienst",
            "Dienstkonto",
            "technischer Benutzer",
            "compte de service",
            "cuenta de servicio",
        ),
    }
)
AUDITED = ("", "no", "n", "false", "0", "off", "nein", "non")
SKIPPED = ("yes", "y", "true", "1", "x", "on", "ja", "oui", "si", "sí", "skip")
MARKED = "marked skip"
_KIND_WORDS = {squash(word): kind for kind, words in KINDS.items() for word in words}


def upn(text: str) -> str:
    """Return the user principal name in a cell: bare, in angle brackets behind a name, or after mailto:."""
    if _PLAIN_UPN.fullmatch(text):
        return text
    in_brackets = re.fullmatch(r"[^<>]*<([^<>]*)>[\s.,;]*", text) if "<" in text else None
    bare = unquoted(in_brackets[1].strip() if in_brackets else text)
    bare = unquoted(re.sub(r"(?i)^mailto:\s*", "", bare).rstrip(".,; "))
    wrong = _wrong_with_upn(bare)
    if wrong:
        raise CellError(f"{shown(text)} {wrong}", _UPN_RIGHT)
    return bare


def _wrong_with_upn(text: str) -> str:
    local, at, domain = text.partition("@")
    if text.count("@") > 1:
        return "holds more than one @; one account per row"
    if "\\" in text:
        return "is a Windows logon name"
    if not at or not local:
        return "is no user principal name"
    if has_odd_characters(text):
        return "holds blanks or characters that cannot stand in a user principal name"
    if not all(domain.split(".")) or "." not in domain:
        return "has no complete domain behind the @"
    return "holds characters that cannot stand in it" if _SEPARATORS & set(text) else ""


def tenant(text: str) -> str:
    """Return a tenant's domain or GUID in lower case; "" for an empty cell."""
    bare = unquoted(text).strip("{}").removeprefix("@").rstrip(".").lower()
    if not bare or _GUID.fullmatch(bare) or _DOMAIN.fullmatch(bare):
        return bare
    raise CellError(
        f"{shown(text)} is neither a domain nor a tenant GUID",
        "write the tenant's domain such as contoso.onmicrosoft.com, its GUID, or leave the cell empty",
    )


def kind(text: str) -> Kind | None:
    """Return the kind of account; None for an empty cell."""
    if not text:
        return None
    try:
        return _KIND_WORDS.get(text.lower()) or _KIND_WORDS[squash(text)]
    except KeyError:
        raise CellError(
            f"{shown(text)} is no known kind of account",
            "write person or integration, or leave the cell empty",
        ) from None


def expected(text: str) -> Expected | None:
    """Return what must hold for the case; None for an empty cell."""
    try:
        return Expected(text.lower()) if text else None
    except ValueError:
        raise CellError(
            f"{shown(text)} is no known expectation", f"write {', '.join(Expected)}, or leave the cell empty"
        ) from None


def skip(text: str) -> str:
    """Return the reason for not auditing; "" means audit."""
    word = text.lower()
    if word in AUDITED:
        return ""
    return MARKED if word in SKIPPED else text


def client_id(text: str) -> str:
    """Return the client id (a GUID, lower case) that a text is, or ""."""
    bare = unquoted(text).strip("{}").lower()
    return bare if _GUID.fullmatch(bare) else ""


@dataclass(frozen=True, slots=True)
class Environments:
    """Reads environment cells; every text is worked out once, for estates repeat a few addresses."""

    clouds: Clouds
    hosts: "dict[str, str | CellError]"

    def host(self, text: str) -> str:
        """Return the bare Dataverse host; raises CellError when the text names none."""
        if text not in self.hosts:
            self.hosts[text] = self._worked_out(text)
        found = self.hosts[text]
        if isinstance(found, CellError):
            raise CellError(found.wrong, found.right)
        return found

    def _worked_out(self, text: str) -> "str | CellError":
        try:
            return self.clouds.environment_host(text)
        except NotDataverseError as error:
            hosts = {host for word in text.split() if "." in word for host in self._hosts_in(word)}
            if len(hosts) == 1:
                return hosts.pop()
            return CellError(f"{shown(text)}: {error}", _ENVIRONMENT_RIGHT)

    def _hosts_in(self, word: str) -> tuple[str, ...]:
        try:
            return (self.clouds.environment_host(word.strip("()[]<>,;\"'")),)
        except NotDataverseError:
            return ()
