"""The rulebook as the engine sees it: everything in `rules/`, checked, immutable."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.model import Confidence, Mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.clouds import Clouds
    from auditor.consent_links import Links
    from auditor.model import (
        AppProfile,
        Axis,
        Candidate,
        Desk,
        Disposition,
        Effort,
        Failure,
        Flow,
        Leg,
        Question,
        Severity,
    )
    from auditor.rulebook.conditions import Condition
    from auditor.rulebook.consent_rules import ConsentBook
    from auditor.rulebook.templates import Templates
    from auditor.rulebook.topics import Topic


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an answer means (VOCABULARY). `label` stands in brackets after a verdict, `meaning` is a sentence.

    `says` are the facts the answer settles, `hides` those that lie behind it; `refusal` counts for the
    breaker; `inconclusive` means that the question was not answered; `benign` needs no finding;
    `beforehand` that it holds for every account and password: met before a password, none is sent.
    """

    name: str
    label: str
    meaning: str
    mark: Mark
    says: "Mapping[str, str]"
    hides: tuple[str, ...]
    refusal: bool
    inconclusive: bool
    benign: bool
    beforehand: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """What an answer must look like; () and None mean "whatever".

    Texts are lower case: `text` is part of the answer's, `ends` its end, `whole` all of it.
    """

    flow: "tuple[Flow, ...]" = ()
    leg: "tuple[Leg, ...]" = ()
    realm: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    failure: "tuple[Failure, ...]" = ()
    exception: tuple[str, ...] = ()
    suberror: tuple[str, ...] = ()
    error: tuple[str, ...] = ()
    fault: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    sent: bool | None = None
    success: bool | None = None


@dataclass(frozen=True, slots=True)
class AnswerRule:
    """An answer's meaning under a condition; `mark` overrides the outcome's where one code knows better.

    `because` is why it is not certain; `flow` names the kind of sign-in behind `other_flow`; `says` are facts
    that it settles beside those of its outcome.
    """

    outcome: str
    when: Match = Match()
    mark: Mark | None = None
    confidence: Confidence = Confidence.CERTAIN
    candidates: "tuple[Candidate, ...]" = ()
    because: str = ""
    flow: str = ""
    says: "Mapping[str, str]" = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VerdictRule:
    """One line of an axis's decision list; `why` is a template, `seen_from` adds the vantage."""

    id: str
    when: "Condition"
    value: str
    why: str = ""
    seen_from: bool = False


@dataclass(frozen=True, slots=True)
class VerdictTable:
    """An axis: the first line that holds is the verdict; else `otherwise`, because facts are missing."""

    axis: "Axis"
    rules: tuple[VerdictRule, ...]
    otherwise: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Role:
    """Who can do a fix, and the desk the role sits at."""

    name: str
    title: str
    desk: "Desk"


@dataclass(frozen=True, slots=True)
class FixRule:
    """A fix with its texts still templates. `weakens` marks what lowers security: never the first advice."""

    id: str
    title: str
    steps: tuple[str, ...]
    role: str
    effort: "Effort"
    disposition: "Disposition"
    verify: str
    group: str
    command: str
    link: str
    licence: str
    weakens: bool
    check_before_use: bool
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FixUse:
    """A finding's reference to a fix, under a condition or always."""

    fix: str
    when: "Condition | None" = None


@dataclass(frozen=True, slots=True)
class SeverityRule:
    """A severity under a condition; the last of a list has none."""

    severity: "Severity"
    when: "Condition | None" = None


@dataclass(frozen=True, slots=True)
class FindingRule:
    """A finding with its texts still templates.

    `side` remarks stand behind causes of the same severity; `unanswered` ones tell of a question that has no
    answer.
    """

    id: str
    topic: "Topic"
    title: str
    severity: tuple[SeverityRule, ...]
    confidence: Confidence
    when: "Condition"
    what: str
    why: str
    looks_like: str
    fixes: tuple[FixUse, ...]
    side: bool
    unanswered: bool
    evidence: "tuple[Question, ...]"
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything known: what answers mean, what follows from facts, and what to do about it.

    `rules` read answers without a number; `sentences` are those of them that also contradict a number.
    """

    outcomes: "Mapping[str, Outcome]"
    codes: "Mapping[int, tuple[AnswerRule, ...]]"
    dataverse: "Mapping[str, tuple[AnswerRule, ...]]"
    rules: tuple[AnswerRule, ...]
    sentences: tuple[AnswerRule, ...]
    verdicts: "Mapping[Axis, VerdictTable]"
    findings: tuple[FindingRule, ...]
    fixes: "Mapping[str, FixRule]"
    roles: "Mapping[str, Role]"
    service_words: frozenset[str]
    apps: "Mapping[str, AppProfile]"
    clouds: "Clouds"
    consent: "ConsentBook"
    templates: "Templates" = field(compare=False)
    links: "Links" = field(compare=False)
