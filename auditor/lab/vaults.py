"""Key vaults: who asks, whether they may, and the secret.

Source: Azure Key Vault REST reference, Get Secret; its developer guide, authentication, requests and
responses (the challenge names the authority and the resource).
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from auditor.lab.apps import client_id
from auditor.lab.exchange import Exchange, Reply, as_json
from auditor.lab.world.vaults import vault_at

if TYPE_CHECKING:
    from auditor.lab.state import State
    from auditor.lab.world.vaults import Vault, VaultSecret


def secret(state: "State", exchange: Exchange) -> Reply:
    """Answer `GET /secrets/{name}/[{version}]`."""
    vault = vault_at(state.world, exchange.host)
    tenant = state.estate.tenant_named(vault.tenant) if vault else None
    if vault is None or tenant is None:
        return _error(404, "ResourceNotFound")
    claims = state.mint.claims(exchange.bearer, state.now())
    if urlsplit(str(claims.get("aud", ""))).hostname != vault.domain or claims.get("tid") != tenant.id:
        challenge = (
            f'Bearer authorization="https://{state.estate.login_of(tenant)}/{tenant.id}",'
            f' resource="https://{vault.domain}"'
        )
        return _error(401, "Unauthorized", "", ("WWW-Authenticate", challenge))
    if claims.get("appid") not in {client_id(app) for app in vault.readers}:
        return _error(403, "Forbidden", "ForbiddenByRbac")
    found = vault.secret(exchange.parts["name"], exchange.parts.get("version", ""))
    if found is None:
        return _error(404, "SecretNotFound")
    return _shown(state, vault, found) if found.enabled else _error(403, "Forbidden", "SecretDisabled")


def _shown(state: "State", vault: "Vault", found: "VaultSecret") -> Reply:
    put = int(found.put.timestamp())
    attributes: dict[str, Any] = {"enabled": True, "created": put, "updated": put}
    if found.days is not None:
        attributes["exp"] = int((state.began + timedelta(days=found.days)).timestamp())
    where = f"https://{vault.host}/secrets/{found.name}/{found.version}"
    return as_json(200, {"value": found.value, "id": where, "attributes": attributes})


def _error(status: int, code: str, inner: str = "", *headers: tuple[str, str]) -> Reply:
    error: dict[str, Any] = {"code": code, "message": f"The simulated vault answers {inner or code}."}
    if inner:
        error["innererror"] = {"code": inner}
    return as_json(status, {"error": error}, *headers)
