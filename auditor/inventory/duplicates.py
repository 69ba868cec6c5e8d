"""Rows about the same case or account: merged where they agree, reported where they contradict."""

from collections import defaultdict
from functools import reduce
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from auditor.inventory.cells import Flaw
from auditor.model import Expected

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from auditor.inventory.drafts import Draft
    from auditor.secrets import Reference

_RIGHT = "correct one of the rows, or delete it"
_MERGED = ("tenant", "owner", "notes", "skip")


class _Check(NamedTuple):
    """What rows of one group must agree on; rows whose value is "" are not asked."""

    field: str
    sentence: str
    value: "Callable[[Draft], Hashable]"


def _identity(reference: "Reference | None") -> tuple[str, str] | None:
    """Return what two references to the same stored credential have in common (see Reference.same_as)."""
    if reference is None:
        return None
    if reference.value is not None:
        return reference.scheme, reference.value.reveal()
    return reference.scheme, reference.target


def _is_app(draft: "Draft") -> bool:
    """Return whether a draft's credential is an application's own: no account's, and no password."""
    return draft.expected is Expected.APPLICATION


_CASE_CHECKS = (
    _Check(
        "credential",
        "of this row and {row}, which is the same case, only one has a credential",
        lambda draft: draft.credential is not None,
    ),
    _Check("kind", "another kind than in {row}, which is the same case", lambda draft: draft.kind),
    _Check(
        "expected", "another expectation than in {row}, which is the same case", lambda draft: draft.expected
    ),
    _Check("tenant", "another tenant than in {row}, which is the same case", lambda draft: draft.tenant),
)
_ACCOUNT_CHECKS = (
    _Check(
        "credential",
        "another credential than in {row} for the same account",
        lambda draft: "" if draft.credential is None or _is_app(draft) else _identity(draft.credential),
    ),
)


def settled(drafts: "Sequence[Draft]") -> "tuple[list[Draft], list[int]]":
    """Return the drafts with rows of one case made one, and the numbers of the rows that went into others.

    A row that contradicts another gets a flaw and stays by itself. Otherwise the first row stands: its blank
    cells are filled from the later ones, a reason to skip wins, and its remarks say what was done.
    """
    cases = list(_groups(drafts, lambda draft: draft.key))
    accounts = _groups(drafts, lambda draft: draft.account_id)
    return _merged(_with_contradictions(drafts, [(cases, _CASE_CHECKS), (accounts, _ACCOUNT_CHECKS)]), cases)


def _with_contradictions(
    drafts: "Sequence[Draft]", grouped: "Iterable[tuple[Iterable[list[int]], tuple[_Check, ...]]]"
) -> "list[Draft]":
    found: dict[int, list[Flaw]] = defaultdict(list)
    for groups, checks in grouped:
        for group, check in product(groups, checks):
            for index, other in _contradictions(drafts, group, check):
                row = f"row {drafts[other].origin.row}"
                found[index].append(Flaw(check.field, check.sentence.format(row=row), _RIGHT))
    return [
        draft._replace(flaws=(*draft.flaws, *found[index])) if index in found else draft
        for index, draft in enumerate(drafts)
    ]


def _groups(drafts: "Sequence[Draft]", by: "Callable[[Draft], Hashable]") -> "Iterator[list[int]]":
    """Yield the positions of drafts that share a value; empty values are nobody's."""
    first: dict[Hashable, int] = {}
    groups: dict[Hashable, list[int]] = {}
    for index, draft in enumerate(drafts):
        value = by(draft)
        if value is None or value == "":
            continue
        earlier = first.setdefault(value, index)
        if earlier != index:
            groups.setdefault(value, [earlier]).append(index)
    yield from groups.values()


def _contradictions(
    drafts: "Sequence[Draft]", group: "Sequence[int]", check: _Check
) -> "Iterator[tuple[int, int]]":
    """Yield every row of a group that is not of one mind, with the first row that differs from it."""
    values = {index: check.value(drafts[index]) for index in group if drafts[index].sound(check.field)}
    asked = {index: value for index, value in values.items() if value != ""}
    first = min(asked, default=-1)
    dissenter = next((index for index, value in asked.items() if value != asked[first]), None)
    if dissenter is None:
        return
    for index, value in asked.items():
        yield index, dissenter if value == asked[first] else first


def shared_identities(drafts: "Iterable[Draft]") -> frozenset[tuple[str, str]]:
    """Return the identities of credentials that more than one account uses."""
    user: dict[tuple[str, str], str] = {}
    shared: set[tuple[str, str]] = set()
    for draft in drafts:
        identity = shareable(draft) if draft.account_id else None
        if identity and user.setdefault(identity, draft.account_id) != draft.account_id:
            shared.add(identity)
    return frozenset(shared)


def shareable(draft: "Draft") -> tuple[str, str] | None:
    """Return a draft's credential as it can be compared across accounts; None where it cannot."""
    if draft.credential is None or draft.credential.scheme == "prompt" or _is_app(draft):
        return None
    return _identity(draft.credential)


def _merged(drafts: "Sequence[Draft]", cases: "Iterable[Sequence[int]]") -> "tuple[list[Draft], list[int]]":
    groups = [[index for index in group if not drafts[index].flaws] for group in cases]
    leaders = {group[0]: group[1:] for group in groups if group}
    gone = {index for rest in leaders.values() for index in rest}
    kept = [
        reduce(_merge, (drafts[i] for i in leaders.get(index, ())), draft)
        for index, draft in enumerate(drafts)
        if index not in gone
    ]
    return kept, [drafts[index].origin.row for index in sorted(gone)]


def _merge(kept: "Draft", other: "Draft") -> "Draft":
    filled = {name: getattr(kept, name) or getattr(other, name) for name in _MERGED}
    return kept._replace(**filled, remarks=(*kept.remarks, _merge_remark(kept, other)))


def _merge_remark(kept: "Draft", other: "Draft") -> str:
    row = f"row {other.origin.row}"
    differing = [name for name in _MERGED if getattr(kept, name) != getattr(other, name)]
    lost = [name for name in differing if getattr(kept, name) and getattr(other, name)]
    if lost:
        return f"{row} is the same case and was merged; its {', '.join(lost)} differed and was left out"
    return f"{row} is {'the same case' if differing else 'identical'} and was merged"
