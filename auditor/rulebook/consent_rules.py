"""`consent.yaml`: the situations of consent, as people write them and as the engine sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from auditor.edges import Edge
from auditor.model import ConsentStep, LinkKind
from auditor.rulebook.conditions import Condition
from auditor.rulebook.shapes import Id, Text


class ConsentRuleFile(Edge):
    """One situation of `consent.yaml`."""

    id: Id
    when: Any = None
    title: Text
    why: Text
    step: ConsentStep
    links: tuple[LinkKind, ...] = ()


class ConsentBarFile(Edge):
    """One reason why an account gets no link of its own."""

    when: Any
    why: Text


class MissingPartsFile(Edge):
    """What is said where a part of a link is not known."""

    client_id: Text
    tenant: Text
    redirect_uri: Text


class ConsentFile(Edge):
    """`consent.yaml`."""

    situations: Annotated[tuple[ConsentRuleFile, ...], Field(min_length=1)]
    withheld: tuple[ConsentBarFile, ...]
    missing: MissingPartsFile
    refusals: Annotated[tuple[str, ...], Field(min_length=1)]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """A situation of consent: what is to be done, and which links to open in which order.

    The last of a list has no `when`.
    """

    id: str
    when: Condition | None
    title: str
    why: str
    step: ConsentStep
    links: tuple[LinkKind, ...]


@dataclass(frozen=True, slots=True)
class ConsentBar:
    """Why no account may be sent to the page on which it consents for itself, where the condition holds."""

    when: Condition
    why: str


@dataclass(frozen=True, slots=True)
class ConsentBook:
    """The situations in order, when the individual link is withheld, and how missing parts of links are said.

    `refusals` are the outcomes of a page that say that its link leads nowhere.
    """

    situations: tuple[ConsentRule, ...]
    withheld: tuple[ConsentBar, ...]
    missing: Mapping[str, str]
    refusals: frozenset[str]
