"""What stands at the edges: strict pydantic models for files people write, and errors they can act on."""

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic_core import ErrorDetails

    from auditor.errors import AuditorError

E = TypeVar("E", bound="Edge")
W = TypeVar("W", bound=StrEnum)
V = TypeVar("V")


class Edge(BaseModel):
    """A piece of a file: unknown keys are errors, and what was read does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def problems(error: ValidationError) -> list[str]:
    """Return one line per problem, `key.path: what is wrong`; never the offending value."""
    return [f"{_path(item['loc'])}: {_what(item)}" for item in _found(error)]


def _found(error: ValidationError) -> "list[ErrorDetails]":
    """Return the problems; a list too short only because its entries were wrong is none of its own."""
    found = error.errors(include_url=False, include_input=False)
    inside = {item["loc"][:depth] for item in found for depth in range(len(item["loc"]))}
    return [item for item in found if item["type"] != "too_short" or item["loc"] not in inside]


def _path(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc) or "(top level)"


_SAID = {
    "extra_forbidden": "unknown key",
    "missing": "is missing",
    "string_type": "has to be a text",
    "int_type": "has to be a whole number",
    "int_parsing": "has to be a whole number",
    "bool_type": "has to be true or false",
    "bool_parsing": "has to be true or false",
    "tuple_type": "has to be a list",
    "dict_type": "has to hold keys and values",
    "model_type": "has to hold keys and values",
    "less_than_equal": "has to be at most {le}",
    "greater_than_equal": "has to be at least {ge}",
    "string_too_short": "must not be empty",
    "too_short": "needs at least {min_length}",
    "string_pattern_mismatch": "is not of the form {pattern}",
    "literal_error": "has to be one of {expected}",
    "enum": "has to be one of {expected}",
}


def _what(item: "ErrorDetails") -> str:
    """Return a problem in our words where we have them, else in pydantic's."""
    said = _SAID.get(item["type"])
    if said is None:
        return item["msg"].removeprefix("Value error, ")
    return said.format_map(item.get("ctx", {}))


def complete(words: "type[W]", given: "dict[W, V]", what: str) -> "dict[W, V]":
    """Return what is given for each word; raises ValueError that names the words without any."""
    missing = [word.value for word in words if word not in given]
    if missing:
        raise ValueError(f"no {what} for: {', '.join(missing)}")
    return given


def validated(shape: type[E], data: object, name: str, raised: "type[AuditorError]") -> E:
    """Return `data` as `shape`; raises `raised` with every problem, each led by the file's name."""
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        lines = "\n".join(f"{name}: {line}" for line in problems(error))
        raise raised(lines, f"correct {name}; every line above names the key") from None


def validated_yaml(
    shape: type[E], text: str, name: str, raised: "type[AuditorError]"
) -> "tuple[E, Callable[..., int]]":
    """Return a YAML document as `shape`, and what finds the line of a key by its path, 1 for what is missing.

    Raises `raised` with every problem, each led by the file's name and the line.
    """
    data = yaml_data(text, name, raised)
    root = yaml.compose(text, Loader=_Safe)

    def line_of(*path: int | str) -> int:
        return _line(root, path)

    try:
        return shape.model_validate(data), line_of
    except ValidationError as error:
        lines = [
            f"{name}:{line_of(*item['loc'])}: {_path(item['loc'])}: {_what(item)}" for item in _found(error)
        ]
        raise raised("\n".join(lines), f"correct {name}; every line above names the key") from None


def _line(node: yaml.Node | None, path: tuple[int | str, ...]) -> int:
    """Return the line of the innermost part of a path that is there."""
    line = node.start_mark.line + 1 if node else 1
    for step in path:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        elif isinstance(node, yaml.MappingNode):
            named = next(((key, value) for key, value in node.value if key.value == step), None)
            if named is None:
                return line
            key, node = named
            line = key.start_mark.line + 1
    return line


def yaml_data(text: str, name: str, raised: "type[AuditorError]") -> object:
    """Return a YAML document as plain data (safe loading only); raises `raised` naming file and line.

    Duplicate keys are errors: the second would silently win over the first.
    """
    try:
        return yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader subclass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{name}:{mark.line + 1}" if mark else name
        raise raised(f"{where}: not valid YAML: {error.problem}", f"correct {name}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise raised(f"{name}: not valid YAML: {error}", f"correct {name}") from None


_Safe: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same loader over libyaml


class _UniqueKeys(_Safe):  # type: ignore[misc, valid-type]  # a class known at run time
    """Safe loading that refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:  # noqa: FBT001, FBT002 - the base class's signature
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key!r} stands twice", key_node.start_mark
                )
            seen.add(key)
        made: dict[object, object] = super().construct_mapping(node, deep=deep)
        return made
