"""What is said with less knowledge is never taken back with more: `holds` and `fails` are proofs."""

from dataclasses import replace
from functools import cache
from itertools import chain, combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.directory.access import Evaluator, evaluate
from auditor.directory.locations import Location, Place
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
    Strength,
    Targets,
)
from auditor.directory.signins import DATAVERSE, ClientType, Device, Flow, SignIn
from auditor.directory.snapshot import NOT_EXPORTED, Group, Known, Members, Role, Snapshot, User
from auditor.model import Truth

USERS, GROUPS, ROLES = ("u1", "u2", "u3"), ("g1", "g2", "g3"), ("r1", "r2")
KINDS = ("internalguest", "b2bcollaborationguest", "b2bcollaborationmember", "serviceprovider")
RULES = (
    "device.isCompliant -eq True",
    'device.model -ne "x"',
    "device.isCompliant -eq True -and device.model -ne 1",
)


def some(*words):
    """Return sets of none to two words."""
    one, other = st.sampled_from(words), st.sampled_from(words)
    return (
        st.just(frozenset())
        | st.builds(lambda *found: frozenset(found), one)
        | st.builds(lambda *found: frozenset(found), one, other)
    )


def choices(*words):
    return st.builds(Choice, some(*words), some(*words))


GUESTS = st.none() | st.builds(Guests, some(*KINDS), st.none() | some("t1", "t2"))
PEOPLE = st.builds(
    People,
    choices("all", "none", "guestsorexternalusers", *USERS),
    choices(*GROUPS),
    choices(*ROLES),
    GUESTS,
    GUESTS,
)
TARGETS = st.builds(
    Targets,
    choices("all", DATAVERSE, "office365", "other"),
    st.none() | st.builds(Filter, st.sampled_from(Mode), st.just("attribute")),
)
PARTS = {
    "people": PEOPLE,
    "targets": TARGETS,
    "client_types": some("all", *ClientType),
    "locations": choices("all", "alltrusted", "office", "land"),
    "platforms": choices("all", "windows", "linux"),
    "devices": st.builds(Filter, st.sampled_from(Mode), st.sampled_from(RULES)),
    "device_states": choices("all", "compliant", "domainjoined"),
    "user_risk": some("low", "high"),
    "sign_in_risk": some("low", "high"),
    "insider_risk": some("minor", "elevated"),
    "flows": some("devicecodeflow", "authenticationtransfer"),
}
MFA = Demand(Operator.AND, frozenset({"mfa"}))
EVERYBODY, EVERYTHING = Choice(frozenset({"all"})), Targets(Choice(frozenset({"all"})))


def conditions_of(names):
    """Return conditions of which these are configured; a policy with all of them would hardly ever apply."""
    defaults = {"people": st.just(People(EVERYBODY)), "targets": st.just(EVERYTHING)}
    return st.builds(Conditions, **{**defaults, **{name: PARTS[name] for name in names}})


FURTHER = st.sampled_from([(), (), *((name,) for name in PARTS if name != "people")])
CONDITIONS = FURTHER.flatmap(lambda names: conditions_of(("people", *names)))
STRENGTHS = st.none() | st.builds(
    Strength, st.just("s"), st.just("s"), st.sampled_from(Truth), st.sampled_from(Truth)
)
DEMANDS = st.builds(
    Demand,
    st.sampled_from(Operator),
    some("block", "mfa", "compliantdevice", "passwordchange", "approvedapplication", "new"),
    STRENGTHS,
    some("terms"),
    some("custom"),
)
STATES = st.sampled_from([State.ENABLED, State.ENABLED, State.ENABLED, *State])
POLICIES = st.lists(
    st.builds(Policy, st.just("p"), st.just("P"), STATES, CONDITIONS, DEMANDS), min_size=1, max_size=2
)
SIGN_INS = st.builds(
    SignIn,
    st.sampled_from(USERS),
    st.sampled_from((DATAVERSE, "other")),
    st.sampled_from(ClientType),
    st.sampled_from(Flow),
    st.sampled_from((Place("203.0.113.7", "de"), Place("198.51.100.7", "us"))),
    st.sampled_from(("windows", "linux", "beos")),
    st.sampled_from(Device),
    st.sampled_from(("none", "low", "high")),
    st.sampled_from(("none", "low", "high")),
    st.sampled_from(("none", "minor")),
)
LISTS = st.fixed_dictionaries({group: st.builds(Members, some(*USERS), some(*GROUPS)) for group in GROUPS})


def snapshot(policies, lists):
    return Snapshot(
        users=Known(
            {
                "u1": User("u1", "u1@contoso.example", type="member", external=False),
                "u2": User("u2", "u2@contoso.example", type="guest", external=True, home_tenant="t1"),
                "u3": User("u3", "u3@contoso.example", type="guest", external=False),
            }
        ),
        policies=Known(
            tuple(replace(policy, id=f"p{at}", name=f"P{at}") for at, policy in enumerate(policies))
        ),
        locations=Known(
            {
                "office": Location("office", "Office", ("203.0.113.0/24",), trusted=True),
                "land": Location("land", "Land", countries=frozenset({"de"})),
            }
        ),
        groups=Known({group: Group(group, group) for group in GROUPS}),
        members=Known(lists),
        roles=Known({"r1": Role("r1", "R1", Members(frozenset({"u1"}), frozenset({"g1"})))}),
        user_states=Known(dict.fromkeys(USERS, "disabled")),
        security_defaults=Known(value=False),
    )


def answers(access):
    return [
        *((verdict.applies, verdict.scope) for verdict in access.verdicts),
        (access.blocked.truth, access.mfa.truth),
        (access.password.truth, access.mfa_by_policies.truth),
    ]


def never_taken_back(less, more):
    for before, after in zip(answers(less), answers(more), strict=True):
        for one, other in zip(before, after, strict=True):
            assert one in {Truth.UNANSWERED, other}


WORDS = {
    "client_types": ("all", *ClientType),
    "locations": ("all", "alltrusted", "office", "land", "elsewhere"),
    "platforms": ("all", "windows", "linux"),
    "device_states": ("all", "compliant", "domainjoined"),
    "flows": ("devicecodeflow", "authenticationtransfer"),
}
SIDED = {"locations", "platforms", "device_states"}
CONTROLS = ("mfa", "compliantdevice", "domainjoineddevice", "approvedapplication", "new")
GROUPED = (
    {"client_type": tuple(ClientType), "flow": tuple(Flow), "device": tuple(Device)},
    {"place": (Place("203.0.113.7", "de"), Place("198.51.100.7", "us"))},
    {"platform": ("windows", "linux", "beos"), "device": tuple(Device)},
    {"user_risk": ("none", "high"), "sign_in_risk": ("none", "high"), "insider_risk": ("none", "minor")},
)
LOOKED_AT = {
    "client_type": ("client_types",),
    "flow": ("flows",),
    "device": ("devices", "device_states"),
    "place": ("locations",),
    "platform": ("platforms",),
    **{name: (name,) for name in ("user_risk", "sign_in_risk", "insider_risk")},
}
PLACES = (Place(), Place("203.0.113.7"), Place("198.51.100.7"), Place("", "de"), Place("", "us"))


def each_condition():
    """Yield policies with one condition, of every form that a condition takes."""
    for name, words in WORDS.items():
        for include, exclude in product(("", *words), repeat=2):
            sides = Choice(frozenset({include} - {""}), frozenset({exclude} - {""}))
            yield {name: sides if name in SIDED else sides.include}
    for mode, rule in product(Mode, RULES):
        yield {"devices": Filter(mode, rule)}
    for name in ("user_risk", "sign_in_risk", "insider_risk"):
        yield {name: frozenset({"high", "minor"})}


def each_demand():
    """Yield what policies demand, of two kinds at a time."""
    for operator, (one, other) in product(Operator, combinations(CONTROLS, 2)):
        yield Demand(operator, frozenset({one, other}))
        yield Demand(operator, frozenset({one}), terms=frozenset({"terms"}))


ALWAYS = Conditions(People(EVERYBODY), EVERYTHING)
DEMANDING = [Policy("p", "P", State.ENABLED, ALWAYS, one) for one in each_demand()]


def forms(group):
    """Return the policies that look at anything of a group."""
    looked_at = {name for key in group for name in LOOKED_AT[key]}
    made = [one for one in each_condition() if one.keys() & looked_at]
    made = [Policy("p", "P", State.ENABLED, replace(ALWAYS, **one), MFA) for one in made]
    return made + DEMANDING if "flow" in group else made


def weaker(known):
    """Yield everything that is less than what is known of a sign-in: a part left out, or half of it."""
    for names in chain.from_iterable(combinations(known, size) for size in range(len(known))):
        yield {name: known[name] for name in names}
    place = known.get("place")
    for less in PLACES if place else ():
        if less.address in {"", place.address} and less.country in {"", place.country}:
            yield {"place": less}


@pytest.mark.parametrize("group", GROUPED, ids=" and ".join)
def test_what_is_said_of_a_sign_in_half_known_stays_true_once_it_is_known(group):
    for policy in forms(group):
        evaluator = Evaluator(snapshot([policy], {}))
        access = cache(
            lambda known, evaluator=evaluator: evaluator.access(replace(SignIn("u1"), **dict(known)))
        )
        for values in product(*group.values()):
            known = dict(zip(group, values, strict=True))
            for less in weaker(known):
                never_taken_back(access(tuple(less.items())), access(tuple(known.items())))


@given(
    POLICIES,
    LISTS,
    SIGN_INS,
    st.sets(st.sampled_from(("users", "locations", "members", "roles", "user_states"))),
)
def test_what_is_said_of_a_directory_half_read_stays_true_once_it_is_read(policies, lists, sign_in, parts):
    directory = snapshot(policies, lists)
    half = replace(directory, **dict.fromkeys(parts, NOT_EXPORTED))
    never_taken_back(evaluate(half, sign_in), evaluate(directory, sign_in))


@given(POLICIES, LISTS, SIGN_INS, st.sampled_from(GROUPS), st.sampled_from(USERS))
def test_what_is_said_of_a_list_that_was_cut_off_stays_true_whoever_else_is_in_it(
    policies, lists, sign_in, group, user
):
    cut = {**lists, group: replace(lists[group], whole=False)}
    more = {**lists, group: replace(lists[group], users=lists[group].users | {user})}
    never_taken_back(evaluate(snapshot(policies, cut), sign_in), evaluate(snapshot(policies, more), sign_in))


@given(POLICIES, LISTS, st.lists(SIGN_INS, min_size=2, max_size=6))
def test_what_is_remembered_of_users_who_are_alike_is_what_each_gets_alone(policies, lists, sign_ins):
    directory = snapshot(policies, lists)
    evaluator = Evaluator(directory)
    for sign_in in [*sign_ins, *(replace(sign_ins[0], user_id=user) for user in USERS)]:
        assert evaluator.access(sign_in) == evaluate(directory, sign_in)


@given(POLICIES, LISTS, SIGN_INS)
def test_an_exemption_is_kept_by_its_exclusions_alone(policies, lists, sign_in):
    directory = snapshot(policies, lists)
    access = evaluate(directory, sign_in)
    for exemption in access.exemptions:
        policy = next(one for one in directory.policies.value if one.id == exemption.policy_id)
        open_to_all = replace(directory, policies=Known((without_exclusions(policy),)))
        assert evaluate(open_to_all, sign_in).verdicts[0].applies is Truth.HOLDS


def without_exclusions(policy):
    conditions = policy.conditions
    people, targets = conditions.people, conditions.targets
    kept = replace(
        people,
        users=Choice(people.users.include),
        groups=Choice(people.groups.include),
        roles=Choice(people.roles.include),
        guests_left_out=None,
    )
    devices = conditions.devices
    return replace(
        policy,
        conditions=replace(
            conditions,
            people=kept,
            targets=replace(targets, apps=Choice(targets.apps.include), filter=None),
            locations=Choice(conditions.locations.include),
            platforms=Choice(conditions.platforms.include),
            devices=None if devices and devices.mode is Mode.EXCLUDE else devices,
            device_states=Choice(conditions.device_states.include),
        ),
    )
