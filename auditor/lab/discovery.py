"""What Entra ID tells anybody: user realm, OpenID configuration, instance discovery."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from auditor.clouds import CloudName
from auditor.lab.estate import PERSONAL_HOST, PERSONAL_TENANT
from auditor.lab.exchange import Exchange, Reply, as_json
from auditor.lab.refusals import Refusal, refuse, service_headers

if TYPE_CHECKING:
    from auditor.lab.state import State
    from auditor.lab.world.tenants import Federation, Tenant

_AUDIENCE = "urn:federation:MicrosoftOnline"
_REGIONS = {
    CloudName.COMMERCIAL: ("EU", ""),
    CloudName.GCC: ("NA", "GCC"),
    CloudName.GCC_HIGH: ("USGov", "DODCON"),
    CloudName.DOD: ("USGov", "DOD"),
    CloudName.CHINA: ("AS", ""),
}
_GRAPH = {
    CloudName.GCC_HIGH: "graph.microsoft.us",
    CloudName.DOD: "dod-graph.microsoft.us",
    CloudName.CHINA: "microsoftgraph.chinacloudapi.cn",
}


def instance_name(state: "State", cloud: CloudName) -> str:
    """Return a cloud as `cloud_instance_name` has it."""
    return next(known.instances[0] for known in state.estate.clouds.known if known.name is cloud)


def realm(state: "State", exchange: Exchange) -> Reply:
    """Answer `GET /common/userrealm/{upn}?api-version=1.0`."""
    upn = exchange.parts["upn"]
    domain = upn.rpartition("@")[2].lower()
    return as_json(200, realm_of(state, domain), *service_headers(exchange))


def realm_of(state: "State", domain: str) -> dict[str, Any]:
    """Return what the realm of a domain is: managed, federated (personal accounts too) or unknown."""
    tenant = state.estate.tenant(domain) if "." in domain else None
    if state.estate.is_personal(domain):
        return {
            **_realm("Federated", domain, "microsoftonline.com"),
            "federation_protocol": "WSTrust",
            "federation_metadata_url": f"https://{PERSONAL_HOST}/FederationMetadata/2007-06/FederationMetadata.xml",
            "federation_active_auth_url": f"https://{PERSONAL_HOST}/RST2.srf",
        }
    if tenant is None:
        return _realm("Unknown", "", "microsoftonline.com")
    federation = tenant.federation_of(domain)
    cloud = instance_name(state, tenant.cloud)
    if federation is None:
        return _realm("Managed", domain, cloud)
    return {**_realm("Federated", domain, cloud), **_endpoints(federation)}


def _realm(kind: str, domain: str, cloud: str) -> dict[str, Any]:
    names = {"domain_name": domain} if domain else {}
    fixed = {"cloud_instance_name": cloud, "cloud_audience_urn": _AUDIENCE}
    return {"ver": "1.0", "account_type": kind, **names, **fixed}


def _endpoints(federation: "Federation") -> dict[str, str]:
    base = f"{federation.scheme}://{federation.host}/adfs/services/trust"
    version = 2005 if 2005 in federation.endpoints or not federation.endpoints else 13  # noqa: PLR2004 - WS-Trust's names
    endpoints = {
        "federation_protocol": "WSTrust",
        "federation_metadata_url": f"{base}/mex",
        "federation_active_auth_url": f"{base}/{version}/usernamemixed",
    }
    if federation.metadata == "missing":
        del endpoints["federation_metadata_url"]
    return endpoints


def openid(state: "State", exchange: Exchange) -> Reply:
    """Answer `GET /{tenant}/v2.0/.well-known/openid-configuration`."""
    name = exchange.parts["tenant"].lower()
    tenant = state.estate.tenant(name)
    if tenant:
        login = state.estate.login_of(tenant)
        document = _document(login, tenant.id, exchange, _tenant_claims(state, tenant))
    elif name in {"common", "organizations"}:
        document = _document(exchange.host, "{tenantid}", exchange, {"tenant_region_scope": None}, name)
    elif name in {"consumers", PERSONAL_TENANT} or state.estate.is_personal(name):
        document = _document(exchange.host, PERSONAL_TENANT, exchange, {"tenant_region_scope": "WW"})
    else:
        return refuse(state, exchange, Refusal(90002, {"tenant": exchange.parts["tenant"]}))
    return as_json(200, document, *service_headers(exchange))


def _tenant_claims(state: "State", tenant: "Tenant") -> dict[str, Any]:
    region, sub_region = _REGIONS[tenant.cloud]
    sub = {"tenant_region_sub_scope": sub_region} if sub_region else {}
    return {
        "tenant_region_scope": tenant.region or region,
        **sub,
        "cloud_instance_name": instance_name(state, tenant.cloud),
        "msgraph_host": _GRAPH.get(tenant.cloud, "graph.microsoft.com"),
    }


def _document(
    login: str, tenant_id: str, exchange: Exchange, more: dict[str, Any], name: str = ""
) -> dict[str, Any]:
    version = exchange.parts.get("version", "")
    base = f"https://{login}/{name or tenant_id}"
    oauth = f"{base}/oauth2/{version}".rstrip("/")
    issuer = f"https://{login}/{tenant_id}/v2.0" if version else f"https://sts.windows.net/{tenant_id}/"
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{oauth}/authorize",
        "token_endpoint": f"{oauth}/token",
        "device_authorization_endpoint": f"{oauth}/devicecode",
        "end_session_endpoint": f"{oauth}/logout",
        "jwks_uri": f"{base}/discovery/{version or 'v1.0'}/keys".replace("v1.0/keys", "keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "subject_types_supported": ["pairwise"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "cloud_instance_name": "microsoftonline.com",
        **more,
    }


def instances(state: "State", exchange: Exchange) -> Reply:
    """Answer `GET /common/discovery/instance?authorization_endpoint=...`."""
    asked = urlsplit(exchange.query.get("authorization_endpoint", ""))
    if (asked.hostname or "") not in state.estate.logins:
        return refuse(state, exchange, Refusal(50049))
    tenant = asked.path.strip("/").partition("/")[0]
    return as_json(
        200,
        {
            "tenant_discovery_endpoint": f"https://{asked.hostname}/{tenant}/v2.0/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [
                {
                    "preferred_network": cloud.login,
                    "preferred_cache": cloud.login_aliases[0] if cloud.login_aliases else cloud.login,
                    "aliases": [cloud.login, *cloud.login_aliases],
                }
                for cloud in state.estate.clouds.known
                if cloud.name in {CloudName.COMMERCIAL, CloudName.GCC_HIGH, CloudName.CHINA}
            ],
        },
        *service_headers(exchange),
    )
