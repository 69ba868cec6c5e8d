"""Three-valued logic: what is not known stays unanswered unless another part decides alone."""

from collections.abc import Iterable

from auditor.model import Truth


def any_of(truths: Iterable[Truth]) -> Truth:
    """Return holds if one holds, else unanswered if one is; fails for none at all."""
    found = Truth.FAILS
    for truth in truths:
        if truth is Truth.HOLDS:
            return truth
        if truth is Truth.UNANSWERED:
            found = truth
    return found


def all_of(truths: Iterable[Truth]) -> Truth:
    """Return fails if one fails, else unanswered if one is; holds for none at all."""
    found = Truth.HOLDS
    for truth in truths:
        if truth is Truth.FAILS:
            return truth
        if truth is Truth.UNANSWERED:
            found = truth
    return found


def negated(truth: Truth) -> Truth:
    """Return the opposite; what is unanswered stays so."""
    if truth is Truth.UNANSWERED:
        return truth
    return Truth.FAILS if truth is Truth.HOLDS else Truth.HOLDS


def truth_of(value: bool | None) -> Truth:  # noqa: FBT001 - the value is what is asked about
    """Return a yes or no as a truth, None as unanswered."""
    if value is None:
        return Truth.UNANSWERED
    return Truth.HOLDS if value else Truth.FAILS
