"""The files in `rules/` as people write them: strict shapes, turned into the engine's nouns by `load`."""

from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field

from auditor.edges import Edge
from auditor.model import (
    Axis,
    Confidence,
    Desk,
    Disposition,
    Effort,
    Failure,
    Flow,
    Grant,
    Leg,
    Mark,
    Question,
    Severity,
    SignsInFrom,
    Sureness,
)
from auditor.rulebook.topics import Topic

T = TypeVar("T")


def _listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


Some = Annotated[tuple[T, ...], BeforeValidator(_listed), Field(min_length=1)]
"""One value or a list of them, never an empty list."""

Text = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*[a-z0-9]$")]
Status = Annotated[str, Field(pattern=r"^[1-5](?:[0-9]{2}|xx)$")]
Word = Annotated[str, Field(pattern=r"^[^\W\d_A-Z]+$")]
HexCode = Annotated[str, Field(pattern=r"^0x[0-9a-f]{8}$")]


class OutcomeFile(Edge):
    """One outcome of `answers/outcomes.yaml`."""

    label: Text
    meaning: Text
    password: Mark
    says: dict[str, str] = Field(default_factory=dict)
    hides: tuple[str, ...] = ()
    refusal: bool = False
    inconclusive: bool = False
    benign: bool = False
    beforehand: bool = False


class OutcomesFile(Edge):
    """`answers/outcomes.yaml`."""

    outcomes: dict[str, OutcomeFile]


class MatchFile(Edge):
    """What an answer has to look like for a line to apply; everything given must fit."""

    flow: Some[Flow] | None = None
    leg: Some[Leg] | None = None
    realm: Some[str] | None = None
    status: Some[Status] | None = None
    failure: Some[Failure] | None = None
    exception: Some[str] | None = None
    suberror: Some[str] | None = None
    error: Some[str] | None = None
    fault: Some[str] | None = None
    text: Some[Text] | None = None
    ends: Some[Text] | None = None
    whole: Some[str] | None = None
    sent: bool | None = None
    success: bool | None = None


class CandidateFile(Edge):
    """A possible outcome, and how a person can tell."""

    outcome: str
    how_to_tell: Text


class AnswerFile(Edge):
    """An answer's meaning, under a condition or always.

    `because` says why it is not certain; `flow` names the kind of sign-in behind `other_flow`; `says` are
    facts that this answer settles beside those of its outcome.
    """

    outcome: str
    when: MatchFile | None = None
    password: Mark | None = None
    confidence: Confidence = Confidence.CERTAIN
    candidates: tuple[CandidateFile, ...] = ()
    because: str = ""
    flow: str = ""
    says: dict[str, str] = Field(default_factory=dict)
    sources: tuple[str, ...] = ()


def _written_out(value: object) -> object:
    return [{"outcome": value}] if isinstance(value, str) else _listed(value)


Variants = Annotated[tuple[AnswerFile, ...], BeforeValidator(_written_out), Field(min_length=1)]
"""An outcome's name, one line, or several of which the first that fits counts and the last always fits."""


class AnswersFile(Edge):
    """A file of `answers/`: codes are exact; `rules` are tried by ascending `order` of their files.

    `sentences` are tried behind the `rules` of their file, and are held against answers with a number:
    a sentence that belongs to another outcome than the number becomes a candidate.
    """

    order: int
    codes: dict[int, Variants] = Field(default_factory=dict)
    dataverse: dict[HexCode, Variants] = Field(default_factory=dict)
    rules: tuple[AnswerFile, ...] = ()
    sentences: tuple[AnswerFile, ...] = ()
    sources: tuple[str, ...] = ()


class VerdictFile(Edge):
    """One line of a decision list."""

    id: Id
    when: Any
    value: Text
    why: str = ""
    seen_from: bool = False


class VerdictsFile(Edge):
    """A file of `verdicts/`: one axis."""

    axis: Axis
    rules: Annotated[tuple[VerdictFile, ...], Field(min_length=1)]
    otherwise: Text
    because: Annotated[tuple[str, ...], Field(min_length=1)]


class RoleFile(Edge):
    """One role."""

    title: Text
    desk: Desk


class RolesFile(Edge):
    """`roles.yaml`."""

    roles: dict[str, RoleFile]


class AccountNamesFile(Edge):
    """`account_names.yaml`: words, lower case, that only service accounts have in their names."""

    service_words: Annotated[tuple[Word, ...], Field(min_length=1)]
    sources: tuple[str, ...] = ()


class FixFile(Edge):
    """A file of `fixes/`."""

    id: Id
    title: Text
    steps: Annotated[tuple[Text, ...], Field(min_length=1)]
    role: str
    effort: Effort
    disposition: Disposition
    verify: Text
    group: Text
    command: str = ""
    link: str = ""
    licence: str = ""
    weakens: bool = False
    check_before_use: bool = False
    sources: tuple[str, ...] = ()


class FixUseFile(Edge):
    """A finding's reference to a fix."""

    use: str
    when: Any = None


def _used(value: object) -> object:
    return {"use": value} if isinstance(value, str) else value


class SeverityFile(Edge):
    """A severity under a condition."""

    level: Severity
    when: Any = None


def _graded(value: object) -> object:
    return [{"level": value}] if isinstance(value, str) else value


class FindingFile(Edge):
    """A file of `findings/`."""

    id: Id
    topic: Topic = Topic.OTHER
    title: Text
    severity: Annotated[tuple[SeverityFile, ...], BeforeValidator(_graded), Field(min_length=1)]
    confidence: Confidence = Confidence.CERTAIN
    when: Any
    what: Text
    why: Text
    looks_like: Text
    fixes: tuple[Annotated[FixUseFile, BeforeValidator(_used)], ...] = ()
    side: bool = False
    unanswered: bool = False
    evidence: tuple[Question, ...] = ()
    sources: tuple[str, ...] = ()


class SureText(Edge):
    """A datum about an app, and how sure we are of it."""

    value: str
    sure: Sureness


class AppFile(Edge):
    """A file of `apps/`."""

    name: Id
    title: Text
    client_id: SureText
    grants: dict[Grant, Sureness]
    signs_in_from: SignsInFrom
    redirect_uri: SureText | None = None
    individual_consent_enough: bool = False
    sample: bool = False
    notes: str = ""
    sources: tuple[str, ...] = ()
