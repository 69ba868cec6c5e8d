"""What the sign-in log says of an account: its last password grant, and its last assertion over WS-Trust.

The log is read on request only, and of the apps asked about only: that an account is not in it proves nothing
of other apps. Source: Microsoft Graph beta, signIn (authenticationProtocol, incomingTokenType).
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from auditor.directory.snapshot import Known, SignInRecord, Snapshot, User
from auditor.model import Detail

_ROPC, _ASSERTION = "ropc", "saml11"
_NEVER = datetime.min.replace(tzinfo=UTC)


class Log:
    """The sign-in log of one directory, by account."""

    def __init__(self, snapshot: Snapshot) -> None:
        part = snapshot.sign_ins
        self._read = isinstance(part, Known)
        records: Iterable[SignInRecord] = part.value if isinstance(part, Known) else ()
        self._grants: dict[str, SignInRecord] = {}
        self._assertions: dict[str, SignInRecord] = {}
        for record in records:
            if record.protocol.lower() == _ROPC:
                _keep(self._grants, record)
            if _ASSERTION in record.incoming_token.lower():
                _keep(self._assertions, record)

    def details(self, user: User) -> Mapping[str, Detail]:
        """Return what the log says of an account (`model.evidence`, directory user), "" for nothing."""
        return {
            "log_read": self._read,
            "ropc_in_log": _told(_of(self._grants, user)),
            "assertion_in_log": _told(_of(self._assertions, user)),
        }


def _keep(found: dict[str, SignInRecord], record: SignInRecord) -> None:
    """Keep the latest record under the user's id and name."""
    for name in {record.user_id.lower(), record.upn.lower()} - {""}:
        if (found[name].at or _NEVER if name in found else _NEVER) <= (record.at or _NEVER):
            found[name] = record


def _of(found: Mapping[str, SignInRecord], user: User) -> SignInRecord | None:
    return found.get(user.id) or found.get(user.upn.lower())


def _told(record: SignInRecord | None) -> str:
    if record is None:
        return ""
    when = f"last on {record.at:%Y-%m-%d}" if record.at else "at an unknown time"
    if record.error is None:
        return when
    return f"{when}, with success" if record.error == 0 else f"{when}, refused with AADSTS{record.error}"
