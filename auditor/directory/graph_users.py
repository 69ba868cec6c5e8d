"""The users, and the per-user MFA state of those that matter: one small question each, twenty in a request.

Source: Microsoft Graph, user; beta strongAuthenticationRequirements (there is no list of it).
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from auditor.directory.archive import PASSING
from auditor.directory.graph import Ask
from auditor.directory.graph_batch import batched
from auditor.directory.graph_parts import Reading
from auditor.directory.graph_refusals import Unread
from auditor.directory.graph_session import Session
from auditor.directory.snapshot import Lack, Part

_PAGE = 1_000


@dataclass(slots=True)
class Users:
    """The accounts asked about (lower-case principal names; None: all that are enabled), and their ids."""

    accounts: AbstractSet[str] | None
    ids: dict[str, str] = field(default_factory=dict)

    def read(self, session: Session, reading: Reading, permission: str) -> None:
        """Keep all users; remembers the ids of those asked about. Raises Unread."""
        for page in session.graph.pages(Ask(reading.path, permission, reading.limit)):
            session.archive.page(Part.USERS, page)
            for user in page["value"]:
                self._note(user)

    def read_states(self, session: Session, reading: Reading, permission: str) -> None:
        """Keep the per-user MFA state of the accounts asked about; raises Unread where none can be read."""
        if not self.ids:
            raise Unread(Lack.NOT_ASKED, self._nobody())
        if self.accounts is not None:
            session.archive.gap(Part.USER_STATES, "only the accounts that were asked about")
        context = f"https://{session.graph.host}/beta/$metadata#users"
        rows = self._states(session, reading, permission)
        while page := [row for _, row in zip(range(_PAGE), rows, strict=False)]:
            session.archive.page(Part.USER_STATES, {"@odata.context": context, "value": page})

    def _note(self, user: object) -> None:
        name = user.get("userPrincipalName") if isinstance(user, dict) else None
        if not isinstance(user, dict) or not isinstance(name, str) or not isinstance(user.get("id"), str):
            return
        wanted = user.get("accountEnabled") if self.accounts is None else name.lower() in self.accounts
        if wanted:
            self.ids[user["id"].lower()] = name

    def _states(self, session: Session, reading: Reading, permission: str) -> Iterator[dict[str, Any]]:
        paths = {user: f"/users/{user}/authentication/requirements" for user in self.ids}
        failed: Unread | None = None
        some = False
        for user, answer in batched(session.graph, "beta", paths, permission, reading.limit):
            if isinstance(answer, Unread):
                failed = answer
                continue
            some = True
            state = answer.get("perUserMfaState")
            yield {"id": user, "userPrincipalName": self.ids[user], "perUserMfaState": state}
        if failed is not None and not some:
            raise failed
        if failed is not None:
            broken = failed.lack in PASSING
            session.archive.gap(Part.USER_STATES, f"some accounts: {failed.detail}", broken=broken)

    def _nobody(self) -> str:
        if self.accounts is not None and not self.accounts:
            return "no accounts were named, and not all were asked for"
        return "none of the accounts asked about is among the users that could be read"
