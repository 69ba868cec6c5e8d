"""What is to be done about the consent of a case, and the links to the pages on which it is given."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.model.cases import Case
    from auditor.model.judgement import Verdict


class LinkKind(StrEnum):
    """What a link covers: one account, or everybody for what is needed, or for all that is registered."""

    INDIVIDUAL = "individual"
    ORGANISATION = "organisation"
    REGISTRATION = "registration"


class ConsentStep(StrEnum):
    """What is to be done about a case's consent."""

    OPEN = "open the first link"
    TRY = "not known; try the first link"
    NARROW = "works; could be narrower"
    OTHER = "settle something else first"
    NOTHING = "nothing to do"


@dataclass(frozen=True, slots=True)
class ConsentLink:
    """A link to a page of consent; where there is none, `missing` says why."""

    kind: LinkKind
    url: str
    missing: str = ""


@dataclass(frozen=True, slots=True)
class ConsentAdvice:
    """What is to be done about a case's consent: the situation, why, and links in the order to try them.

    `situation` is the id of its line in the rules; `tenant` is that of the links, a domain or a GUID. Where
    nothing has to be opened there are no links.
    """

    situation: str
    title: str
    why: str
    step: ConsentStep
    tenant: str
    links: tuple[ConsentLink, ...] = ()

    @property
    def first(self) -> ConsentLink | None:
        """Return the link to open first, None where there is none to open."""
        return next((link for link in self.links if link.url), None)


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A case with its verdict on consent and what is advised for it: all that a list of links is made of."""

    case: "Case"
    verdict: "Verdict"
    advice: ConsentAdvice


class LinkState(StrEnum):
    """What opening a link without signing in showed. None of them says that it works."""

    REFUSED = "refused"
    NOT_TOLD = "not told"
    NOT_LOOKED = "could not look"


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """What opening a link showed: `code` as it was answered, "" without one, and what it means in words."""

    state: LinkState
    code: str
    says: str
