"""Texts filled in for a case: Jinja in a sandbox, where a name nobody declared is an error."""

import re
import shlex
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment, Template

PLACEHOLDERS = frozenset(
    {
        "account_tenant",
        "answer",
        "app",
        "app_name",
        "at",
        "client_id",
        "client_id_sure",
        "code",
        "contract",
        "contract_why",
        "correlation_id",
        "credential",
        "dataverse_answer",
        "dataverse_code",
        "dataverse_text",
        "domain",
        "endpoint_host",
        "environment_answer",
        "environment_tenant",
        "expected",
        "federation_host",
        "held_back",
        "held_back_detail",
        "host",
        "inventory_tenant",
        "kind",
        "login",
        "meaning",
        "owner",
        "redirect_uri",
        "redirect_uri_sure",
        "signs_in_from",
        "table_answer",
        "tenant",
        "tenant_answer",
        "text",
        "upn",
        "vantage",
    }
)
"""The names a text may use; `auditor.rulebook.context` says what each holds."""

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
_FILTERED = re.compile(r"\|\s*\w+")
_NAME = re.compile(r"(?<![.\w])[a-z_]\w*")
_WORDS = frozenset({"if", "else", "elif", "endif", "and", "or", "not", "in", "is"})


class Templates:
    """Renders texts; compiles each once, on first use, and imports Jinja no earlier.

    Characters in `readable` are not percent-encoded: an explanation keeps its <placeholders> legible.
    """

    def __init__(self, readable: str = "") -> None:
        self._readable = readable
        self._compiled: dict[str, Template] = {}
        self._environment: Environment | None = None

    def render(self, text: str, context: "Mapping[str, str]") -> str:
        """Return the text with its placeholders filled in; plain text comes back as it is."""
        if "{" not in text:
            return text
        template = self._compiled.get(text)
        if template is None:
            template = self._compiled[text] = self._jinja().from_string(text)
        return template.render(context)

    def _jinja(self) -> "Environment":
        if self._environment is None:
            from jinja2 import StrictUndefined  # noqa: PLC0415 - slow to import, not needed to explain an answer
            from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - the same

            self._environment = ImmutableSandboxedEnvironment(
                undefined=StrictUndefined,
                autoescape=False,  # plain text; each writer escapes for its own format
            )
            self._environment.filters.update(
                url=lambda text: url(text, self._readable), sh=shlex.quote, ps=powershell
            )
        return self._environment


def url(text: str, readable: str = "") -> str:
    """Return the text percent-encoded for any part of a URL, but for the characters in `readable`."""
    return quote(text, safe=readable)


def powershell(text: str) -> str:
    """Return the text as a PowerShell literal; it knows four more single quotes than ASCII does."""
    return "'" + re.sub(r"(['\u2018\u2019\u201a\u201b])", r"\1\1", text) + "'"


def undeclared(text: str) -> set[str]:
    """Return the names a text uses that are no placeholders; cheap enough to run at every load."""
    names: set[str] = set()
    for tag in _TAG.findall(text):
        names |= set(_NAME.findall(_FILTERED.sub("", _STRING.sub("", tag))))
    return names - PLACEHOLDERS - _WORDS
