"""A world, indexed: who owns which domain, host, user and environment. Read-only."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal
from uuid import NAMESPACE_DNS, uuid5

from auditor.clouds import CloudName, Clouds, NotDataverseError, load_clouds
from auditor.lab.apps import client_id

if TYPE_CHECKING:
    from auditor.lab.world.environments import Environment, Member
    from auditor.lab.world.root import World
    from auditor.lab.world.tenants import App, Federation, Grant, Order, Tenant
    from auditor.lab.world.users import User

Site = Literal["login", "federation", "dataverse", "personal", "graph", "vault", "devicelogin"]
_EVERYBODY = "*"
PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
DEVICE_LOGIN_HOST = "microsoft.com"
PERSONAL_HOST = "nexus.passport.com"


def derived_id(*parts: str) -> str:
    """Return a GUID that follows from what it names, the same in every run."""
    return str(uuid5(NAMESPACE_DNS, "/".join(parts).lower()))


@dataclass(frozen=True)
class Estate:
    """A world's index. Names are looked up without regard to case."""

    world: "World"

    @cached_property
    def clouds(self) -> Clouds:
        """Return the national clouds and their hosts."""
        return load_clouds()

    @cached_property
    def _tenants(self) -> "dict[str, Tenant]":
        by_domain = {domain.name: tenant for tenant in self.world.tenants for domain in tenant.domains}
        return by_domain | {tenant.id: tenant for tenant in self.world.tenants}

    @cached_property
    def _tenant_names(self) -> "dict[str, Tenant]":
        return {tenant.name.lower(): tenant for tenant in self.world.tenants}

    @cached_property
    def _users(self) -> "dict[str, User]":
        return {user.key: user for user in self.world.users}

    @cached_property
    def _environments(self) -> "dict[str, Environment]":
        return {environment.host: environment for environment in self.world.environments}

    @cached_property
    def _members(self) -> "dict[tuple[str, str], Member]":
        return {
            (environment.host, member.user.lower()): member
            for environment in self.world.environments
            for member in environment.members
        }

    @cached_property
    def _groups(self) -> dict[tuple[str, str], set[str]]:
        names: dict[tuple[str, str], set[str]] = {}
        for tenant in self.world.tenants:
            for group in tenant.groups:
                for upn in group.members:
                    names.setdefault((tenant.id, upn.lower()), set()).add(group.name)
        return names

    @cached_property
    def _around(self) -> dict[tuple[str, str], set[str]]:
        """Return for each group the names of the groups that it stands in directly."""
        around: dict[tuple[str, str], set[str]] = {}
        for tenant in self.world.tenants:
            for group in tenant.groups:
                for inner in group.groups:
                    around.setdefault((tenant.id, inner.lower()), set()).add(group.name)
        return around

    @cached_property
    def _grants(self) -> "dict[tuple[str, str], list[Grant]]":
        given: dict[tuple[str, str], list[Grant]] = {}
        for tenant in self.world.tenants:
            for grant in tenant.grants:
                for upn in (_EVERYBODY,) if grant.all_users else grant.users:
                    given.setdefault((tenant.id, upn.lower()), []).append(grant)
        return given

    @cached_property
    def guests(self) -> "tuple[User, ...]":
        """Return the guests of all tenants."""
        return tuple(user for user in self.world.users if user.guest_of)

    @cached_property
    def _federations(self) -> "dict[str, Federation]":
        found = (domain.federation for tenant in self.world.tenants for domain in tenant.domains)
        return {federation.host: federation for federation in found if federation}

    @cached_property
    def logins(self) -> dict[str, tuple[CloudName, ...]]:
        """Return the sign-in hosts, each with the clouds that sign in there."""
        hosts: dict[str, tuple[CloudName, ...]] = {}
        for cloud in self.clouds.known:
            for host in (cloud.login, *cloud.login_aliases):
                hosts[host] = (*hosts.get(host, ()), cloud.name)
        return hosts

    @cached_property
    def graphs(self) -> frozenset[str]:
        """Return the hosts of Microsoft Graph."""
        return frozenset(cloud.graph for cloud in self.clouds.known)

    @cached_property
    def sites(self) -> dict[str, Site]:
        """Return every host that has a DNS name, with what answers there."""
        hosts: dict[str, Site] = dict.fromkeys(self.logins, "login")
        hosts |= dict.fromkeys(self.graphs, "graph")
        hosts[DEVICE_LOGIN_HOST] = "devicelogin"
        hosts |= dict.fromkeys(self._federations, "federation")
        hosts |= dict.fromkeys((vault.host for vault in self.world.vaults), "vault")
        for environment in self.world.environments:
            if environment.state != "deleted":
                label, _, rest = environment.host.partition(".")
                hosts |= {environment.host: "dataverse", f"{label}.api.{rest}": "dataverse"}
        if self.world.personal_domains:
            hosts[PERSONAL_HOST] = "personal"
        return hosts

    def tenant(self, name: str) -> "Tenant | None":
        """Return a tenant by GUID or domain, as services know it."""
        return self._tenants.get(name.lower())

    def tenant_named(self, name: str) -> "Tenant | None":
        """Return a tenant by GUID, domain or display name, as other parts of the world name it."""
        return self.tenant(name) or self._tenant_names.get(name.lower())

    def owner(self, environment: "Environment") -> "Tenant | None":
        """Return the tenant that an environment belongs to."""
        return self.tenant_named(environment.tenant)

    def member(self, environment: "Environment", upn: str) -> "Member | None":
        """Return a user as the environment lists them, None when it does not."""
        return self._members.get((environment.host, upn.lower()))

    def grants(self, tenant: "Tenant", upn: str) -> "list[Grant]":
        """Return the consents that count for a user: their own, and those for everybody."""
        everybody = self._grants.get((tenant.id, _EVERYBODY), [])
        return [*everybody, *self._grants.get((tenant.id, upn.lower()), [])]

    def user(self, upn: str) -> "User | None":
        """Return a user by principal name."""
        return self._users.get(upn.lower())

    def tenant_of(self, upn: str) -> "Tenant | None":
        """Return the tenant that owns the domain in a principal name."""
        return self.tenant(upn.rpartition("@")[2])

    def is_personal(self, domain: str) -> bool:
        """Return whether a domain is one of personal accounts."""
        return domain.lower() in self.world.personal_domains

    def federation(self, host: str) -> "Federation | None":
        """Return the AD FS at a host."""
        return self._federations.get(host)

    def federated_user(self, host: str, upn: str) -> "User | None":
        """Return the user of a domain that this AD FS host serves."""
        user = self.user(upn)
        tenant = self.tenant_of(upn)
        federation = tenant.federation_of(user.domain) if user and tenant else None
        return user if federation and federation.host == host else None

    def environment(self, host: str) -> "Environment | None":
        """Return an environment by its host, in any form that people paste."""
        try:
            plain = self.clouds.environment_host(host)
        except NotDataverseError:
            plain = host
        return self._environments.get(plain.lower())

    def login_of(self, tenant: "Tenant") -> str:
        """Return the sign-in host of a tenant's cloud."""
        return self.login(tenant.cloud)

    def login(self, cloud: CloudName) -> str:
        """Return a cloud's sign-in host."""
        return next(known.login for known in self.clouds.known if known.name is cloud)

    def signs_in_at(self, tenant: "Tenant", host: str) -> bool:
        """Return whether a tenant's cloud signs in at this host."""
        return CloudName(tenant.cloud) in self.logins.get(host, ())

    def order(self, tenant: "Tenant") -> "Order":
        """Return the order in which a tenant's checks are made."""
        return tenant.order or self.world.order

    def directly_in(self, tenant: "Tenant", upn: str) -> set[str]:
        """Return the names of the groups that list a user."""
        return self._groups.get((tenant.id, upn.lower()), set())

    def in_groups(self, tenant: "Tenant", upn: str) -> set[str]:
        """Return the names of the groups that a user is in, also through other groups."""
        found: set[str] = set()
        todo = [*self.directly_in(tenant, upn)]
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += self._around.get((tenant.id, name.lower()), set())
        return found

    def roles(self, tenant: "Tenant", upn: str) -> set[str]:
        """Return the names of a user's directory roles: their own, and those of groups that list them."""
        user = self.user(upn)
        listed = self.directly_in(tenant, upn)
        through = {role for group in tenant.groups if group.name in listed for role in group.roles}
        return through | set(user.directory_roles if user else ())

    def graph_of(self, tenant: "Tenant") -> str:
        """Return the Microsoft Graph host of a tenant's cloud."""
        return next(known.graph for known in self.clouds.known if known.name is tenant.cloud)


def app_of(tenant: "Tenant", wanted: str) -> "App | None":
    """Return the application with a client id, as the tenant knows it."""
    return next((app for app in tenant.apps if client_id(app.app) == wanted.lower()), None)
