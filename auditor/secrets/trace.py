"""A trace of a password: enough to notice that it was changed, nothing from which it can be recovered.

A trace is a random salt and one byte of a slow digest under it. Of 256 wrong guesses one fits by chance, so
whoever tries passwords against a trace learns next to nothing; of 256 changed passwords one is taken for the
old one. Source of the parameters: RFC 7914 (scrypt), section 2: n = 2**14 and r = 8 for interactive use.
"""

import hashlib
import os
import re

from auditor.secrets.values import Secret

_SALT = 16
_TRACE = re.compile(rf"scrypt:([0-9a-f]{{{2 * _SALT}}}):([0-9a-f]{{2}})")


def trace_of(secret: Secret) -> str:
    """Return a new trace of a secret, "" where this machine's OpenSSL has no scrypt."""
    salt = _new_salt()
    byte = _digest(secret, salt)
    return f"scrypt:{salt.hex()}:{byte.hex()}" if byte else ""


def is_trace(text: str) -> bool:
    """Return whether a text is a trace."""
    return _TRACE.fullmatch(text) is not None


def differs(trace: str, secret: Secret) -> bool:
    """Return whether a secret is certainly not the one of a trace; false for what is no trace."""
    found = _TRACE.fullmatch(trace)
    byte = _digest(secret, bytes.fromhex(found[1])) if found else b""
    return found is not None and bool(byte) and byte.hex() != found[2]


def _new_salt() -> bytes:
    return os.urandom(_SALT)


def _digest(secret: Secret, salt: bytes) -> bytes:
    value = secret.reveal().encode("utf-8", "surrogatepass")
    try:
        return hashlib.scrypt(value, salt=salt, n=2**14, r=8, p=1, dklen=32)[:1]
    except (AttributeError, ValueError):  # an OpenSSL that was built or set up without it
        return b""
