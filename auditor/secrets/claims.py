"""What tokens say of themselves. For information alone: nobody here checks a signature."""

import json
from base64 import urlsafe_b64decode
from typing import Any


def claims_of(token: str) -> dict[str, Any]:
    """Return what a token says of itself, unverified, {} when it cannot be read."""
    _, _, rest = token.partition(".")
    part = rest.partition(".")[0]
    try:
        data = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def texts(value: object) -> list[str]:
    """Return the texts in a list, [] for anything else."""
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
