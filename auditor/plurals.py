"""Numbers with what they count, in the singular where there is one."""


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number with what it counts; `many` is the plural where it is not `one` with an s."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
