"""What the page may do: nothing but its own style and its own script (Content Security Policy Level 3)."""

from base64 import b64encode
from hashlib import sha256


def policy(style: str, script: str) -> str:
    """Return the policy for a page with this one style and this one script, both known by their hash.

    `img-src data:` is for the logo and the page's sign. Nothing is loaded, sent, framed or evaluated.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_source(style)}",
            f"script-src {_source(script)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _source(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}'"
