"""WS-Trust on the wire: reading a request for a security token, writing a response or a fault."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4
from xml.sax.saxutils import escape

ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
UTILITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
POLICY = "http://schemas.xmlsoap.org/ws/2004/09/policy"
TRUST = {
    13: "http://docs.oasis-open.org/ws-sx/ws-trust/200512",
    2005: "http://schemas.xmlsoap.org/ws/2005/02/trust",
}
SAML = "urn:oasis:names:tc:SAML:1.0:assertion"
_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True)
class Request:
    """A request for a security token: who asks, with which password, for which audience."""

    username: str
    password: str
    applies_to: str
    action: str


def read_request(body: bytes, version: int) -> Request | None:
    """Return the request in a SOAP body; None when it is none of this WS-Trust version."""
    try:
        root = ET.fromstring(body)  # noqa: S314 - only the lab's own callers on loopback write these
    except ET.ParseError:
        return None
    if root.find(f".//{{{TRUST[version]}}}RequestSecurityToken") is None:
        return None
    return Request(
        _text(root, SECURITY, "Username"),
        _text(root, SECURITY, "Password"),
        _text(root, POLICY, f"AppliesTo/{{{ADDRESSING}}}EndpointReference/{{{ADDRESSING}}}Address"),
        _text(root, ADDRESSING, "Action"),
    )


def _text(root: ET.Element, namespace: str, path: str) -> str:
    return root.findtext(f".//{{{namespace}}}{path}") or ""


def named_in(body: bytes) -> tuple[str, bool]:
    """Return the account a SOAP body names ("" for none), and whether it carries a password."""
    requests = (read_request(body, version) for version in TRUST)
    found = next((request for request in requests if request), None)
    return (found.username, bool(found.password)) if found else ("", False)


def fault(version: int, subcode: str, text: str, now: datetime) -> str:
    """Return a SOAP 1.2 fault as AD FS sends it, over HTTP 500."""
    return _envelope(
        f"{ADDRESSING}/soap/fault",
        f"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>"
        f'<s:Value xmlns:a="{TRUST[version]}">a:{subcode}</s:Value></s:Subcode></s:Code>'
        f'<s:Reason><s:Text xml:lang="en-US">{escape(text)}</s:Text></s:Reason></s:Fault>',
        now,
    )


def response(version: int, assertion: str, applies_to: str, now: datetime) -> str:
    """Return the response that carries an assertion: a collection of one in WS-Trust 1.3, one in 2005."""
    trust = TRUST[version]
    inner = (
        f'<t:RequestSecurityTokenResponse xmlns:t="{trust}">{_lifetime(now)}'
        f'<wsp:AppliesTo xmlns:wsp="{POLICY}"><a:EndpointReference><a:Address>{escape(applies_to)}'
        "</a:Address></a:EndpointReference></wsp:AppliesTo>"
        f"<t:RequestedSecurityToken>{assertion}</t:RequestedSecurityToken>"
        f"<t:TokenType>{SAML}</t:TokenType>"
        f"<t:RequestType>{trust}/Issue</t:RequestType></t:RequestSecurityTokenResponse>"
    )
    if version == 13:  # noqa: PLR2004 - WS-Trust's name
        name = "RequestSecurityTokenResponseCollection"
        collection = f'<t:{name} xmlns:t="{trust}">{inner}</t:{name}>'
        return _envelope(f"{trust}/RSTRC/IssueFinal", collection, now)
    return _envelope(f"{trust}/RSTR/Issue", inner, now)


def assertion(identity: str, issuer: str, upn: str, immutable_id: str, now: datetime) -> tuple[str, datetime]:
    """Return a SAML 1.1 assertion and when it expires. Its signature has the shape of one, no meaning."""
    until = now + _LIFETIME
    method = f"<saml:ConfirmationMethod>{SAML.replace('assertion', 'cm:bearer')}</saml:ConfirmationMethod>"
    subject = (
        f"<saml:Subject><saml:NameIdentifier>{immutable_id}</saml:NameIdentifier>"
        f"<saml:SubjectConfirmation>{method}</saml:SubjectConfirmation></saml:Subject>"
    )
    text = (
        f'<saml:Assertion MajorVersion="1" MinorVersion="1" AssertionID="{identity}" Issuer="{issuer}"'
        f' IssueInstant="{stamp(now)}" xmlns:saml="{SAML}">'
        f'<saml:Conditions NotBefore="{stamp(now)}" NotOnOrAfter="{stamp(until)}"/>'
        f"<saml:AttributeStatement>{subject}"
        f"{_attribute('UPN', 'http://schemas.xmlsoap.org/claims', upn)}"
        f"{_attribute('ImmutableID', 'http://schemas.microsoft.com/LiveID/Federation/2008/05', immutable_id)}"
        f"</saml:AttributeStatement>"
        f'<saml:AuthenticationStatement AuthenticationMethod="{SAML.replace("assertion", "am:password")}"'
        f' AuthenticationInstant="{stamp(now)}">{subject}</saml:AuthenticationStatement>'
        f'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignatureValue>{uuid4().hex}'
        f"</ds:SignatureValue></ds:Signature></saml:Assertion>"
    )
    return text, until


def stamp(moment: datetime) -> str:
    """Return a moment as WS-Security writes it."""
    return re.sub(r"(\.\d{3})\d*\+00:00$", r"\1Z", moment.isoformat(timespec="milliseconds"))


def _attribute(name: str, namespace: str, value: str) -> str:
    return (
        f'<saml:Attribute AttributeName="{name}" AttributeNamespace="{namespace}">'
        f"<saml:AttributeValue>{escape(value)}</saml:AttributeValue></saml:Attribute>"
    )


def _lifetime(now: datetime) -> str:
    return f"<t:Lifetime>{_created_and_expires(now, _LIFETIME)}</t:Lifetime>"


def _created_and_expires(now: datetime, lasts: timedelta) -> str:
    return f"<u:Created>{stamp(now)}</u:Created><u:Expires>{stamp(now + lasts)}</u:Expires>"


def _envelope(action: str, body: str, now: datetime) -> str:
    times = _created_and_expires(now, timedelta(minutes=5))
    return (
        f'<s:Envelope xmlns:s="{ENVELOPE}" xmlns:a="{ADDRESSING}" xmlns:u="{UTILITY}"><s:Header>'
        f'<a:Action s:mustUnderstand="1">{action}</a:Action>'
        f'<o:Security s:mustUnderstand="1" xmlns:o="{SECURITY}">'
        f'<u:Timestamp u:Id="_0">{times}</u:Timestamp></o:Security></s:Header>'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )
