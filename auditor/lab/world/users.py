"""Users as a world describes them."""

from datetime import date
from typing import Literal

from pydantic import Field

from auditor.edges import Edge
from auditor.lab.world.kinds import Name, Upn


class User(Edge):
    """A user of the tenant that owns the domain in its principal name."""

    upn: Upn = Field(
        description="The user principal name. A guest's is written name_home.example#EXT#@tenant.example."
    )
    password: str | None = Field(
        default=None,
        repr=False,
        description="An invented password; on a federated domain it is the one AD FS checks."
        " Left out: no password is right.",
    )
    name: str = Field(default="", description="The display name.")
    enabled: bool = Field(default=True, description="A disabled user gets AADSTS50057 (a guest 500571).")
    per_user_mfa: Literal["disabled", "enabled", "enforced"] = Field(
        default="disabled", description="The per-user MFA state."
    )
    mfa_method: Literal["none", "entra", "third-party"] = Field(
        default="none",
        description="What is registered. When MFA is demanded: `none` gets AADSTS50079, `entra` AADSTS50076,"
        " `third-party` AADSTS50158.",
    )
    mfa_code: str = Field(
        default="246810",
        repr=False,
        pattern=r"^[0-9]{6}$",
        description="The number that the person's authenticator shows, on pages that ask for it.",
    )
    registration_grace: bool = Field(
        default=False,
        description="Under security defaults: still within the days in which registering can be put off,"
        " so a password is enough today.",
    )
    password_never_expires: bool = Field(
        default=False, description="Whether the directory says that the password never expires."
    )
    password_changed: date | None = Field(
        default=None, description="The day of the last change of the password, as the directory says."
    )
    synced: bool | None = Field(
        default=None,
        description="Whether the account comes from an on-premises directory. Left out: where its domain is"
        " federated.",
    )
    directory_roles: tuple[Name, ...] = Field(
        default=(), description="Directory roles such as `Global Reader`, by the names of their templates."
    )
    password_state: Literal["current", "expired", "must-change", "none", "not-synchronised"] = Field(
        default="current",
        description="`expired` and `must-change` answer AADSTS50055 to the right password; `none`"
        " (passwordless) and `not-synchronised` (the hash is not in the cloud) AADSTS50056.",
    )
    locked: bool = Field(default=False, description="Locked from the start, by somebody else's tries.")
    sign_in_hours: Literal["allowed", "denied"] = Field(
        default="allowed", description="`denied`: outside the hours that the directory allows (AADSTS80012)."
    )
    risk: Literal["none", "low", "medium", "high"] = Field(
        default="none", description="The user's risk, for policies that look at it."
    )
    guest_of: str | None = Field(
        default=None, description="A guest's home: a domain or tenant of this world, or `personal`."
    )
    federation_access: Literal["allowed", "denied"] = Field(
        default="allowed", description="Whether AD FS issues tokens to the user at all (MSIS7068 otherwise)."
    )
    immutable_id: Literal["ok", "mismatch"] = Field(
        default="ok", description="Whether the federated user is linked to the cloud user (AADSTS51004)."
    )
    staged_rollout: bool = Field(
        default=False,
        description="The domain is federated, but Entra ID itself would check this user's password.",
    )

    @property
    def key(self) -> str:
        """Return the user's identity: the lower-case principal name."""
        return self.upn.lower()

    @property
    def domain(self) -> str:
        """Return the domain, lower-case."""
        return self.key.rpartition("@")[2]
