"""From files to rules: every reference is looked up, every condition parsed, every placeholder known."""

from collections.abc import Mapping
from types import MappingProxyType

from auditor.errors import RulesError
from auditor.model import FACTS, Disposition, Why
from auditor.rulebook import shapes
from auditor.rulebook.book import (
    FindingRule,
    FixRule,
    FixUse,
    Outcome,
    Role,
    SeverityRule,
    VerdictRule,
    VerdictTable,
)
from auditor.rulebook.conditions import Condition, ConditionError, Some, Vocabulary, parse, values_in
from auditor.rulebook.consent_rules import ConsentBar, ConsentBook, ConsentFile, ConsentRule
from auditor.rulebook.templates import undeclared

SENT, NOT_SENT = "sent", "failed before sending"
ANSWERED = (
    "sign_in",
    "dataverse",
    "table",
    "tenant_lookup",
    "environment_lookup",
    "application_lookup",
    "interactive_sign_in",
    "interactive_dataverse",
)
"""The facts whose values are outcomes."""
FOUND, MEMBER, READABLE = "found", "member", "readable"


def vocabulary(outcomes: Mapping[str, Outcome]) -> Vocabulary:
    """Return the values each fact can have; those that name outcomes get them from the rules."""
    names = frozenset(outcomes)
    open_facts = {
        "app": frozenset[str](),
        "interactive_asked": frozenset({"asked", *(why.value for why in Why)}),
        "submission": frozenset({SENT, NOT_SENT, *(why.value for why in Why)}),
        **dict.fromkeys(ANSWERED, names),
    }
    _says_are_facts(outcomes)
    return {name: frozenset(spec.values) or open_facts[name] for name, spec in FACTS.items()}


def _says_are_facts(outcomes: Mapping[str, Outcome]) -> None:
    for name, outcome in outcomes.items():
        where = f"rules/answers/outcomes.yaml: {name}"
        for fact, value in outcome.says.items():
            if fact not in FACTS or value not in FACTS[fact].values:
                raise RulesError(f"{where}: says: {fact}: {value} is not a declared fact and value")
        for fact in outcome.hides:
            if fact not in FACTS:
                raise RulesError(f"{where}: hides: {fact!r} is not a declared fact")


class Checker:
    """Converts files and collects what is wrong with them; `done` raises it all at once."""

    def __init__(self, facts: Vocabulary, roles: Mapping[str, Role]) -> None:
        self._facts = facts
        self._roles = roles
        self._problems: list[str] = []

    def done(self) -> None:
        """Raise RulesError with every problem found so far."""
        if self._problems:
            raise RulesError("\n".join(self._problems), "every line above names the file and the key")

    def fix(self, name: str, file: shapes.FixFile) -> FixRule:
        """Return a fix; notes an unknown role or placeholder."""
        if file.role not in self._roles:
            self._problem(name, "role", f"{file.role!r} is not in roles.yaml")
        texts = {"verify": file.verify, "group": file.group, "command": file.command, "link": file.link}
        self._templates(name, texts | {f"steps.{i}": step for i, step in enumerate(file.steps)})
        if file.weakens and file.disposition is Disposition.LASTING:
            self._problem(name, "weakens", "what lowers security is never a lasting answer")
        return FixRule(**{key: getattr(file, key) for key in type(file).model_fields})

    def finding(self, name: str, file: shapes.FindingFile, fixes: Mapping[str, FixRule]) -> FindingRule:
        """Return a finding; notes unknown fixes, facts, values and placeholders."""
        self._templates(name, {"what": file.what, "why": file.why, "looks_like": file.looks_like})
        if file.severity[-1].when is not None or any(line.when is None for line in file.severity[:-1]):
            self._problem(name, "severity", "the last line, and no other, goes without `when`")
        return FindingRule(
            id=file.id,
            topic=file.topic,
            title=file.title,
            severity=tuple(
                SeverityRule(line.level, self._optional(name, f"severity.{i}.when", line.when))
                for i, line in enumerate(file.severity)
            ),
            confidence=file.confidence,
            when=self._condition(name, "when", file.when),
            what=file.what,
            why=file.why,
            looks_like=file.looks_like,
            fixes=self._uses(name, file, fixes),
            side=file.side,
            unanswered=file.unanswered,
            evidence=file.evidence,
            sources=file.sources,
        )

    def every_outcome_leads_on(
        self, outcomes: Mapping[str, Outcome], findings: Mapping[str, FindingRule]
    ) -> None:
        """Note outcomes that are not benign and that no finding asks for: nobody would be told."""
        asked = {
            value for rule in findings.values() for fact in ANSWERED for value in values_in(rule.when, fact)
        }
        for name, outcome in outcomes.items():
            if not outcome.benign and name not in asked:
                wrong = f"{name}: no finding asks for it, and it is not `benign`"
                self._problem("answers/outcomes.yaml", "outcomes", wrong)

    def verdicts(self, name: str, file: shapes.VerdictsFile) -> VerdictTable:
        """Return an axis's decision list; notes unknown facts, values and placeholders."""
        for fact in file.because:
            if fact not in FACTS:
                self._problem(name, "because", f"{fact!r} is not a declared fact")
        rules = []
        for index, line in enumerate(file.rules):
            self._templates(name, {f"rules.{index}.why": line.why})
            when = self._condition(name, f"rules.{index}.when", line.when)
            rules.append(VerdictRule(line.id, when, line.value, line.why, line.seen_from))
        return VerdictTable(file.axis, tuple(rules), file.otherwise, file.because)

    def consent(self, name: str, file: ConsentFile, outcomes: Mapping[str, Outcome]) -> ConsentBook:
        """Return the situations of consent; notes unknown facts, placeholders and outcomes."""
        if file.situations[-1].when is not None or any(line.when is None for line in file.situations[:-1]):
            self._problem(name, "situations", "the last line, and no other, goes without `when`")
        for word in file.refusals:
            if word not in outcomes:
                self._problem(name, "refusals", f"{word!r} is not an outcome")
        rules = []
        for index, line in enumerate(file.situations):
            self._templates(name, {f"situations.{index}.why": line.why})
            when = self._optional(name, f"situations.{index}.when", line.when)
            rules.append(ConsentRule(line.id, when, line.title, line.why, line.step, line.links))
        withheld = tuple(
            ConsentBar(self._condition(name, f"withheld.{index}.when", line.when), line.why)
            for index, line in enumerate(file.withheld)
        )
        missing = MappingProxyType(file.missing.model_dump())
        return ConsentBook(tuple(rules), withheld, missing, frozenset(file.refusals))

    def _uses(self, name: str, file: shapes.FindingFile, fixes: Mapping[str, FixRule]) -> tuple[FixUse, ...]:
        safer = False
        for index, line in enumerate(file.fixes):
            fix = fixes.get(line.use)
            if fix is None:
                self._problem(name, f"fixes.{index}", f"{line.use!r} is not in fixes/")
            elif fix.weakens and not safer:
                self._problem(name, f"fixes.{index}", "lowers security before a safer way was offered")
            safer = safer or (fix is not None and not fix.weakens)
        return tuple(
            FixUse(line.use, self._optional(name, f"fixes.{i}.when", line.when))
            for i, line in enumerate(file.fixes)
        )

    def _optional(self, name: str, key: str, data: object) -> Condition | None:
        return None if data is None else self._condition(name, key, data)

    def _condition(self, name: str, key: str, data: object) -> Condition:
        try:
            return parse(data, self._facts, key)
        except ConditionError as error:
            self._problems.append(f"{name}: {error}")
            return Some(())

    def _templates(self, name: str, texts: Mapping[str, str]) -> None:
        for key, text in texts.items():
            for word in sorted(undeclared(text)):
                self._problem(name, key, f"{word!r} is no placeholder")

    def _problem(self, name: str, key: str, wrong: str) -> None:
        self._problems.append(f"{name}: {key}: {wrong}")
