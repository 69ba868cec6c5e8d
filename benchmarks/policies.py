"""Conditional Access of 50,000 users under 40 policies: reading is not counted, evaluating each user is.

The directory has groups in groups, roles, guests, exclusions by user and group, locations and strengths.
Users are in so many combinations of groups that few are alike, which is the harder case.
"""

import random
import sys

from auditor.directory.access import Evaluator
from auditor.directory.locations import Location, Place
from auditor.directory.policies import (
    ALL,
    ALL_TRUSTED,
    Choice,
    Conditions,
    Demand,
    Guests,
    Operator,
    People,
    Policy,
    State,
    Strength,
    Targets,
)
from auditor.directory.signins import password_sign_in
from auditor.directory.snapshot import Group, Known, Members, Role, Snapshot, User
from auditor.model import Truth
from benchmarks.measure import (
    HEAD,
    Measured,
    Table,
    alternated,
    cpu,
    module_way,
    peak,
    rows,
    spread,
    values,
    work,
)

NAME = "Evaluating Conditional Access"
_GOAL = (
    "Goal: 50,000 users under 40 policies in less than 10 s of CPU, with memory that does not grow with them."
)
_MEANT = (
    "Each user's password sign-in is evaluated alone; the sums with the names of policies are made for each."
)
_POLICIES, _GROUPS, _ROLE = 40, 120, "62e90394-69f5-4237-9190-012177145e10"
_SIZES = (1_000, 10_000, 50_000)


def tables(quick: bool) -> list[Table]:
    """Measure 1,000, 10,000 and 50,000 users."""
    sizes, runs = ((200,), 1) if quick else (_SIZES, 3)
    found = [(size, _measured(size, runs)) for size in sizes]
    contests = tuple(row for size, ways in found for row in rows(f"{size:,} users", ways))
    growth = tuple(_growth(size, ways[0], ways[1]) for size, ways in found)
    head = ("what", "CPU s", "peak MB", "peak MB of the directory alone", "evaluations per CPU second")
    return [
        Table("Evaluating every user, and only building the directory", HEAD, contests, (_MEANT,)),
        Table("What evaluating adds", head, growth, (_GOAL,)),
    ]


def _measured(size: int, runs: int) -> tuple[Measured, ...]:
    ways = [module_way(way, __name__, way, str(size)) for way in ("ours", "the directory alone")]
    return alternated(ways, runs)


def _growth(size: int, ours: Measured, alone: Measured) -> tuple[str, ...]:
    speed = [size * _POLICIES / taken for taken in values(ours, cpu)]
    peaks = (spread(values(way, peak)) for way in (ours, alone))
    return (f"{size:,} users", spread(values(ours, cpu)), *peaks, spread(speed))


def directory(size: int) -> Snapshot:
    """Return a directory of so many users, the same at every call."""
    chance = random.Random(7)  # noqa: S311 - the same estate each time, no secret
    users = [f"user-{number}" for number in range(size)]
    groups = [f"group-{number}" for number in range(_GROUPS)]
    members = {
        name: Members(
            frozenset(user for user in users if chance.random() < 0.08),  # noqa: PLR2004 - a dozenth
            frozenset({groups[at - 1]}) if at % 9 == 1 else frozenset(),
        )
        for at, name in enumerate(groups)
    }
    role = Role(_ROLE, "Global Administrator", Members(frozenset(users[:5]), frozenset({"group-3"})))
    return Snapshot(
        users=Known({name: _user(name, at) for at, name in enumerate(users)}),
        user_states=Known(dict.fromkeys(users, "disabled")),
        security_defaults=Known(value=False),
        policies=Known(tuple(_policy(at) for at in range(_POLICIES))),
        locations=Known({"office": Location("office", "Office", ("203.0.113.0/24",), trusted=True)}),
        groups=Known({name: Group(name, name.title()) for name in groups}),
        members=Known(members),
        roles=Known({_ROLE: role}),
    )


def _user(name: str, at: int) -> User:
    guest = at % 11 == 0
    return User(name, f"{name}@contoso.example", type="guest" if guest else "member", external=guest)


def _policy(at: int) -> Policy:
    """Return one of the policies: every kind of condition comes up among them."""
    strength = Strength("strength", "Phishing-resistant MFA", Truth.HOLDS, Truth.FAILS)
    demands = (
        Demand(Operator.OR, frozenset({"mfa"})),
        Demand(Operator.OR, frozenset({"mfa", "compliantdevice"})),
        Demand(Operator.OR, frozenset({"block"})),
        Demand(Operator.AND, frozenset(), strength),
    )
    conditions = Conditions(
        people=_people(at),
        targets=Targets(Choice(frozenset({ALL}))),
        client_types=frozenset({ALL} if at % 3 else {"browser"}),
        locations=Choice(frozenset({ALL}), frozenset({ALL_TRUSTED})) if at % 4 == 0 else Choice(),
        user_risk=frozenset({"high"}) if at % 10 == 9 else frozenset(),  # noqa: PLR2004 - each tenth
    )
    state = State.REPORT_ONLY if at % 8 == 7 else State.ENABLED  # noqa: PLR2004 - each eighth
    return Policy(f"policy-{at}", f"Policy {at}", state, conditions, demands[at % len(demands)])


def _people(at: int) -> People:
    if at % 5 == 0:
        return People(roles=Choice(frozenset({_ROLE})), guests=Guests(frozenset({"b2bcollaborationguest"})))
    left_out = Choice(exclude=frozenset({f"group-{at * 3}", f"group-{at * 3 + 1}"}))
    if at % 2:
        return People(users=Choice(frozenset({ALL}), frozenset({f"user-{at}"})), groups=left_out)
    return People(groups=Choice(frozenset({f"group-{at}", f"group-{at + 40}"}), left_out.exclude))


def _child(way: str, size: int) -> None:
    snapshot = directory(size)
    assert isinstance(snapshot.users, Known)
    with work() as said:
        if way == "ours":
            evaluator = Evaluator(snapshot)
            place = Place("198.51.100.7")
            found = [
                evaluator.access(password_sign_in(user, place=place)).mfa.truth
                for user in snapshot.users.value
            ]
            said["required"] = sum(truth is Truth.HOLDS for truth in found)
            said["evaluated"] = len(found)


if __name__ == "__main__":
    _child(sys.argv[1], int(sys.argv[2]))
