"""What a fix says of any account: its own name replaced, so that alike fixes read alike."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from auditor.model import Fix

_ANYBODY = "<account>"


class Name:
    """An account's name in the forms in which texts, commands and links hold it."""

    def __init__(self, account: str) -> None:
        self._low = account.lower()
        self._anybody = f"accounts of {account.rpartition('@')[2].lower()}"
        forms = {account, account.replace("'", "''"), quote(account, safe=""), quote(account)}
        self._forms = sorted(forms, key=len, reverse=True)
        self._lowered = [form.lower() for form in self._forms]
        self._ascii = all(form.isascii() for form in forms)

    def is_own(self, fix: "Fix") -> bool:
        """Return whether a fix frees this account alone."""
        return self._low in fix.group.lower()

    def covered(self, fix: "Fix") -> str:
        """Return what a fix of this account alone covers, said of all accounts of the domain."""
        return self._gone(fix.group, self._anybody)

    def general(self, fix: "Fix") -> "Fix":
        """Return a fix of this account alone for any account."""
        return replace(
            fix,
            title=self._gone(fix.title),
            steps=tuple([self._gone(step) for step in fix.steps]),
            command=self._gone(fix.command),
            link=self._gone(fix.link),
            verify=self._gone(fix.verify),
            group=self.covered(fix),
        )

    def _gone(self, text: str, word: str = _ANYBODY) -> str:
        """Return the text with the word for every form of the name, in whatever case."""
        if self._ascii and text.isascii():
            return self._spliced(text, word)
        pattern = "|".join(map(re.escape, self._forms))  # lower case can be longer than what it was made of
        return re.sub(pattern, lambda _: word, text, flags=re.IGNORECASE)

    def _spliced(self, text: str, word: str) -> str:
        """Do what the regular expression does, without the cost of compiling one for each account."""
        low, parts, at = text.lower(), [], 0
        while found := [(start, -len(f)) for f in self._lowered if (start := low.find(f, at)) >= 0]:
            start, length = min(found)
            parts += [text[at:start], word]
            at = start - length
        return "".join((*parts, text[at:])) if parts else text
