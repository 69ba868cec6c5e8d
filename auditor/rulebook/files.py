"""Where rule files come from: the shipped folder, and a consultancy's own folder on top of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from auditor.edges import Edge, validated, yaml_data
from auditor.errors import RulesError
from auditor.resources import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

E = TypeVar("E", bound=Edge)

FOLDERS = ("answers", "apps", "findings", "fixes", "verdicts")
_SINGLE = ("account_names.yaml", "clouds.yaml", "consent.yaml", "roles.yaml")
_UNREAD = ("README.md",)


@dataclass(frozen=True, slots=True)
class Layer:
    """A folder of rules. Within one layer an id stands once; a later layer overrides an earlier one."""

    root: "Traversable"
    name: str

    def read(self, folder: str, shape: type[E], leave: str = "") -> "Iterator[tuple[str, E]]":
        """Yield (name for messages, content) of each YAML file of a folder but `leave`, by file name.

        Raises RulesError for a file that is not what it has to be.
        """
        place = self.root / folder
        if not place.is_dir():
            return
        for item in sorted(place.iterdir(), key=lambda entry: entry.name):
            if item.name.endswith((".yaml", ".yml")) and item.name != leave:
                name = f"{self.name}/{folder}/{item.name}"
                yield name, _content(item, name, shape)

    def read_one(self, file: str, shape: type[E]) -> tuple[str, E] | None:
        """Return (name for messages, content) of one file, None where the layer has none."""
        item, name = self.root / file, f"{self.name}/{file}"
        return (name, _content(item, name, shape)) if item.is_file() else None


def _content(item: "Traversable", name: str, shape: type[E]) -> E:
    try:
        text = item.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RulesError(f"{name}: cannot be read as UTF-8 text ({type(error).__name__})") from None
    return validated(shape, yaml_data(text, name, RulesError), name, RulesError)


def layers(extra: Path | None) -> tuple[Layer, ...]:
    """Return the shipped rules and, on top, those of `extra`; raises RulesError if that is none."""
    first = Layer(shipped("rules"), "rules")
    if extra is None:
        return (first,)
    if not extra.is_dir():
        raise RulesError(f"{extra.name}: no such folder of rules", "--rules takes a folder")
    strangers = sorted(
        item.name for item in extra.iterdir() if item.name not in {*FOLDERS, *_SINGLE, *_UNREAD}
    )
    if strangers:
        raise RulesError(
            "\n".join(f"{extra.name}/{name}: unknown entry" for name in strangers),
            f"a folder of rules holds {', '.join(FOLDERS)}, roles.yaml, consent.yaml and account_names.yaml",
        )
    return (first, Layer(extra, extra.name))
