"""Documents from outside, read within bounds: JSON, XML without entities, and what of it msal may see.

msal reads what a federation server sends with an unbounded parser and with patterns that take quadratic
time on documents made for it (msal 1.39, mex.py and wstrust_response.py). So it gets metadata that we have
written from what we read, and of a WS-Trust answer only one that has been checked here.
"""

import json
import re
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

_LONGEST_XML = 2_000_000
_LONGEST_ANSWER = 500_000
_DEEPEST, _MOST_ELEMENTS = 100, 50_000
_MOST_MENTIONS = 24
_PIECE = 65_536
_DECLARATION = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_WS_TRUST = re.compile(r"(?:RequestSecurityTokenResponse|RequestedSecurityToken|TokenType)")


def json_object(text: str) -> dict[str, Any] | None:
    """Return a JSON object, None for anything else (a list, HTML, half a document, 100,000 brackets)."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def xml_root(text: str) -> ET.Element | None:
    """Return the root of an XML document of bounded size, depth and number of elements, else None.

    A document that declares a type or entities is none; nothing is ever expanded.
    """
    if len(text) > _LONGEST_XML or _DECLARATION.search(text):
        return None
    parser = ET.XMLParser(target=_Bounded())  # noqa: S314 - documents with a declaration were refused above
    try:
        for start in range(0, len(text), _PIECE):
            parser.feed(text[start : start + _PIECE])
        root: ET.Element = parser.close()
    except (ET.ParseError, ValueError, AssertionError):  # the last is the builder's, without any element
        return None
    return root


class _Bounded(ET.TreeBuilder):
    """Builds a tree until it becomes too deep or too large; raises ValueError then."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._count = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        """Open an element."""
        self._depth += 1
        self._count += 1
        if self._depth > _DEEPEST or self._count > _MOST_ELEMENTS:
            raise ValueError("an XML document that is too deep or too large")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ET.Element:
        """Close an element."""
        self._depth -= 1
        return super().end(tag)


def fit_for_msal(text: str) -> bool:
    """Return whether msal may look for an assertion or a fault in this WS-Trust answer."""
    if len(text) > _LONGEST_ANSWER or xml_root(text) is None:
        return False
    return sum(1 for _ in _WS_TRUST.finditer(text)) <= _MOST_MENTIONS


def metadata_naming(address: str, action: str) -> str:
    """Return metadata in which msal finds this endpoint and no other; none at all where the address is ""."""
    inner = _DEFINITIONS.format(address=escape(address), action=quoteattr(action)) if address else ""
    return f'<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/">{inner}</wsdl:definitions>'


_DEFINITIONS = (
    '<wsp:Policy xmlns:wsp="http://schemas.xmlsoap.org/ws/2004/09/policy" xmlns:wsu="http://docs.oasis-open.org'
    '/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd" wsu:Id="p"><wsp:ExactlyOne><wsp:All>'
    '<sp:TransportBinding xmlns:sp="http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702"/>'
    '<sp:SignedEncryptedSupportingTokens xmlns:sp="http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702">'
    "<wsp:Policy><sp:UsernameToken><wsp:Policy><sp:WssUsernameToken10/></wsp:Policy></sp:UsernameToken>"
    "</wsp:Policy></sp:SignedEncryptedSupportingTokens></wsp:All></wsp:ExactlyOne></wsp:Policy>"
    '<wsdl:binding name="b" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/">'
    '<wsp:PolicyReference xmlns:wsp="http://schemas.xmlsoap.org/ws/2004/09/policy" URI="#p"/>'
    '<soap12:binding transport="http://schemas.xmlsoap.org/soap/http"/>'
    "<wsdl:operation><soap12:operation soapAction={action}/></wsdl:operation></wsdl:binding>"
    '<wsdl:service><wsdl:port binding="x:b"><wsa:EndpointReference'
    ' xmlns:wsa="http://www.w3.org/2005/08/addressing"><wsa:Address>{address}</wsa:Address>'
    "</wsa:EndpointReference></wsdl:port></wsdl:service>"
)
