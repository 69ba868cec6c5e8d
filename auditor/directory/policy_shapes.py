"""Conditional Access as Graph and PowerShell write it, read into `policies` and `locations`.

Keys that we do not know are passed over, but for conditions and controls: a policy with one that we do not
know cannot be evaluated in full, and has to say so. Enum numbers are those of Graph's metadata.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import AliasChoices, Field

from auditor.directory.location_shapes import StrengthShape
from auditor.directory.policies import (
    Choice,
    Conditions,
    Demand,
    Filter,
    Guests,
    Mode,
    Operator,
    People,
    Policy,
    State,
    Targets,
)
from auditor.directory.strangers import Piece, strangers
from auditor.directory.values import KEYS, Moment, Shape, Whole, Word, Words, numbered

_CLIENT_TYPES = (
    "all",
    "browser",
    "mobileappsanddesktopclients",
    "exchangeactivesync",
    "eassupported",
    "other",
)
_PLATFORMS = ("android", "ios", "windows", "windowsphone", "macos", "all", "unknownfuturevalue", "linux")
_CONTROLS = (
    "block",
    "mfa",
    "compliantdevice",
    "domainjoineddevice",
    "approvedapplication",
    "compliantapplication",
    "passwordchange",
)
_RISKS = ("low", "medium", "high", "hidden", "none")
_GUESTS = (
    "internalguest",
    "b2bcollaborationguest",
    "b2bcollaborationmember",
    "b2bdirectconnectuser",
    "otherexternaluser",
    "serviceprovider",
)
_STATES = {
    "enabled": State.ENABLED,
    "disabled": State.DISABLED,
    "enabledforreportingbutnotenforced": State.REPORT_ONLY,
}
_UNTOLD = "they were not exported"
Risks = Annotated[frozenset[str], numbered(*_RISKS)]


class _Tenants(Piece):
    membershipkind: Annotated[frozenset[str], numbered("all", "enumerated")] = frozenset()
    members: Words = frozenset()


class _Guests(Piece):
    guestorexternalusertypes: Annotated[frozenset[str], numbered(*_GUESTS, flags=True)] = frozenset()
    externaltenants: Annotated[_Tenants | None, Whole] = None

    def guests(self) -> Guests | None:
        """Return the kinds of guests, None where none are chosen."""
        types = self.guestorexternalusertypes - {"none"}
        if not types:
            return None
        tenants = self.externaltenants or _Tenants()
        return Guests(
            types,
            tenants.members if "enumerated" in tenants.membershipkind else None,
            tenants_known=tenants.membershipkind <= {"all", "enumerated"},
        )


class _Users(Piece):
    includeusers: Words = frozenset()
    excludeusers: Words = frozenset()
    includegroups: Words = frozenset()
    excludegroups: Words = frozenset()
    includeroles: Words = frozenset()
    excluderoles: Words = frozenset()
    includeguestsorexternalusers: Annotated[_Guests | None, Whole] = None
    excludeguestsorexternalusers: Annotated[_Guests | None, Whole] = None

    def people(self) -> People:
        """Return whom the policy is about."""
        included, excluded = self.includeguestsorexternalusers, self.excludeguestsorexternalusers
        return People(
            users=Choice(self.includeusers, self.excludeusers),
            groups=Choice(self.includegroups, self.excludegroups),
            roles=Choice(self.includeroles, self.excluderoles),
            guests=included.guests() if included else None,
            guests_left_out=excluded.guests() if excluded else None,
            unknown=tuple(strangers(self)),
        )


class _Filter(Piece):
    mode: Annotated[frozenset[str], numbered("include", "exclude")] = frozenset()
    rule: str = ""

    def filter(self) -> Filter | None:
        """Return the filter, None where no rule is set."""
        known = {str(mode): mode for mode in Mode}
        return Filter(known.get("".join(self.mode), Mode.UNKNOWN), self.rule) if self.rule else None


class _Applications(Piece):
    includeapplications: Words = frozenset()
    excludeapplications: Words = frozenset()
    applicationfilter: Annotated[_Filter | None, Whole] = None
    includeuseractions: Words = frozenset()
    includeauthenticationcontextclassreferences: Words = frozenset()

    def targets(self) -> Targets:
        """Return what the policy guards."""
        return Targets(
            Choice(self.includeapplications, self.excludeapplications),
            self.applicationfilter.filter() if self.applicationfilter else None,
            self.includeuseractions,
            self.includeauthenticationcontextclassreferences,
            tuple(strangers(self)),
        )


class _Locations(Piece):
    includelocations: Words = frozenset()
    excludelocations: Words = frozenset()


class _Platforms(Piece):
    includeplatforms: Annotated[frozenset[str], numbered(*_PLATFORMS)] = frozenset()
    excludeplatforms: Annotated[frozenset[str], numbered(*_PLATFORMS)] = frozenset()


class _Devices(Piece):
    devicefilter: Annotated[_Filter | None, Whole] = None
    includedevices: Words = frozenset()
    excludedevices: Words = frozenset()
    includedevicestates: Words = frozenset()
    excludedevicestates: Words = frozenset()


class _Flows(Piece):
    transfermethods: Annotated[
        frozenset[str], numbered("devicecodeflow", "authenticationtransfer", flags=True)
    ] = frozenset()


class _Workloads(Piece):
    includeserviceprincipals: Words = frozenset()
    includeagentidserviceprincipals: Words = frozenset()
    serviceprincipalfilter: Annotated[_Filter | None, Whole] = None


class ConditionsShape(Piece):
    """When a policy applies; a condition that we do not know is kept by name."""

    users: Annotated[_Users | None, Whole] = None
    applications: Annotated[_Applications | None, Whole] = None
    clientapptypes: Annotated[frozenset[str], numbered(*_CLIENT_TYPES)] = frozenset()
    clientapplications: Annotated[_Workloads | None, Whole] = None
    locations: Annotated[_Locations, Whole] = _Locations()
    platforms: Annotated[_Platforms, Whole] = _Platforms()
    devices: Annotated[_Devices, Whole] = _Devices()
    devicestates: Annotated[_Devices, Whole] = _Devices()
    userrisklevels: Risks = frozenset()
    signinrisklevels: Risks = frozenset()
    serviceprincipalrisklevels: Risks = frozenset()
    insiderrisklevels: Annotated[frozenset[str], numbered("minor", "moderate", "elevated", flags=True)] = (
        frozenset()
    )
    authenticationflows: Annotated[_Flows, Whole] = _Flows()

    def conditions(self, told: frozenset[str]) -> Conditions:
        """Return the conditions as they are evaluated; `told` are the keys that the export had."""
        states = self.devicestates
        nobody = People(unknown=() if "users" in told else (_UNTOLD,))
        nothing = Targets(unknown=() if "applications" in told else (_UNTOLD,))
        return Conditions(
            people=self.users.people() if self.users else nobody,
            targets=self.applications.targets() if self.applications else nothing,
            client_types=self.clientapptypes,
            locations=Choice(self.locations.includelocations, self.locations.excludelocations),
            platforms=Choice(self.platforms.includeplatforms, self.platforms.excludeplatforms),
            devices=self.devices.devicefilter.filter() if self.devices.devicefilter else None,
            device_states=Choice(
                self.devices.includedevices | self.devices.includedevicestates | states.includedevicestates,
                self.devices.excludedevices | self.devices.excludedevicestates | states.excludedevicestates,
            ),
            user_risk=self.userrisklevels,
            sign_in_risk=self.signinrisklevels,
            insider_risk=self.insiderrisklevels,
            flows=self.authenticationflows.transfermethods - {"none"},
            workload=self._workload(),
            others=tuple(sorted(self._unclear())),
        )

    def _unclear(self) -> Iterator[str]:
        """Yield the conditions that we do not know, or not of a policy for users."""
        yield from strangers(self)
        if self.serviceprincipalrisklevels and not self._workload():
            yield "servicePrincipalRiskLevels of a policy for users"

    def _workload(self) -> bool:
        found = self.clientapplications
        return bool(found and (found.includeserviceprincipals or found.includeagentidserviceprincipals))


class _Grants(Piece):
    operator: Annotated[frozenset[str], numbered()] = Field(
        default=frozenset(), validation_alias=AliasChoices("operator", "_operator")
    )
    builtincontrols: Annotated[frozenset[str], numbered(*_CONTROLS)] = frozenset()
    authenticationstrength: Annotated[StrengthShape | None, Whole] = None
    termsofuse: Words = frozenset()
    customauthenticationfactors: Words = frozenset()

    def demand(self) -> Demand:
        """Return what the policy demands."""
        known = {str(operator): operator for operator in Operator}
        strength = self.authenticationstrength
        return Demand(
            known.get("".join(self.operator), Operator.UNKNOWN),
            self.builtincontrols.union(strangers(self)),
            strength.strength() if strength and (strength.id or strength.displayname) else None,
            self.termsofuse,
            self.customauthenticationfactors,
        )


class PolicyShape(Shape):
    """A Conditional Access policy; without grant controls it demands nothing."""

    id: Word
    displayname: str = ""
    state: Annotated[frozenset[str], numbered(*_STATES)] = frozenset()
    deleteddatetime: Moment = None
    partialenablementstrategy: object = None
    conditions: Annotated[ConditionsShape, Whole] = ConditionsShape()
    grantcontrols: Annotated[_Grants | None, Whole] = None
    keys: frozenset[str] = Field(default=frozenset(), alias=KEYS)

    def policy(self) -> Policy:
        """Return the policy as it is evaluated; one that was deleted is not enforced."""
        state = _STATES.get("".join(self.state), State.UNKNOWN)
        return Policy(
            self.id,
            self.displayname or self.id,
            State.DISABLED if self.deleteddatetime else state,
            self._conditions(),
            self.grantcontrols.demand() if self.grantcontrols else Demand(told="grantcontrols" in self.keys),
        )

    def _conditions(self) -> Conditions:
        """Return the conditions; a policy that is enforced for some only has one more."""
        found = self.conditions.conditions(self.keys)
        more = ("partialEnablementStrategy",) if self.partialenablementstrategy else ()
        return replace(found, others=found.others + more)
