"""Properties of a policy that we do not know: named, so that they leave an answer open."""

from collections.abc import Iterator

from pydantic import ConfigDict

from auditor.directory.values import Shape


class Piece(Shape):
    """A piece of a policy that keeps the properties that nobody here knows."""

    model_config = ConfigDict(extra="allow", frozen=True)


def strangers(piece: Piece, path: str = "") -> Iterator[str]:
    """Yield the names of unknown properties that hold anything, here and in the pieces within.

    Names with "@" are annotations of Graph and say nothing of the policy.
    """
    for name, value in (piece.model_extra or {}).items():
        if "@" not in name and _says_something(value):
            yield path + name
    for name in type(piece).model_fields:
        inner = getattr(piece, name)
        if isinstance(inner, Piece):
            yield from strangers(inner, f"{path}{name}.")


def _says_something(value: object) -> bool:
    """Return whether a value holds more than empty lists, empty texts and switches that are off."""
    if isinstance(value, dict):
        return any(_says_something(item) for item in value.values())
    return bool(value)
