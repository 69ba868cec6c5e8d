"""Which app a cell means: a profile by name, title or client id, or a registration of the customer's own."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from auditor.inventory.columns import squash
from auditor.inventory.fields import client_id
from auditor.inventory.interface import CellError
from auditor.inventory.texts import shown
from auditor.model import Sureness

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.model import AppProfile

OWN_REGISTRATION = "own-registration"
PREFERRED = "resco-mobile-crm"


@dataclass(frozen=True, slots=True)
class Apps:
    """The apps that cells may name; `found` keeps what was worked out."""

    by_name: "Mapping[str, AppProfile]"
    by_client: "Mapping[str, tuple[AppProfile, ...]]"
    pattern: "AppProfile"
    default: str
    found: "dict[str, tuple[AppProfile, str]]"

    def of(self, text: str) -> "tuple[AppProfile, str]":
        """Return the app that a cell means and a remark ("" mostly); raises CellError when it means none."""
        if text not in self.found:
            self.found[text] = self._worked_out(text)
        return self.found[text]

    def _worked_out(self, text: str) -> "tuple[AppProfile, str]":
        wanted = text or self.default
        if not wanted:
            raise CellError(
                "no app", "name the app or its client id here, or in auditor.toml under [defaults] app"
            )
        identifier = client_id(wanted)
        if identifier:
            return self._by_client(identifier)
        profile = self.by_name.get(squash(wanted))
        if profile is None:
            source = "" if text else "the default app "
            raise CellError(
                f"{source}{shown(wanted)} is no known app",
                f"write one of {self._names()}, a client id, or define it in auditor.toml under [apps]",
            )
        return _usable(profile), ""

    def _names(self) -> str:
        return ", ".join(sorted({p.name for p in self.by_name.values()} - {OWN_REGISTRATION}))

    def _by_client(self, identifier: str) -> "tuple[AppProfile, str]":
        profiles = self.by_client.get(identifier, ())
        if not profiles:
            given = Sureness.SOURCED  # by whoever wrote the inventory
            return replace(self.pattern, name=identifier, client_id=identifier, client_id_sure=given), ""
        chosen = next((p for p in profiles if p.name == PREFERRED), profiles[0])
        if len(profiles) == 1:
            return chosen, ""
        others = ", ".join(p.name for p in profiles if p is not chosen)
        return chosen, f"the client id belongs to several apps; read as {chosen.name} (others: {others})"


def _usable(profile: "AppProfile") -> "AppProfile":
    if profile.client_id:
        return profile
    raise CellError(
        f"the client id of {profile.name} is not known",
        f"write the client id itself, or set client_id in auditor.toml under [apps.{profile.name}]",
    )


def known_apps(apps: "Mapping[str, AppProfile]", default: str) -> Apps:
    """Return the apps ready for looking up; names win over titles where both read alike."""
    in_order = sorted(apps.values(), key=lambda profile: profile.name)
    by_client: dict[str, tuple[AppProfile, ...]] = {}
    for profile in in_order:
        if profile.client_id:
            identifier = profile.client_id.lower()
            by_client[identifier] = (*by_client.get(identifier, ()), profile)
    titles = {squash(profile.title): profile for profile in reversed(in_order)}
    names = {squash(profile.name): profile for profile in in_order}
    return Apps({**titles, **names}, by_client, apps[OWN_REGISTRATION], default, {})
