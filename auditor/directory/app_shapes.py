"""Apps, consents and sign-ins of a directory as Graph and PowerShell write them."""

import json
from typing import Annotated

from auditor.directory.shapes import MemberShape
from auditor.directory.snapshot import (
    Assignment,
    Grant,
    Organization,
    RealmPolicy,
    Registered,
    ServicePrincipal,
    SignInRecord,
)
from auditor.directory.values import Many, Moment, Shape, Texts, Whole, Word, numbered


class ServicePrincipalShape(Shape):
    """An app or resource in the tenant."""

    id: Word
    appid: Word
    displayname: str = ""
    accountenabled: bool | None = None
    approleassignmentrequired: bool | None = None
    appownerorganizationid: Word | None = None
    serviceprincipaltype: str = ""

    def service_principal(self) -> ServicePrincipal:
        """Return the service principal."""
        return ServicePrincipal(
            self.id,
            self.appid,
            self.displayname,
            self.accountenabled,
            self.approleassignmentrequired,
            self.appownerorganizationid,
            self.serviceprincipaltype,
        )


class _SecretShape(Shape):
    enddatetime: Moment = None


class ApplicationShape(Shape):
    """An app's registration; only in the tenant that it belongs to."""

    appid: Word
    passwordcredentials: Annotated[tuple[Annotated[_SecretShape, Whole], ...], Many]

    def registered(self) -> Registered:
        """Return when its secrets end."""
        return Registered(self.appid, tuple(one.enddatetime for one in self.passwordcredentials))


class GrantShape(Shape):
    """A delegated consent; the scopes are one text, divided by blanks."""

    id: str = ""
    clientid: Word
    resourceid: Word
    consenttype: str = ""
    principalid: Word | None = None
    scope: str = ""

    def grant(self) -> Grant:
        """Return the consent; without a principal, or for all of them, it holds for everybody."""
        everybody = self.consenttype.lower() == "allprincipals"
        return Grant(
            self.clientid,
            self.resourceid,
            frozenset(self.scope.split()),
            None if everybody else self.principalid,
            self.id,
        )


class AssignmentShape(Shape):
    """Who was assigned to an app."""

    principalid: Word
    resourceid: Word
    principaltype: str = ""
    approleid: Word = ""

    def assignment(self) -> Assignment:
        """Return the assignment."""
        return Assignment(self.principalid, self.resourceid, self.principaltype, self.approleid)


class RealmPolicyShape(Shape):
    """A home realm discovery policy; its content is JSON in a text."""

    id: Word
    displayname: str = ""
    definition: Texts = ()
    isorganizationdefault: bool | None = None
    appliesto: Annotated[tuple[Annotated[MemberShape, Whole], ...], Many] = ()

    def realm_policy(self) -> RealmPolicy:
        """Return the policy."""
        return RealmPolicy(
            self.id,
            self.displayname,
            self.isorganizationdefault,
            _cloud_password(self.definition),
            tuple(member.id for member in self.appliesto),
        )


def _cloud_password(definition: tuple[str, ...]) -> bool | None:
    """Return AllowCloudPasswordValidation out of a policy's content, None where it cannot be read."""
    if not definition:
        return None
    try:
        content = json.loads(definition[0])["HomeRealmDiscoveryPolicy"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return content.get("AllowCloudPasswordValidation", False) is True if isinstance(content, dict) else None


class _Status(Shape):
    errorcode: int | None = None


class _Applied(Shape):
    id: Word = ""
    result: str = ""


class SignInShape(Shape):
    """An entry of the sign-in log."""

    userid: Word = ""
    userprincipalname: str = ""
    appid: Word = ""
    resourceid: Word = ""
    createddatetime: Moment = None
    correlationid: Word = ""
    ipaddress: str = ""
    clientappused: str = ""
    authenticationprotocol: Word = ""
    incomingtokentype: Word = ""
    authenticationrequirement: Word = ""
    conditionalaccessstatus: Annotated[frozenset[str], numbered("success", "failure", "notapplied")] = (
        frozenset()
    )
    isinteractive: bool | None = None
    status: Annotated[_Status, Whole] = _Status()
    appliedconditionalaccesspolicies: Annotated[tuple[Annotated[_Applied, Whole], ...], Many] = ()

    def sign_in(self) -> SignInRecord:
        """Return the entry."""
        return SignInRecord(
            self.userid,
            self.appid,
            self.resourceid,
            at=self.createddatetime,
            upn=self.userprincipalname,
            error=self.status.errorcode,
            protocol=self.authenticationprotocol,
            incoming_token=self.incomingtokentype,
            client_app=self.clientappused,
            requirement=self.authenticationrequirement,
            interactive=self.isinteractive,
            access_status="".join(self.conditionalaccessstatus),
            address=self.ipaddress,
            correlation_id=self.correlationid,
            policies=tuple((found.id, found.result) for found in self.appliedconditionalaccesspolicies),
        )


class _Domain(Shape):
    name: Word = ""


class OrganizationShape(Shape):
    """The tenant."""

    id: Word
    displayname: str = ""
    verifieddomains: Annotated[tuple[Annotated[_Domain, Whole], ...], Many] = ()

    def organization(self) -> Organization:
        """Return the tenant."""
        return Organization(self.id, self.displayname, tuple(domain.name for domain in self.verifieddomains))
