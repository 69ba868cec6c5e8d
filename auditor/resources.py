"""Where the shipped data (`rules/`, `reports/`) is, in a wheel and in a checkout alike."""

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

from auditor.edges import Edge, validated, yaml_data
from auditor.errors import RulesError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

E = TypeVar("E", bound=Edge)
Kind: TypeAlias = Literal["rules", "reports"]


def shipped(kind: Kind) -> "Traversable":
    """Return the folder of shipped data, read-only; raises RulesError when it is nowhere."""
    packaged = files("auditor") / "_data" / kind
    if packaged.is_dir():
        return packaged
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / kind).is_dir():
        return checkout / kind
    raise RulesError(
        f"the shipped {kind}/ folder is missing from this installation",
        "install the package again; an editable install needs its checkout",
    )


def shipped_text(kind: Kind, name: str) -> str:
    """Return one shipped file, given by its path inside the folder, as text."""
    found = shipped(kind)
    for part in name.split("/"):
        found = found / part
    return found.read_text(encoding="utf-8")


def shipped_yaml(shape: type[E], kind: Kind, name: str) -> E:
    """Return one shipped YAML file as `shape`; raises RulesError with every problem in it."""
    whole = f"{kind}/{name}"
    return validated(shape, yaml_data(shipped_text(kind, name), whole, RulesError), whole, RulesError)
