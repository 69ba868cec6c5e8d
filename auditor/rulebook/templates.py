"""Texts filled in for a case: Jinja in a sandbox, where a name nobody declared is an error."""

import re
import shlex
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jinja2 import Environment, Template

PLACEHOLDERS = frozenset(
    {
        "account_enabled",
        "account_tenant",
        "answer",
        "app",
        "app_credential_kind",
        "app_days",
        "app_expires",
        "app_name",
        "at",
        "client_id",
        "client_id_sure",
        "assertion_in_log",
        "code",
        "consent_by",
        "consent_code",
        "consent_doubt",
        "consent_kind",
        "contract",
        "contract_why",
        "correlation_id",
        "credential",
        "dataverse_answer",
        "dataverse_code",
        "dataverse_text",
        "directory_at",
        "directory_source",
        "directory_user",
        "domain",
        "endpoint_host",
        "environment_answer",
        "application_answer",
        "environment_tenant",
        "exclusions",
        "expected",
        "federation_host",
        "held_back",
        "held_back_detail",
        "host",
        "interactive_answer",
        "interactive_code",
        "interactive_mfa",
        "interactive_policies",
        "interactive_way",
        "individual_link",
        "inventory_tenant",
        "kind",
        "login",
        "meaning",
        "mfa_cause",
        "mfa_code",
        "mfa_doubt",
        "mfa_registered",
        "not_reached",
        "obstacle",
        "open_rules",
        "organisation_link",
        "owner",
        "password_changed",
        "password_days",
        "password_expires",
        "password_expires_why",
        "password_never_by",
        "per_user_mfa",
        "place",
        "policies",
        "redirect_uri",
        "redirect_uri_sure",
        "refusal_code",
        "registration_link",
        "report_only",
        "ropc_in_log",
        "rule",
        "security_defaults",
        "signed_in_as",
        "signs_in_from",
        "table_answer",
        "tenant",
        "tenant_answer",
        "text",
        "thumbprint",
        "token_audience",
        "token_issuer",
        "token_subject",
        "unread",
        "upn",
        "user_may_consent",
        "vantage",
        "what_if",
        "wider",
    }
)
"""The names a text may use; `auditor.rulebook.context` says what each holds."""

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_SLOT = re.compile(
    r"\{\{\s*(?:([a-z_]\w*)\s*\|\s*(url|sh|ps)"  # name|filter
    r"|([a-z_]\w*(?:\s+or\s+[a-z_]\w*)*)(?:\s+or\s+'([^'\\]*)')?)\s*\}\}"  # name or name or 'words'
)
_MARK = "\0"  # stands for a slot while Jinja writes the rest
_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
_FILTERED = re.compile(r"\|\s*\w+")
_NAME = re.compile(r"(?<![.\w])[a-z_]\w*")
_WORDS = frozenset({"if", "else", "elif", "endif", "and", "or", "not", "in", "is"})
_KEPT = 256

Slot: TypeAlias = "Callable[[Mapping[str, str]], str]"


class Templates:
    """Renders texts; compiles each once, on first use, and imports Jinja no earlier.

    Jinja decides what a text says for the values that its conditions ask for, once for each combination;
    what takes a value as it is (`{{ name }}`, `{{ name|sh }}`, `{{ name or 'words' }}`) is filled in later.
    Characters in `readable` are not percent-encoded: an explanation keeps its <placeholders> legible.
    """

    def __init__(self, readable: str = "") -> None:
        ways = {"url": lambda text: url(text, readable), "sh": shlex.quote, "ps": powershell}
        self._filters = {name: lru_cache(maxsize=1024)(way) for name, way in ways.items()}
        self._compiled: dict[str, _Text] = {}
        self._environment: Environment | None = None

    def render(self, text: str, context: "Mapping[str, str]") -> str:
        """Return the text with its placeholders filled in; plain text comes back as it is."""
        if "{" not in text:
            return text
        compiled = self._compiled.get(text)
        if compiled is None:
            compiled = self._compiled[text] = self._compile(text)
        try:
            return compiled.filled(context)
        except KeyError:  # Jinja knows what is wrong, or does it the long way
            return self._jinja().from_string(text).render(context)

    def _compile(self, text: str) -> "_Text":
        slots: list[Slot] = []

        def mark(found: "re.Match[str]") -> str:
            slots.append(self._slot(*found.groups()))
            return f"{_MARK}{len(slots) - 1}{_MARK}"

        rest = text if _MARK in text else _SLOT.sub(mark, text)
        return _Text(tuple(slots), tuple(sorted(_named(rest))), self._jinja().from_string(rest))

    def _slot(self, name: str | None, way: str | None, names: str | None, words: str | None) -> Slot:
        """Return what takes a slot's value from a context, given the parts that `_SLOT` finds."""
        if name is not None and way is not None:
            written = self._filters[way]
            return lambda context: written(context[name])
        first, *others = re.split(r"\s+or\s+", names or "")
        if not others and words is None:
            return itemgetter(first)
        return lambda context: _first_of(context, (first, *others), words)

    def _jinja(self) -> "Environment":
        if self._environment is None:
            from jinja2 import StrictUndefined  # noqa: PLC0415 - slow to import, not needed to explain an answer
            from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - the same

            self._environment = ImmutableSandboxedEnvironment(
                undefined=StrictUndefined,
                autoescape=False,  # plain text; each writer escapes for its own format
            )
            self._environment.filters.update(self._filters)
        return self._environment


class _Text:
    """A compiled text: its slots, and the names whose values decide what stands around them."""

    def __init__(self, slots: tuple[Slot, ...], names: tuple[str, ...], template: "Template") -> None:
        self._slots, self._names, self._template = slots, names, template
        self._known: dict[tuple[str, ...], tuple[str, tuple[Slot, ...]]] = {}

    def filled(self, context: "Mapping[str, str]") -> str:
        """Return the text; raises KeyError where it comes to a name without a value, or to a mark in one."""
        deciding = tuple([context[name] for name in self._names])
        known = self._known.get(deciding)
        if known is None:
            if len(self._known) >= _KEPT:  # decided by something that differs from case to case
                self._known.clear()
            known = self._known[deciding] = self._decided(dict(zip(self._names, deciding, strict=True)))
        frame, slots = known
        return frame % tuple([slot(context) for slot in slots])

    def _decided(self, deciding: "Mapping[str, str]") -> tuple[str, tuple[Slot, ...]]:
        """Return the text for these values as a %-format, and what goes into its places."""
        if any(_MARK in value for value in deciding.values()):
            raise KeyError(_MARK)
        said = self._template.render(deciding).replace("%", "%%")
        if not self._slots:
            return said, ()
        parts = said.split(_MARK)
        return "%s".join(parts[::2]), tuple(self._slots[int(number)] for number in parts[1::2])


def _first_of(context: "Mapping[str, str]", names: tuple[str, ...], words: str | None) -> str:
    """Return the first value that is not empty, else the words; without words the last value."""
    value = ""
    for name in names:
        value = context[name]
        if value:
            return value
    return value if words is None else words


def url(text: str, readable: str = "") -> str:
    """Return the text percent-encoded for any part of a URL, but for the characters in `readable`."""
    return quote(text, safe=readable)


def powershell(text: str) -> str:
    """Return the text as a PowerShell literal; it knows four more single quotes than ASCII does."""
    return "'" + re.sub(r"(['\u2018\u2019\u201a\u201b])", r"\1\1", text) + "'"


def undeclared(text: str) -> set[str]:
    """Return the names a text uses that are no placeholders; cheap enough to run at every load."""
    return _named(text) - PLACEHOLDERS


def _named(text: str) -> set[str]:
    """Return the names that a text's tags read."""
    names: set[str] = set()
    for tag in _TAG.findall(text):
        names |= set(_NAME.findall(_FILTERED.sub("", _STRING.sub("", tag))))
    return names - _WORDS
