"""Reading worlds: the shipped ones by name, other people's by path; and the published schema."""

from importlib.resources import files
from pathlib import Path
from typing import Any

from auditor.edges import validated, yaml_data
from auditor.errors import LabError, told
from auditor.lab.world.checks import inconsistencies
from auditor.lab.world.root import World

DEFAULT_WORLD = "shipped"
_SCHEMA_ID = "world.v1.schema.json"


def available_worlds() -> list[str]:
    """Return the names of the shipped worlds."""
    folder = files("auditor.lab") / "worlds"
    return sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml"))


def load_world(source: Path | str | None = None) -> World:
    """Return a world: a shipped one by name (None: the main one), or one from a file.

    Raises LabError with every problem, each named by its key path.
    """
    name = str(source or DEFAULT_WORLD)
    if name in available_worlds():
        text = (files("auditor.lab") / "worlds" / f"{name}.yaml").read_text(encoding="utf-8")
        return world_from(yaml_data(text, f"{name}.yaml", LabError), f"{name}.yaml")
    path = Path(name)
    return world_from(yaml_data(_text(path), path.name, LabError), path.name)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise LabError(f"{path.name}: not UTF-8 text", "save the world as UTF-8") from None
    except OSError as error:
        names = ", ".join(available_worlds())
        raise LabError(f"{path.name}: cannot be read: {told(error)}", f"a file, or one of: {names}") from None


def world_from(data: object, name: str = "world") -> World:
    """Return the world that plain data describes; raises LabError with every problem."""
    world = validated(World, data, name, LabError)
    found = inconsistencies(world)
    if found:
        lines = "\n".join(f"{name}: {line}" for line in found)
        raise LabError(lines, f"correct {name}; every line above names the key")
    return world


def world_schema() -> dict[str, Any]:
    """Return the JSON Schema of a world file (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": _SCHEMA_ID,
        **World.model_json_schema(),
    }
