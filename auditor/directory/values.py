"""JSON of Graph and of PowerShell's ConvertTo-Json brought to one form, and the values in it read.

Graph writes `userPrincipalName`, PowerShell `UserPrincipalName`; PowerShell also writes every property that
is not set, puts what it has no type for under `AdditionalProperties`, makes one value of a list of one,
numbers of enums, `/Date(...)/` of times, `{"value": [...], "Count": 2}` of lists, text of what is too deep.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, ConfigDict

from auditor.edges import Edge

Plain: TypeAlias = dict[str, Any]

DEEPEST = 40
NULLS = "auditor@null"
"""Beside a row, after `plain`: the keys of which Graph says that there is no value."""
KEYS = "auditor@keys"
"""Beside a policy, after `plain`: what `told` says of it."""
CUT_OFF = (
    'is cut off: ConvertTo-Json went no deeper; export again with "ConvertTo-Json -Depth 20"'
    " or take the reply of Graph itself"
)
_DATE = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
_FRACTION = re.compile(r"(\.\d{6})\d+")
_NOT_GONE_INTO = re.compile(r"@\{|System\.[A-Z]|Microsoft\.[A-Za-z.]+\.Models?\.")
_ODATA = "@odata."


class Shape(Edge):
    """A piece of a directory's JSON, after `values.plain`: further keys are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class TooDeepError(ValueError):
    """JSON that is nested deeper than any reply of a directory."""


def plain(value: object, depth: int = 0) -> Any:
    """Return JSON with keys in lower case, without nulls, objects of nulls and PowerShell's covers.

    Raises TooDeepError beyond `DEEPEST` levels.
    """
    if depth > DEEPEST:
        raise TooDeepError
    if isinstance(value, dict):
        return _object(value, depth)
    if isinstance(value, list):
        found = (plain(item, depth + 1) for item in value)
        return [item for item in found if item is not None]
    return value


def said_null(raw: object) -> frozenset[str]:
    """Return the keys, in lower case, that Graph itself says are null: that there is no value.

    PowerShell writes null for whatever was not asked for, under names with a capital: that says nothing.
    """
    if not isinstance(raw, dict):
        return frozenset()
    return frozenset(key.lower() for key, value in raw.items() if value is None and key[:1].islower())


def told(raw: Plain) -> frozenset[str]:
    """Return the keys of a policy and of its conditions in lower case, whether or not they have a value."""
    conditions = next((value for key, value in raw.items() if key.lower() == "conditions"), None)
    inner = conditions if isinstance(conditions, dict) else {}
    return frozenset(key.lower() for some in (raw, inner) for key in some)


def _object(value: dict[str, object], depth: int) -> Plain | list[object] | None:
    """Return an object in one form; a key that stands twice, in two spellings, keeps its first value."""
    made: Plain = {}
    for key, item in value.items():
        found = plain(item, depth + 1) if item is not None else None
        if found is not None:
            made.setdefault(key.lower(), found)
    more = made.pop("additionalproperties", None)
    if isinstance(more, dict):
        made = {**more, **made}
    if depth and made.keys() == {"value", "count"} and isinstance(made["value"], list):
        return made["value"]
    return made or None


def _many(value: object) -> object:
    if value is None:
        return ()
    if isinstance(value, list | tuple | set | frozenset):
        return value
    return (value,)


def _word(value: object) -> object:
    """Return a text in lower case without outer blanks, anything else as it is."""
    return value.strip().lower() if isinstance(value, str) else value


def _words(value: object) -> object:
    """Return words out of a list, a single one, or several in one text, as Graph writes flags."""
    found = _many(value)
    if not isinstance(found, list | tuple | set | frozenset):
        return found
    parts = [
        part
        for item in found
        for part in (re.split(r"[,\s]+", _gone_into(item)) if isinstance(item, str) else [item])
    ]
    return [_word(part) for part in parts if part != ""]


def _texts(value: object) -> object:
    found = _many(value)
    if not isinstance(found, list | tuple | set | frozenset):
        return found
    return tuple(_gone_into(item) if isinstance(item, str) else item for item in found)


def _gone_into(text: str) -> str:
    """Return a text that is one; what PowerShell writes for an object it did not go into is none."""
    if _NOT_GONE_INTO.match(text.lstrip()):
        raise ValueError(CUT_OFF)
    return text


def _whole(value: object) -> object:
    """Return an object as it is; a text in its place is one that PowerShell did not go into."""
    if isinstance(value, str):
        raise ValueError(CUT_OFF)  # noqa: TRY004 - pydantic makes a line of the report of it
    return value


def moment(value: object) -> object:
    """Return a time as Graph or PowerShell writes it, in UTC; anything else as it is."""
    if isinstance(value, dict):
        return moment(value.get("value", value.get("datetime")))
    if not isinstance(value, str):
        return value
    milliseconds = _DATE.fullmatch(value.strip())
    if milliseconds:
        return _since_epoch(int(milliseconds[1]))
    return _iso(value.strip())


def _since_epoch(milliseconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _iso(text: str) -> object:
    """Return an ISO time; None for the year 1, which says "never" in exports."""
    try:
        found = datetime.fromisoformat(_FRACTION.sub(r"\1", text))
    except ValueError:
        return text
    if found.year <= 1:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


Word = Annotated[str, BeforeValidator(_word)]
Words = Annotated[frozenset[str], BeforeValidator(_words)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Moment = Annotated[datetime | None, BeforeValidator(moment)]
Whole = BeforeValidator(_whole)
Many = BeforeValidator(_texts)


def numbered(*names: str, flags: bool = False) -> BeforeValidator:
    """Return a reader of words that PowerShell may have written as numbers: positions, or sums of flags.

    The numbers are those of Graph's own metadata; one that is not among them stays, as an unknown word.
    """

    def read(value: object) -> object:
        found = _many(value)
        if not isinstance(found, list | tuple | set | frozenset):
            return found
        return _words([word for item in found for word in _named(item, names, flags=flags)])

    return BeforeValidator(read)


def _named(item: object, names: tuple[str, ...], *, flags: bool) -> list[object]:
    if isinstance(item, bool) or not isinstance(item, int):
        return [item]
    if flags and 0 <= item < 2 ** len(names):
        return [name for bit, name in enumerate(names) if item >> bit & 1]
    if not flags and 0 <= item < len(names):
        return [names[item]]
    return [f"number-{item}"]
