"""The metadata (mex) document of an AD FS: policies, bindings and ports, cut down to what clients read."""

from typing import TYPE_CHECKING

from auditor.lab.soap import ADDRESSING, POLICY, TRUST, UTILITY

if TYPE_CHECKING:
    from auditor.lab.world.tenants import Federation

_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_SOAP12 = "http://schemas.xmlsoap.org/wsdl/soap12/"
_HTTP = "http://schemas.xmlsoap.org/soap/http"
_NEGOTIATE = "http://schemas.microsoft.com/ws/06/2004/policy/http"
_SECURITY_POLICY = {
    13: ("http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702", "SignedEncryptedSupportingTokens"),
    2005: ("http://schemas.xmlsoap.org/ws/2005/07/securitypolicy", "SignedSupportingTokens"),
}


def document(federation: "Federation") -> str:
    """Return the metadata of an AD FS: windowstransport always, usernamemixed as enabled."""
    versions = federation.endpoints if federation.metadata == "ok" else ()
    windows = () if federation.metadata == "no-username-endpoint" else (2005,)
    names: list[tuple[str, int, str, str]]
    names = [(f"UserNameWSTrustBinding_{v}", v, "usernamemixed", _username_policy(v)) for v in versions]
    names += [(f"WindowsWSTrustBinding_{v}", v, "windowstransport", _windows_policy()) for v in windows]
    base = f"{federation.scheme}://{federation.host}/adfs/services/trust"
    policies = "".join(_policy(name, inner) for name, _, _, inner in names)
    bindings = "".join(_binding(name, version) for name, version, _, _ in names)
    ports = "".join(_port(name, f"{base}/{version}/{path}") for name, version, path, _ in names)
    return (
        f'<wsdl:definitions name="SecurityTokenService" xmlns:wsdl="{_WSDL}" xmlns:wsp="{POLICY}"'
        f' xmlns:wsu="{UTILITY}" xmlns:soap12="{_SOAP12}" xmlns:wsa10="{ADDRESSING}"'
        f' xmlns:tns="http://tempuri.org/">{policies}{bindings}'
        f'<wsdl:service name="SecurityTokenService">{ports}</wsdl:service></wsdl:definitions>'
    )


def _policy(name: str, inner: str) -> str:
    alternatives = f"<wsp:ExactlyOne><wsp:All>{inner}</wsp:All></wsp:ExactlyOne>"
    return f'<wsp:Policy wsu:Id="{name}_policy">{alternatives}</wsp:Policy>'


def _username_policy(version: int) -> str:
    namespace, tokens = _SECURITY_POLICY[version]
    inner = "<sp:UsernameToken><wsp:Policy><sp:WssUsernameToken10/></wsp:Policy></sp:UsernameToken>"
    return (
        f'<sp:TransportBinding xmlns:sp="{namespace}"><wsp:Policy/></sp:TransportBinding>'
        f'<sp:{tokens} xmlns:sp="{namespace}"><wsp:Policy>{inner}</wsp:Policy></sp:{tokens}>'
    )


def _windows_policy() -> str:
    namespace, _ = _SECURITY_POLICY[2005]
    transport = f'<sp:TransportBinding xmlns:sp="{namespace}"><wsp:Policy/></sp:TransportBinding>'
    return f'<http:NegotiateAuthentication xmlns:http="{_NEGOTIATE}"/>{transport}'


def _binding(name: str, version: int) -> str:
    action = f"{TRUST[version]}/RST/Issue"
    return (
        f'<wsdl:binding name="{name}" type="tns:IWSTrust"><wsp:PolicyReference URI="#{name}_policy"/>'
        f'<soap12:binding transport="{_HTTP}"/><wsdl:operation name="Issue">'
        f'<soap12:operation soapAction="{action}" style="document"/></wsdl:operation></wsdl:binding>'
    )


def _port(name: str, address: str) -> str:
    return (
        f'<wsdl:port name="{name}" binding="tns:{name}"><soap12:address location="{address}"/>'
        f"<wsa10:EndpointReference><wsa10:Address>{address}</wsa10:Address></wsa10:EndpointReference>"
        "</wsdl:port>"
    )
