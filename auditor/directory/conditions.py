"""The conditions of a policy other than people: each is met, is not, or cannot be told.

Sources: Microsoft's pages on Conditional Access - target resources, conditions, network, filter for devices,
authentication flows - as of 2024 to 2026.
"""

from collections.abc import Iterator

from auditor.directory.device_rules import meets_unregistered
from auditor.directory.logic import any_of, truth_of
from auditor.directory.policies import ALL, ALL_TRUSTED, Choice, Conditions, Filter, Mode
from auditor.directory.rulings import MET, Exclusion, Kind, Ruling, fails, opened, ruled
from auditor.directory.signins import ClientType, Device, Flow, SignIn
from auditor.directory.targets import guards
from auditor.directory.terrain import Terrain
from auditor.model import Truth

_MFA_ADDRESSES = "00000000-0000-0000-0000-000000000000"
_CLIENTS = frozenset({*ClientType, "eassupported"})
_PLATFORMS = frozenset({"android", "ios", "windows", "windowsphone", "macos", "linux"})
_LEVELS = frozenset({"low", "medium", "high", "hidden", "none", "minor", "moderate", "elevated"})
_TRANSFERS = {Flow.DEVICE_CODE: "devicecodeflow", Flow.TRANSFER: "authenticationtransfer"}


def rulings(conditions: Conditions, sign_in: SignIn, terrain: Terrain) -> Iterator[Ruling]:
    """Yield the ruling on each condition that is configured, people excepted."""
    if conditions.workload:
        yield fails("is about service principals, not users")
    yield guards(conditions.targets, sign_in.app_id, terrain)
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
        yield opened(f"has a condition that we do not know: {name}")


def _client(types: frozenset[str], sign_in: SignIn) -> Ruling:
    """Return whether the client is of one of these types; none chosen means all."""
    if not types or ALL in types:
        return MET
    if sign_in.client_type is None:
        return opened("not known whether it is about this client: its type is not given")
    if sign_in.client_type in types:
        return MET
    if types - _CLIENTS:
        return opened("is about a client type that we do not know")
    return fails(f"is about other client types: {', '.join(sorted(types))}")


def _flow(flows: frozenset[str], sign_in: SignIn) -> Ruling:
    if not flows:
        return MET
    if sign_in.flow is None:
        return opened("not known whether it is about this sign-in: the flow is not given")
    known = frozenset(_TRANSFERS.values())
    if _TRANSFERS.get(sign_in.flow) in flows:
        return MET
    if flows - known:
        return opened("is about a flow that we do not know")
    return fails(f"is about another flow: {', '.join(sorted(flows))}")


def _locations(locations: Choice, sign_in: SignIn, terrain: Terrain) -> Ruling:
    taken = any_of(_location(word, sign_in, terrain)[0] for word in locations.include or {ALL})
    left_out = {word: _location(word, sign_in, terrain) for word in sorted(locations.exclude)}
    exclusions = tuple(
        Exclusion(Kind.LOCATION, word, name)
        for word, (truth, name) in left_out.items()
        if truth is Truth.HOLDS
    )
    place = sign_in.place.address or sign_in.place.country or "a place that is not given"
    return ruled(taken, any_of(truth for truth, _ in left_out.values()), exclusions, f"sign-ins from {place}")


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
    return ruled(
        taken, any_of(left_out.values()), exclusions, f"the platform {platform or 'that is not given'}"
    )


def _platform(word: str, platform: str) -> Truth:
    if word == ALL:
        return Truth.HOLDS
    known = platform and word in _PLATFORMS
    return truth_of(word == platform.lower()) if known else Truth.UNANSWERED


def _device_filter(rule: Filter, device: Device | None) -> Ruling:
    """Return whether a filter takes in the device; only of one that is not registered all is known."""
    meets = meets_unregistered(rule.rule) if device is Device.UNREGISTERED else Truth.UNANSWERED
    if rule.mode is Mode.INCLUDE:
        return ruled(meets, Truth.FAILS, (), "this device")
    if rule.mode is Mode.EXCLUDE:
        out = (Exclusion(Kind.DEVICE, "", rule.rule),) if meets is Truth.HOLDS else ()
        return ruled(Truth.HOLDS, meets, out, "this device")
    return opened("has a filter for devices that we do not know")


def _device_states(states: Choice, device: Device | None) -> Ruling:
    """Return whether the older condition on the state of a device is met: it leaves out managed ones."""
    if device is None:
        return opened("not known whether it is about this device")
    managed = {"compliant": device is Device.COMPLIANT, "domainjoined": device is Device.HYBRID}
    left_out = {word: truth_of(managed.get(word)) for word in sorted(states.exclude)}
    exclusions = tuple(Exclusion(Kind.DEVICE, w, w) for w, truth in left_out.items() if truth is Truth.HOLDS)
    taken = any_of(truth_of(True if word == ALL else managed.get(word)) for word in states.include or {ALL})
    return ruled(taken, any_of(left_out.values()), exclusions, "this device")


def _risk(name: str, levels: frozenset[str], level: str) -> Ruling:
    if not levels:
        return MET
    if not level:
        return opened(f"not known whether it applies: the {name} is not given")
    if level.lower() in levels:
        return MET
    if levels - _LEVELS:
        return opened(f"is about a {name} that we do not know")
    return fails(f"is about another {name}: {', '.join(sorted(levels))}")
