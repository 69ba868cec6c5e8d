"""What a policy guards: whether the resource of a sign-in is among it.

Source: Microsoft's page on target resources of Conditional Access, and Graph's type
conditionalAccessApplications.
"""

from auditor.directory.logic import any_of, truth_of
from auditor.directory.policies import ALL, NONE, Mode, Targets, looks_like_id
from auditor.directory.rulings import Exclusion, Kind, Ruling, fails, opened, ruled
from auditor.directory.signins import DATAVERSE
from auditor.directory.terrain import Terrain
from auditor.model import Truth

_OFFICE = "office365"
_PORTALS = "microsoftadminportals"
_SUITES = {_OFFICE: "Office 365", _PORTALS: "Microsoft Admin Portals"}
_IN_OFFICE = frozenset(
    {"00000002-0000-0ff1-ce00-000000000000", "00000003-0000-0ff1-ce00-000000000000"}  # Exchange, SharePoint
)
_ACTIONS = frozenset({"urn:user:registersecurityinfo", "urn:user:registerdevice"})


def guards(targets: Targets, app_id: str, terrain: Terrain) -> Ruling:
    """Return whether a policy guards an app; user actions and authentication contexts are no app."""
    unknown = (*targets.unknown, *sorted(targets.actions - _ACTIONS))
    if not targets.apps.include and not targets.filter and not unknown:
        return fails(f"guards no app{_instead(targets)}")
    taken = any_of(_app(word, app_id, terrain) for word in targets.apps.include)
    left_out = {word: _app(word, app_id, terrain) for word in sorted(targets.apps.exclude)}
    if unknown and any_of(left_out.values()) is not Truth.HOLDS:
        return opened(f"guards something that we do not know: {', '.join(unknown)}")
    exclusions = tuple(
        Exclusion(Kind.APP, word, _SUITES.get(word, terrain.app_name(word)))
        for word, truth in left_out.items()
        if truth is Truth.HOLDS
    )
    by_filter = Truth.UNANSWERED if targets.filter else Truth.FAILS
    mode = targets.filter.mode if targets.filter else Mode.UNKNOWN
    return ruled(
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
    return truth_of(False if word in terrain.apps or looks_like_id(word) else None)


def _in_suite(suite: str, app_id: str, terrain: Terrain) -> Truth:
    """Return whether an app is in a suite: Dataverse and an organisation's own apps are in none."""
    if suite == _OFFICE and app_id in _IN_OFFICE:
        return Truth.HOLDS
    found = terrain.apps.get(app_id)
    own = bool(found and terrain.tenant_id and found.owner_tenant == terrain.tenant_id)
    return Truth.FAILS if own or app_id == DATAVERSE else Truth.UNANSWERED
