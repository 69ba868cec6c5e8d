"""The value that cannot be printed."""


class Secret:
    """A password in memory. Its repr, str and format are blank; `reveal()` is called at the send alone."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value, for the one request that carries it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(****)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Secret is not pickled or copied to another process")

    def unfit(self) -> str:
        """Return why this password must not be sent as it stands ("" when it may)."""
        if not self._value:
            return "it is empty"
        if self._value != self._value.strip():
            return "it begins or ends with a blank; the password grant does not support that"
        if "PRIVATE KEY-----" in self._value:
            return "it is a private key"
        return ""
