"""The conditions of a policy other than people: each is met, is not, or cannot be told.

Sources: Microsoft's pages on Conditional Access - target resources, conditions, network, filter for devices,
authentication flows - as of 2024 to 2026.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.directory.device_rules import meets_unregistered
from auditor.directory.locations import Location
from auditor.directory.logic import all_of, any_of, negated, truth_of
from auditor.directory.policies import ALL, ALL_TRUSTED, NONE, Choice, Conditions, Filter, Mode, Targets
from auditor.directory.rulings import Exclusion, Kind, Ruling
from auditor.directory.signins import DATAVERSE, Device, Flow, SignIn
from auditor.directory.snapshot import Known, ServicePrincipal, Snapshot
from auditor.model import Truth

_OFFICE = "office365"
_PORTALS = "microsoftadminportals"
_SUITES = {_OFFICE: "Office 365", _PORTALS: "Microsoft Admin Portals"}
_IN_OFFICE = frozenset(
    {"00000002-0000-0ff1-ce00-000000000000", "00000003-0000-0ff1-ce00-000000000000"}  # Exchange, SharePoint
)
_MFA_ADDRESSES = "00000000-0000-0000-0000-000000000000"
_TRANSFERS = {Flow.DEVICE_CODE: "devicecodeflow", Flow.TRANSFER: "authenticationtransfer"}
_MET = Ruling(Truth.HOLDS, Truth.HOLDS)


@dataclass(frozen=True, slots=True)
class Terrain:
    """What conditions look up: named locations, apps, and the tenant's own id."""

    locations: dict[str, Location]
    locations_whole: bool
    apps: dict[str, ServicePrincipal]
    tenant_id: str

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Terrain":
        """Return what a snapshot knows."""
        part = snapshot.locations
        locations = dict(part.value) if isinstance(part, Known) else {}
        whole = isinstance(part, Known) and not part.gaps
        principals = snapshot.service_principals
        apps = {app.app_id: app for app in principals.value.values()} if isinstance(principals, Known) else {}
        own = snapshot.organization.value.id if isinstance(snapshot.organization, Known) else ""
        return cls(locations, whole, apps, own)

    def app_name(self, app_id: str) -> str:
        """Return an app's name, or its id."""
        found = self.apps.get(app_id)
        return (found.name if found else "") or ("Dataverse" if app_id == DATAVERSE else app_id)


def rulings(conditions: Conditions, sign_in: SignIn, terrain: Terrain) -> Iterator[Ruling]:
    """Yield the ruling on each condition that is configured, people excepted."""
    if conditions.workload:
        yield _fails("is about service principals, not users")
    yield _targets(conditions.targets, sign_in.app_id, terrain)
    yield _client(conditions.client_types, sign_in)
    yield _flow(conditions.flows, sign_in)
    if conditions.locations.configured:
        yield _locations(conditions.locations, sign_in, terrain)
    if conditions.platforms.configured:
        yield _platforms(conditions.platforms, sign_in.platform)
    if conditions.devices:
        yield _device_filter(conditions.devices, sign_in.device)
    if conditions.device_states.configured:
        yield _device_states(conditions.device_states, sign_in.device)
    yield _risk("user risk", conditions.user_risk, sign_in.user_risk)
    yield _risk("sign-in risk", conditions.sign_in_risk, sign_in.sign_in_risk)
    yield _risk("insider risk", conditions.insider_risk, sign_in.insider_risk)
    for name in conditions.others:
        yield _open(f"has a condition that we do not know: {name}")


def _fails(why: str) -> Ruling:
    return Ruling(Truth.FAILS, Truth.FAILS, (), why)


def _open(why: str) -> Ruling:
    return Ruling(Truth.UNANSWERED, Truth.UNANSWERED, (), why)


def _ruled(taken: Truth, left_out: Truth, exclusions: tuple[Exclusion, ...], about: str) -> Ruling:
    """Return the ruling on a condition with two sides; `about` names it in the reason."""
    truth = all_of((taken, negated(left_out)))
    if truth is Truth.HOLDS:
        return _MET
    if truth is Truth.UNANSWERED:
        return Ruling(truth, taken, exclusions, f"not known whether it is about {about}")
    named = ", ".join(map(str, exclusions))
    return Ruling(truth, taken, exclusions, f"leaves out {named}" if named else f"is not about {about}")


def _targets(targets: Targets, app_id: str, terrain: Terrain) -> Ruling:
    """Return whether a policy guards an app; user actions and authentication contexts are no app."""
    if not targets.apps.include and not targets.filter:
        return _fails(f"guards no app{_instead(targets)}")
    taken = any_of(_app(word, app_id, terrain) for word in targets.apps.include)
    left_out = {word: _app(word, app_id, terrain) for word in sorted(targets.apps.exclude)}
    exclusions = tuple(
        Exclusion(Kind.APP, word, _SUITES.get(word, terrain.app_name(word)))
        for word, truth in left_out.items()
        if truth is Truth.HOLDS
    )
    by_filter = Truth.UNANSWERED if targets.filter else Truth.FAILS
    mode = targets.filter.mode if targets.filter else Mode.UNKNOWN
    return _ruled(
        any_of((taken, by_filter if mode is not Mode.EXCLUDE else Truth.FAILS)),
        any_of((*left_out.values(), by_filter if mode is not Mode.INCLUDE else Truth.FAILS)),
        exclusions,
        f"the app {terrain.app_name(app_id) or '(not given)'}",
    )


def _instead(targets: Targets) -> str:
    others = sorted(targets.actions) + [f"authentication context {name}" for name in sorted(targets.contexts)]
    return f" but {', '.join(others)}" if others else ""


def _app(word: str, app_id: str, terrain: Terrain) -> Truth:
    """Return whether a word among apps means this app."""
    if word in {ALL, NONE}:
        return truth_of(word == ALL)
    if not app_id:
        return Truth.UNANSWERED
    if word == app_id:
        return Truth.HOLDS
    if word in _SUITES:
        return _in_suite(word, app_id, terrain)
    return Truth.UNANSWERED if word.startswith(ALL) else Truth.FAILS


def _in_suite(suite: str, app_id: str, terrain: Terrain) -> Truth:
    """Return whether an app is in a suite: Dataverse and an organisation's own apps are in none."""
    if suite == _OFFICE and app_id in _IN_OFFICE:
        return Truth.HOLDS
    found = terrain.apps.get(app_id)
    own = bool(found and terrain.tenant_id and found.owner_tenant == terrain.tenant_id)
    return Truth.FAILS if own or app_id == DATAVERSE else Truth.UNANSWERED


def _client(types: frozenset[str], sign_in: SignIn) -> Ruling:
    """Return whether the client is of one of these types; none chosen means all."""
    if not types or ALL in types:
        return _MET
    if sign_in.client_type is None:
        return _open("not known whether it is about this client: its type is not given")
    if sign_in.client_type in types:
        return _MET
    if "unknownfuturevalue" in types or any(word.startswith("number-") for word in types):
        return _open("is about a client type that we do not know")
    return _fails(f"is about other client types: {', '.join(sorted(types))}")


def _flow(flows: frozenset[str], sign_in: SignIn) -> Ruling:
    if not flows:
        return _MET
    if sign_in.flow is None:
        return _open("not known whether it is about this sign-in: the flow is not given")
    known = frozenset(_TRANSFERS.values())
    if _TRANSFERS.get(sign_in.flow) in flows:
        return _MET
    if flows - known:
        return _open("is about a flow that we do not know")
    return _fails(f"is about another flow: {', '.join(sorted(flows))}")


def _locations(locations: Choice, sign_in: SignIn, terrain: Terrain) -> Ruling:
    taken = any_of(_location(word, sign_in, terrain)[0] for word in locations.include or {ALL})
    left_out = {word: _location(word, sign_in, terrain) for word in sorted(locations.exclude)}
    exclusions = tuple(
        Exclusion(Kind.LOCATION, word, name)
        for word, (truth, name) in left_out.items()
        if truth is Truth.HOLDS
    )
    place = sign_in.place.address or sign_in.place.country or "a place that is not given"
    return _ruled(
        taken, any_of(truth for truth, _ in left_out.values()), exclusions, f"sign-ins from {place}"
    )


def _location(word: str, sign_in: SignIn, terrain: Terrain) -> tuple[Truth, str]:
    """Return whether a sign-in comes from there, and the name of the place.

    The trusted addresses of the older MFA settings count as trusted too, but no interface shows them; of
    `AllTrusted` the named locations decide alone, and only a policy that names the others stays open.
    """
    if word == ALL:
        return Truth.HOLDS, "All"
    if word == ALL_TRUSTED:
        return _trusted(sign_in, terrain)
    found = terrain.locations.get(word)
    if found is None or word == _MFA_ADDRESSES:
        return Truth.UNANSWERED, word
    return found.holds(sign_in.place), found.name


def _trusted(sign_in: SignIn, terrain: Terrain) -> tuple[Truth, str]:
    held = {place.name: place.holds(sign_in.place) for place in terrain.locations.values() if place.trusted}
    unread = not terrain.locations_whole or not sign_in.place.address
    truth = any_of((*held.values(), Truth.UNANSWERED if unread else Truth.FAILS))
    return truth, ", ".join(name for name, holds in held.items() if holds is Truth.HOLDS) or "AllTrusted"


def _platforms(platforms: Choice, platform: str) -> Ruling:
    taken = any_of(_platform(word, platform) for word in platforms.include or {ALL})
    left_out = {word: _platform(word, platform) for word in sorted(platforms.exclude)}
    exclusions = tuple(
        Exclusion(Kind.PLATFORM, word, word) for word, truth in left_out.items() if truth is Truth.HOLDS
    )
    return _ruled(
        taken, any_of(left_out.values()), exclusions, f"the platform {platform or 'that is not given'}"
    )


def _platform(word: str, platform: str) -> Truth:
    if word == ALL:
        return Truth.HOLDS
    return truth_of(word == platform.lower()) if platform else Truth.UNANSWERED


def _device_filter(rule: Filter, device: Device | None) -> Ruling:
    """Return whether a filter takes in the device; only of one that is not registered all is known."""
    meets = meets_unregistered(rule.rule) if device is Device.UNREGISTERED else Truth.UNANSWERED
    if rule.mode is Mode.INCLUDE:
        return _ruled(meets, Truth.FAILS, (), "this device")
    if rule.mode is Mode.EXCLUDE:
        out = (Exclusion(Kind.DEVICE, "", rule.rule),) if meets is Truth.HOLDS else ()
        return _ruled(Truth.HOLDS, meets, out, "this device")
    return _open("has a filter for devices that we do not know")


def _device_states(states: Choice, device: Device | None) -> Ruling:
    """Return whether the older condition on the state of a device is met: it leaves out managed ones."""
    if device is None:
        return _open("not known whether it is about this device")
    managed = {"compliant": device is Device.COMPLIANT, "domainjoined": device is Device.HYBRID}
    left_out = {word: truth_of(managed.get(word)) for word in sorted(states.exclude)}
    exclusions = tuple(Exclusion(Kind.DEVICE, w, w) for w, truth in left_out.items() if truth is Truth.HOLDS)
    taken = any_of(truth_of(True if word == ALL else managed.get(word)) for word in states.include or {ALL})
    return _ruled(taken, any_of(left_out.values()), exclusions, "this device")


def _risk(name: str, levels: frozenset[str], level: str) -> Ruling:
    if not levels:
        return _MET
    if not level:
        return _open(f"not known whether it applies: the {name} is not given")
    return (
        _MET if level.lower() in levels else _fails(f"is about another {name}: {', '.join(sorted(levels))}")
    )
