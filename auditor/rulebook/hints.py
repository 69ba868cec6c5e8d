"""What names suggest: an account that reads like a person's, a vantage that reads like the app's own place.

Guesses, and treated as such: who needs to be sure asks the owner.
"""

import re
from collections.abc import Collection

from auditor.model import SignsInFrom, Vantage

_WORD = re.compile(r"[^\W\d_]+")
_NAME = re.compile(r"[^\W\d_]{2,}(?:[.-][^\W\d_]+)*\.[^\W\d_]{2,}\d{0,2}")


def reads_like_a_person(upn: str, service_words: Collection[str]) -> bool:
    """Return whether a UPN has the form first.last@ and none of its words belongs to a service account."""
    local = upn.partition("@")[0].lower()
    if not _NAME.fullmatch(local):
        return False
    return not any(word in service_words for word in _WORD.findall(local))


def says_the_place(vantage: Vantage, place: SignsInFrom) -> bool:
    """Return whether the operator's label names an app's place, such as "vendor server, Prague"."""
    return place.value in " ".join(vantage.label.lower().split())
