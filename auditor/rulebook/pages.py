"""The catalogue for people: every finding and fix of a rulebook as Markdown, always in the same form.

There is no case to fill the texts in: what only a case can say stands in angle quotes.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

from auditor.consent_links import Links, Parts
from auditor.model import Desk, Kind, RuleHelp
from auditor.rulebook.book import FindingRule, FixRule, FixUse, Rulebook, SeverityRule
from auditor.rulebook.conditions import All, Condition, Established, Is, Not, Some
from auditor.rulebook.directory_words import WORDS
from auditor.rulebook.templates import PLACEHOLDERS
from auditor.rulebook.topics import Topic

_LOGIN = "login.microsoftonline.com"
_UNSAID = {"dataverse_text", "held_back", "held_back_detail", "text", "vantage", *WORDS}
_NAMES = {
    "upn": "account",
    "host": "environment",
    "app_name": "app",
    "at": "time",
    "signs_in_from": "the app's place",
    "contract_why": "what was seen",
    "expected": "the expected way",
    "answer": "what was answered",
    "redirect_uri": "redirect URI",
    "correlation_id": "correlation id",
    "client_id": "client id",
    **dict.fromkeys(("dataverse_code", "mfa_code", "consent_code", "refusal_code"), "code"),
}
_FIXED = {"client_id_sure": "sourced", "redirect_uri_sure": "sourced", "login": _LOGIN}
_OPEN, _CLOSE = "\u2039", "\u203a"
_DESKS = {
    Desk.ENTRA: "Entra ID",
    Desk.DATAVERSE: "Dataverse",
    Desk.FEDERATION_NETWORK: "federation and network",
    Desk.APP_OWNER: "app",
    Desk.USER: "user",
}
_INTRO = f"""\
# The findings

What an audit can find, why it matters and what to do about it. This page is made from the files in `rules/`;
change those, and make it anew with `auditor rules docs`. What only a case can say stands in {_OPEN}angle
quotes{_CLOSE}. *Lasting* fixes settle a matter, *stopgaps* bridge the time until then. *Check before use*
marks what we know from memory and have not found in a source.
"""


def catalogue(book: Rulebook) -> str:
    """Return the whole catalogue: contents by topic, one entry a finding, one entry a fix."""
    chapters = [(topic, [rule for rule in book.findings if rule.topic is topic]) for topic in Topic]
    parts = [_INTRO, "## Contents\n"]
    for topic, rules in chapters:
        if rules:
            parts.append(_contents(topic, rules))
    for topic, rules in chapters:
        if rules:
            parts.append(f"## {topic.heading}\n")
            parts.extend(finding_entry(book, rule) for rule in rules)
    parts.append("## The fixes\n")
    parts.extend(fix_entry(book, fix) for _, fix in sorted(book.fixes.items()))
    return "\n".join(parts)


def _contents(topic: Topic, rules: list[FindingRule]) -> str:
    lines = [f"- [{rule.title}](#{rule.id}): {_severities(rule)}" for rule in rules]
    return "\n".join([f"**{topic.heading}**\n", *lines, ""])


def _severities(rule: FindingRule) -> str:
    return " or ".join(dict.fromkeys(line.severity.value for line in rule.severity))


def finding_entry(book: Rulebook, rule: FindingRule) -> str:
    """Return one finding: what, why, what it looks like, how grave, when it holds, fixes and sources."""
    fixes = [f"{number}. {_use(book, use)}" for number, use in enumerate(rule.fixes, 1)]
    sections = [
        f"### {rule.id}\n\n**{rule.title}**\n",
        _said(book, "What", rule.what),
        _said(book, "Why it matters", rule.why),
        _said(book, "What it looks like", rule.looks_like),
        f"*Severity:* {', else '.join(_graded(line) for line in rule.severity)}. {_sure(rule)}\n",
        f"*Holds when* {told(rule.when)}.\n",
        "*What to do, the best first:*\n\n" + "\n".join(fixes) + "\n",
        _sources(rule.sources),
    ]
    return "\n".join(section for section in sections if section)


def fix_entry(book: Rulebook, fix: FixRule) -> str:
    """Return one fix: steps, who, how long, command or link, how to verify, and sources."""
    steps = [f"{number}. {_only(book, step)}" for number, step in enumerate(fix.steps, 1)]
    command, link = _only(book, fix.command), _only(book, fix.link)
    sections = [
        f"### {fix.id}\n\n**{_only(book, fix.title)}**\n",
        f"{_brief(book, fix)}\n",
        "\n".join(steps) + "\n",
        f"```\n{command}\n```\n" if command else "",
        f"Link: `{link}`\n" if link else "",
        f"*Verify:* {_only(book, fix.verify)}\n",
        f"*Needs:* {fix.licence}\n" if fix.licence else "",
        _sources(fix.sources),
    ]
    return "\n".join(section for section in sections if section)


def rule_help(book: Rulebook, rule: str) -> RuleHelp | None:
    """Return what a finding's rule says of any case, for formats that name rules; None for an unknown id."""
    found = next((one for one in book.findings if one.id == rule), None)
    if found is None:
        return None
    fixes = [
        _fix_help(book, use, f"{number}. ", mark="**" if number == 1 else "")
        for number, use in enumerate(found.fixes, 1)
    ]
    parts = (
        _said(book, "What", found.what),
        _said(book, "Why it matters", found.why),
        "*What to do, the best first:*\n",
        *fixes,
    )
    return RuleHelp(
        id=found.id,
        title=found.title,
        what=_only(book, found.what),
        severity=min((line.severity for line in found.severity), key=lambda severity: severity.rank),
        topic=found.topic.value,
        text=_bare("\n".join(parts)),
        markdown="\n".join(parts),
    )


def _fix_help(book: Rulebook, use: FixUse, number: str, mark: str) -> str:
    """Return a fix as an entry of a numbered list, its steps and how to verify it as a list inside."""
    fix = book.fixes[use.fix]
    condition = f" If {told(use.when)}." if use.when else ""
    inside = [*(_only(book, step) for step in fix.steps), f"*Verify:* {_only(book, fix.verify)}"]
    indent = " " * len(number)
    lines = [f"{number}{mark}{_only(book, fix.title)}{mark}. {_brief(book, fix)}{condition}"]
    return "\n".join([*lines, *(f"{indent}- {line}" for line in inside)])


def _bare(markdown: str) -> str:
    """Return our own Markdown without its marks of emphasis: a word's own asterisk touches no word's end."""
    return re.sub(r"(\*{1,2})(\S(?:[^*\n]*\S)?)\1", r"\2", markdown).replace("`", "")


def _use(book: Rulebook, use: FixUse) -> str:
    fix = book.fixes[use.fix]
    condition = f" If {told(use.when)}." if use.when else ""
    return f"[{_only(book, fix.title)}](#{fix.id}). {_brief(book, fix)}{condition}"


def _brief(book: Rulebook, fix: FixRule) -> str:
    role = book.roles[fix.role]
    marks = [f"{role.title} (desk: {_DESKS[role.desk]}), {fix.effort.value}, {fix.disposition.value}"]
    marks += ["lowers security"] if fix.weakens else []
    marks += ["check before use"] if fix.check_before_use else []
    return "; ".join(marks) + "."


def _graded(line: SeverityRule) -> str:
    return f"{line.severity.value} if {told(line.when)}" if line.when else line.severity.value


def _sure(rule: FindingRule) -> str:
    return (
        f"*Confidence:* {rule.confidence.value} at best."
        + (" A side remark, behind causes of the same severity." if rule.side else "")
        + (" A question without an answer: it makes no pipeline fail." if rule.unanswered else "")
    )


def _sources(sources: tuple[str, ...]) -> str:
    return f"*Sources:* {'; '.join(sources)}.\n" if sources else ""


def _said(book: Rulebook, name: str, text: str) -> str:
    """Return a text as it reads for an integration account and for a person, once where both read alike."""
    integration, person = (_rendered(book, text, kind) for kind in (Kind.INTEGRATION, Kind.PERSON))
    if integration == person:
        return f"*{name}:* {integration}\n"
    return f"*{name}, for an integration:* {integration}\n\n*{name}, for a person:* {person}\n"


def _only(book: Rulebook, text: str) -> str:
    return _rendered(book, text, Kind.INTEGRATION)


def _rendered(book: Rulebook, text: str, kind: Kind) -> str:
    return _readable(" ".join(book.templates.render(text, _context(kind)).split()))


def _context(kind: Kind) -> Mapping[str, str]:
    words = {name: f"{_OPEN}{_NAMES.get(name, name.replace('_', ' '))}{_CLOSE}" for name in PLACEHOLDERS}
    words |= dict.fromkeys(_UNSAID, "") | _FIXED | {"kind": kind.value}
    parts = Parts(*(words[name] for name in ("login", "tenant", "client_id", "redirect_uri", "host")))
    return words | Links(_OPEN + _CLOSE).words(parts, words["upn"])


def _readable(text: str) -> str:
    """Return a text in whose links the words in angle quotes are not percent-encoded."""
    for word in set(_context(Kind.INTEGRATION).values()):
        if word.startswith(_OPEN):
            text = text.replace(quote(word, safe=""), word)
    return text


def told(condition: Condition) -> str:
    """Return a condition in words, facts by their names."""
    match condition:
        case Is(fact, values):
            return f"`{fact}` is {_either(sorted(values))}"
        case Established(fact, wanted):
            return f"`{fact}` is {'known' if wanted else 'not known'}"
        case Not(Is(fact, values)):
            return f"`{fact}` is not {_either(sorted(values))}"
        case Not(part):
            return f"not ({told(part)})"
        case All(parts):
            return " and ".join(_inside(part, Some) for part in parts)
        case Some(parts):
            return " or ".join(_inside(part, All) for part in parts)


def _inside(part: Condition, bracketed: type[All | Some]) -> str:
    return f"({told(part)})" if isinstance(part, bracketed) else told(part)


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
