"""What a world holds about one row of its inventory, read as plain data. Imports nothing of the product."""

import ipaddress
import re
from dataclasses import dataclass
from fnmatch import fnmatch

RESCO = "a116bf70-75fe-41c2-9f9f-7f3d0faff4bb"
CLIENTS = {
    "dataverse-sample": "51f81489-12ee-4a9e-aaae-a2591f45987d",
    "dynamics-development-tools": "2ad88395-b77d-4561-9441-d0e40824f9bc",
}
PASSWORD_APPS = ("resco-external-project", "resco-location-tracking")
ORDER = {
    "mfa": "before-consent",
    "application": "before-password",
    "resource": "after-password",
    "disabled": "after-password",
}


def host_of(environment: str) -> str:
    """Return the bare host of an environment as a row writes it."""
    return re.sub(r"^\w+://", "", environment.strip().lower()).split("/")[0].replace(".api.", ".")


def client_of(app: str) -> str:
    """Return the client id behind an app's name; a GUID is its own."""
    return RESCO if app.startswith("resco-") else CLIENTS.get(app, app.lower())


def named(world: dict, name: str) -> dict:
    """Return the tenant that a domain, an id or a name means."""
    for tenant in world["tenants"]:
        names = {tenant["id"], tenant["name"], *(domain["name"] for domain in tenant["domains"])}
        if name.lower() in {one.lower() for one in names}:
            return tenant
    return {}


def inside(address: str, ranges: object) -> bool:
    return any(ipaddress.ip_address(address) in ipaddress.ip_network(part) for part in ranges or ())


def _lower(names: object) -> set:
    return {name.lower() for name in names}


@dataclass(frozen=True)
class Situation:
    """A row of the inventory, and what the world holds about it; nothing known is an empty dict."""

    world: dict
    row: dict

    @property
    def upn(self) -> str:
        return self.row["account"].lower()

    @property
    def domain(self) -> str:
        return self.upn.rpartition("@")[2]

    @property
    def client(self) -> str:
        return client_of(self.row["app"])

    @property
    def host(self) -> str:
        return host_of(self.row["environment"])

    @property
    def address(self) -> str:
        return self.world.get("caller", {}).get("address", "198.51.100.7")

    @property
    def user(self) -> dict:
        return next((user for user in self.world.get("users", ()) if user["upn"].lower() == self.upn), {})

    @property
    def tenant(self) -> dict:
        return named(self.world, self.domain)

    @property
    def federation(self) -> dict:
        domains = {domain["name"].lower(): domain for domain in self.tenant.get("domains", ())}
        return domains.get(self.domain, {}).get("federation") or {}

    @property
    def environment(self) -> dict:
        return next((one for one in self.world.get("environments", ()) if one["host"] == self.host), {})

    @property
    def apps(self) -> list:
        """The application as the tenant knows it: one entry, or none."""
        return [app for app in self.tenant.get("apps", ()) if client_of(app["app"]) == self.client]

    @property
    def own_registration(self) -> bool:
        """Whether the app is the customer's own: the one kind whose profile offers application users."""
        return self.row["app"].lower() == self.client

    @property
    def application(self) -> bool:
        """Whether an application is to sign in for itself."""
        return self.row.get("expected") == "application"

    @property
    def order(self) -> dict:
        return {**ORDER, **(self.tenant.get("order") or self.world.get("order") or {})}

    @property
    def password(self) -> str | None:
        """What the operator holds: a literal, the right one, a stale one or none."""
        believes = self.row.get("believes") or ("none" if self.row.get("kind") == "person" else "right")
        right = self.user.get("password", "made up")
        held = {"none": None, "right": right, "wrong": right + " of last year"}[believes]
        return self.row.get("password", held)

    @property
    def person(self) -> bool:
        return (self.row.get("kind") or ("integration" if self.password else "person")) == "person"

    @property
    def unasked(self) -> bool:
        """Whether this is a person of whom no password is asked."""
        return self.person and self.row.get("expected") != "ropc"

    def fault(self, *legs: str) -> dict:
        """Return the first fault that strikes these requests of this account."""
        faults = [one for one in self.world.get("faults", ()) if one.get("leg") in legs]
        return next((one for one in faults if fnmatch(self.upn, one.get("account", "*").lower())), {})

    def struck(self, host: str, kind: str) -> bool:
        """Return whether a host's name or certificate is taken away."""
        faults = self.world.get("faults", ())
        return any(one["kind"] == kind and fnmatch(host, one.get("host", "*")) for one in faults)

    @property
    def listed(self) -> list:
        """The groups that list this account themselves."""
        groups = self.tenant.get("groups", ())
        return [one for one in groups if self.upn in {upn.lower() for upn in one.get("members", ())}]

    @property
    def groups(self) -> set:
        """The names of the groups that this account is in, through groups in groups as well."""
        found = {one["name"].lower() for one in self.listed}
        while True:
            around = [one for one in self.tenant.get("groups", ()) if found & _lower(one.get("groups", ()))]
            more = {one["name"].lower() for one in around} - found
            if not more:
                return found
            found |= more

    @property
    def roles(self) -> set:
        """The directory roles of this account, as policies name them: its own, and those of its groups."""
        through = (role for group in self.listed for role in group.get("roles", ()))
        return {f"role:{role.lower()}" for role in (*self.user.get("directory_roles", ()), *through)}

    def among(self, names: object) -> bool:
        """Return whether a list of users and groups lists this account or a group that lists it."""
        return bool({"all", self.upn, *(one["name"].lower() for one in self.listed)} & _lower(names or ()))

    def meant(self, names: object) -> bool:
        """Return whether a policy's list of users, groups, roles and guests means this account."""
        guest = {"guests"} if self.user.get("guest_of") else set()
        return bool(({"all", self.upn} | self.groups | self.roles | guest) & _lower(names or ()))

    def at(self, names: object) -> bool:
        """Return whether a list of named places holds the caller's address."""
        lower = {name.lower() for name in names or ()}
        here = [place for place in self.tenant.get("locations", ()) if inside(self.address, place["ranges"])]
        trusted = "all-trusted" in lower and any(place.get("trusted") for place in here)
        return "all" in lower or trusted or any(place["name"].lower() in lower for place in here)
