"""The rule of a device filter, for a device that is not registered: then every property of it is null.

Documented: such a device meets negative operators (-ne, -notIn, -notContains, ...) and no positive ones. Of
any other device nothing is known here, and a rule that cannot be read is unanswered.
"""

import re
from collections.abc import Iterator

from auditor.directory.logic import all_of, any_of, negated
from auditor.model import Truth

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>"(?:[^"`]|`.)*"|'[^']*')
    |(?P<list>\[[^\]]*\])
    |(?P<mark>[()])
    |(?P<word>[^\s()"'\[\]]+)
    )""",
    re.VERBOSE,
)
_POSITIVE = {"-eq", "-startswith", "-endswith", "-contains", "-in", "-match"}
_NEGATIVE = {"-ne", "-notstartswith", "-notendswith", "-notcontains", "-notin", "-notmatch"}
_LONGEST = 3072


class _UnreadableError(ValueError):
    """A rule of a form that we do not know."""


def meets_unregistered(rule: str) -> Truth:
    """Return whether a device that is not registered meets a rule."""
    try:
        words = list(_words(rule))
        truth, rest = _any(words, 0)
    except (_UnreadableError, RecursionError):
        return Truth.UNANSWERED
    return truth if rest == len(words) else Truth.UNANSWERED


def _words(rule: str) -> Iterator[str]:
    if len(rule) > _LONGEST:
        raise _UnreadableError
    at, end = 0, len(rule.rstrip())
    while at < end:
        found = _TOKEN.match(rule, at)
        if found is None:
            raise _UnreadableError
        yield found["word"].lower() if found["word"] else found.group().strip()
        at = found.end()


def _any(words: list[str], at: int) -> tuple[Truth, int]:
    truth, at = _all(words, at)
    while at < len(words) and words[at] in {"-or", "or"}:
        other, at = _all(words, at + 1)
        truth = any_of((truth, other))
    return truth, at


def _all(words: list[str], at: int) -> tuple[Truth, int]:
    truth, at = _one(words, at)
    while at < len(words) and words[at] in {"-and", "and"}:
        other, at = _one(words, at + 1)
        truth = all_of((truth, other))
    return truth, at


def _one(words: list[str], at: int) -> tuple[Truth, int]:
    word = words[at] if at < len(words) else ""
    if word in {"-not", "not"}:
        truth, at = _one(words, at + 1)
        return negated(truth), at
    if word == "(":
        truth, at = _any(words, at + 1)
        if at >= len(words) or words[at] != ")":
            raise _UnreadableError
        return truth, at + 1
    return _comparison(words, at)


def _comparison(words: list[str], at: int) -> tuple[Truth, int]:
    if at + 2 >= len(words) or not words[at].startswith("device."):
        raise _UnreadableError
    operator, value = words[at + 1], words[at + 2]
    if value in {"(", ")"} or operator not in _POSITIVE | _NEGATIVE:
        raise _UnreadableError
    if value in {"null", "$null"}:
        return Truth.UNANSWERED, at + 3
    return (Truth.HOLDS if operator in _NEGATIVE else Truth.FAILS), at + 3
