"""The objects of a directory as Graph and PowerShell write them, read into `snapshot`.

Each shape takes an object after `values.plain` (keys in lower case, no nulls). Source: the resource pages of
Microsoft Graph.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from auditor.directory.snapshot import (
    Authorization,
    Domain,
    Group,
    Members,
    Registration,
    User,
)
from auditor.directory.values import NULLS, Moment, Shape, Texts, Whole, Word, Words

_NEVER_EXPIRES = "disablepasswordexpiration"
_EXTERNAL_UPN = "#ext#"
_GROUP = "#microsoft.graph.group"
_USER = "#microsoft.graph.user"


class UserShape(Shape):
    """A user; what `$select` left out is None."""

    id: Word
    userprincipalname: str = ""
    displayname: str = ""
    accountenabled: bool | None = None
    usertype: str | None = None
    creationtype: str | None = None
    externaluserstate: str | None = None
    onpremisessyncenabled: bool | None = None
    passwordpolicies: Words | None = None
    lastpasswordchangedatetime: Moment = None
    createddatetime: Moment = None
    onpremisesimmutableid: str | None = None
    nulls: frozenset[str] = Field(default=frozenset(), alias=NULLS)

    def user(self) -> User:
        """Return the user."""
        return User(
            self.id,
            self.userprincipalname,
            self.displayname,
            enabled=self.accountenabled,
            type=self.usertype.lower() if self.usertype else None,
            external=self._external(),
            synced=self._synced(),
            password_never_expires=self._never_expires(),
            password_changed=self.lastpasswordchangedatetime,
            created=self.createddatetime,
            immutable_id=self.onpremisesimmutableid,
        )

    def _external(self) -> bool | None:
        """Return whether the home is elsewhere; the name of an invited user holds #EXT#."""
        invited = self.creationtype == "Invitation" or bool(self.externaluserstate)
        if invited or _EXTERNAL_UPN in self.userprincipalname.lower():
            return True
        return False if self.userprincipalname else None

    def _synced(self) -> bool | None:
        """Return whether the account is synchronised; Graph says null of one that never was."""
        return False if "onpremisessyncenabled" in self.nulls else self.onpremisessyncenabled

    def _never_expires(self) -> bool | None:
        """Return whether the password never expires; Graph says null where the account has no policy."""
        if self.passwordpolicies is None:
            return False if "passwordpolicies" in self.nulls else None
        return _NEVER_EXPIRES in self.passwordpolicies


class DomainShape(Shape):
    """A domain; its id is its name. PowerShell and Graph both say null of a period that was never set."""

    id: Word = Field(min_length=1)
    authenticationtype: Word = ""
    isverified: bool | None = None
    passwordvalidityperiodindays: int | None = Field(default=None, strict=True)

    def domain(self) -> Domain:
        """Return the domain; a period of no days at all is none that anybody knows the meaning of."""
        days = self.passwordvalidityperiodindays
        return Domain(
            self.id,
            {"managed": False, "federated": True}.get(self.authenticationtype),
            self.isverified,
            days if days and days > 0 else None,
        )


class RegistrationShape(Shape):
    """A row of userRegistrationDetails; its id is the user's."""

    id: Word
    ismfaregistered: bool | None = None
    ismfacapable: bool | None = None
    isadmin: bool | None = None
    methodsregistered: Texts = ()
    lastupdateddatetime: Moment = None

    def registration(self) -> Registration:
        """Return the registration."""
        return Registration(
            self.id,
            self.ismfaregistered,
            self.ismfacapable,
            self.methodsregistered,
            self.isadmin,
            self.lastupdateddatetime,
        )


class UserStateShape(Shape):
    """The per-user MFA state of one user, whose id stands beside it or in the reply's context."""

    id: Word = ""
    userid: Word = ""
    perusermfastate: Annotated[str, BeforeValidator(lambda value: str(value).lower())]


class MemberShape(Shape):
    """One member of a group or role; `type` is "" where the export does not say what it is."""

    id: Word
    type: Word = Field(default="", alias="@odata.type")

    def kind(self, fields: "dict[str, Any]") -> str:
        """Return user, group or other; a user's name tells where the type is not written."""
        if self.type in {_USER, _GROUP}:
            return "user" if self.type == _USER else "group"
        if self.type:
            return "other"
        if "userprincipalname" in fields:
            return "user"
        return "group" if fields.keys() & {"grouptypes", "securityenabled"} else ""


def members(rows: "list[dict[str, Any]]", *, whole: bool = True, all_levels: bool = False) -> Members:
    """Return the members of a group; one of which it is not said what it is counts as user and as group."""
    users, groups, others = set(), set(), 0
    for row in rows:
        member = MemberShape.model_validate(row)
        kind = member.kind(row)
        others += kind == "other"
        if kind in {"user", ""}:
            users.add(member.id)
        if kind in {"group", ""}:
            groups.add(member.id)
    # among those of all levels somebody may be there through a group alone, one of another page even
    direct = frozenset() if all_levels else frozenset(users)
    direct_whole = whole and not all_levels
    return Members(frozenset(users), frozenset(groups), whole, all_levels, others, direct, direct_whole)


class GroupShape(Shape):
    """A group."""

    id: Word
    displayname: str = ""
    grouptypes: Words | None = None
    membershiprule: str | None = None
    isassignabletorole: bool | None = None

    def group(self) -> Group:
        """Return the group."""
        dynamic = None if self.grouptypes is None else "dynamicmembership" in self.grouptypes
        return Group(self.id, self.displayname, dynamic, self.isassignabletorole)


class RoleShape(Shape):
    """An active directory role."""

    id: Word = ""
    roletemplateid: Word
    displayname: str = ""


class RoleAssignmentShape(Shape):
    """Who holds a role, and where: Conditional Access looks only at what holds for the whole tenant."""

    principalid: Word
    roledefinitionid: Word
    directoryscopeid: str = "/"


class _Permissions(Shape):
    permissiongrantpoliciesassigned: Texts | None = None
    allowedtocreateapps: bool | None = None


class AuthorizationShape(Shape):
    """The authorization policy; in beta it stands in a list of one, and the grant policies one level up."""

    defaultuserrolepermissions: Annotated[_Permissions, Whole] = _Permissions()
    permissiongrantpolicyidsassignedtodefaultuserrole: Texts | None = None
    guestuserroleid: Word = ""

    def authorization(self) -> Authorization:
        """Return the policy."""
        beside = self.permissiongrantpolicyidsassignedtodefaultuserrole
        inside = self.defaultuserrolepermissions.permissiongrantpoliciesassigned
        return Authorization(
            inside if inside is not None else beside,
            self.guestuserroleid,
            self.defaultuserrolepermissions.allowedtocreateapps,
        )
