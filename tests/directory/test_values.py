"""Graph's and PowerShell's JSON in one form."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from auditor.directory.policies import Operator, State
from auditor.directory.policy_shapes import PolicyShape
from auditor.directory.values import DEEPEST, KEYS, TooDeepError, moment, plain, told

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=20,
)


def nested(depth):
    value = "end"
    for _ in range(depth):
        value = {"in": value}
    return value


@given(JSON)
def test_one_form_is_the_same_form_again(value):
    once = plain(value)
    assert plain(once) == once


@given(st.dictionaries(st.text(alphabet="abcXYZ", min_size=1, max_size=4), st.integers()))
def test_keys_are_the_same_however_they_are_written(row):
    upper = {key.upper(): value for key, value in row.items()}
    assert plain(upper).keys() == plain(row).keys() if row else plain(upper) is None


def test_what_powershell_says_is_not_set_is_left_out():
    row = {"Id": "p", "Conditions": {"Devices": {"DeviceFilter": {"Mode": None, "Rule": None}}}}
    assert plain(row) == {"id": "p"}


def test_properties_without_a_type_stand_beside_the_others():
    row = {"Id": "l", "AdditionalProperties": {"@odata.type": "#x", "ipRanges": []}}
    assert plain(row) == {"id": "l", "@odata.type": "#x", "ipranges": []}


def test_lists_that_windows_powershell_counts_are_lists():
    assert plain({"a": {"value": ["x", "y"], "Count": 2}}) == {"a": ["x", "y"]}


def test_the_first_of_two_spellings_counts():
    assert plain({"Id": None, "id": "a", "ID": "b"}) == {"id": "a"}


def test_what_is_nested_deeper_than_any_reply_is_refused():
    assert plain(nested(DEEPEST))
    with pytest.raises(TooDeepError):
        plain(nested(DEEPEST + 1))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-22T05:06:07Z", datetime(2026, 11, 22, 5, 6, 7, tzinfo=UTC)),
        ("2026-11-22T05:06:07.1234567Z", datetime(2026, 11, 22, 5, 6, 7, 123456, tzinfo=UTC)),
        ("2026-11-22T06:06:07+01:00", datetime(2026, 11, 22, 5, 6, 7, tzinfo=UTC)),
        ("2026-11-22T05:06:07", datetime(2026, 11, 22, 5, 6, 7, tzinfo=UTC)),
        ("/Date(1763788000000)/", datetime.fromtimestamp(1763788000, UTC)),
        ("/Date(-62135596800000)/", datetime(1, 1, 1, tzinfo=UTC)),
        ({"value": "/Date(0)/", "DisplayHint": 2}, datetime(1970, 1, 1, tzinfo=UTC)),
        ({"datetime": "2026-11-22T05:06:07Z"}, datetime(2026, 11, 22, 5, 6, 7, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("/Date(99999999999999999999)/", None),
        (None, None),
    ],
)
def test_times_are_read_as_graph_and_powershell_write_them(written, meant):
    assert moment(written) == meant


@given(st.integers(0, 4_000_000_000))
def test_any_time_that_powershell_writes_is_that_time(seconds):
    assert moment(f"/Date({seconds * 1000})/") == datetime.fromtimestamp(seconds, UTC)


@given(st.text())
def test_no_text_in_the_place_of_a_time_is_an_accident(text):
    moment(text)


def read(**policy):
    row = {"id": "p", **policy}
    return PolicyShape.model_validate({**plain(row), KEYS: told(row)}).policy()


@pytest.mark.parametrize(
    ("number", "state"),
    [
        (0, State.ENABLED),
        (1, State.DISABLED),
        (2, State.REPORT_ONLY),
        (7, State.UNKNOWN),
        ("EnabledForReportingButNotEnforced", State.REPORT_ONLY),
        ("Enabled", State.ENABLED),
        (None, State.UNKNOWN),
    ],
)
def test_a_state_is_read_as_a_number_or_as_a_word(number, state):
    assert read(State=number).state is state


def test_numbers_of_enums_are_the_words_they_stand_for():
    found = read(
        Conditions={
            "ClientAppTypes": [1, 2],
            "Platforms": {"IncludePlatforms": [5], "ExcludePlatforms": [0, 7]},
            "SignInRiskLevels": [2],
            "Users": {"IncludeGuestsOrExternalUsers": {"GuestOrExternalUserTypes": 6}},
        },
        GrantControls={"BuiltInControls": [1, 2, 99], "Operator": "AND"},
    )
    conditions = found.conditions
    assert conditions.client_types == {"browser", "mobileappsanddesktopclients"}
    assert conditions.platforms.include == {"all"}
    assert conditions.platforms.exclude == {"android", "linux"}
    assert conditions.sign_in_risk == {"high"}
    assert conditions.people.guests.types == {"b2bcollaborationguest", "b2bcollaborationmember"}
    assert found.demand.controls == {"mfa", "compliantdevice", "number-99"}
    assert found.demand.operator is Operator.AND


def test_a_list_of_one_that_powershell_unwrapped_is_a_list():
    found = read(
        Conditions={"Users": {"IncludeUsers": "All"}, "Applications": {"IncludeApplications": "All"}}
    )
    assert found.conditions.people.users.include == {"all"}
    assert found.conditions.targets.apps.include == {"all"}


def test_ids_that_powershell_joined_with_blanks_are_told_apart():
    found = read(Conditions={"Users": {"ExcludeGroups": "aaaa-1 bbbb-2"}})
    assert found.conditions.people.groups.exclude == {"aaaa-1", "bbbb-2"}


@pytest.mark.parametrize(
    "cut",
    [
        {"Conditions": "Microsoft.Graph.PowerShell.Models.MicrosoftGraphConditionalAccessConditionSet"},
        {"Conditions": {"Users": "@{IncludeUsers=System.Object[]; ExcludeUsers=System.Object[]}"}},
        {"GrantControls": "Microsoft.Graph.PowerShell.Models.MicrosoftGraphConditionalAccessGrantControls"},
    ],
)
def test_what_convertto_json_cut_off_is_an_error_that_says_so(cut):
    with pytest.raises(ValidationError, match="ConvertTo-Json -Depth 20"):
        read(**cut)


def test_conditions_that_are_new_are_kept_by_name():
    found = read(Conditions={"moonPhases": ["full"], "tides": [], "weather": None, "calendar": {"x": None}})
    assert found.conditions.others == ("moonphases",)


def test_what_a_policy_was_exported_without_is_told_from_what_it_does_not_set():
    nothing = read(Conditions={"Users": {"IncludeUsers": None}, "Applications": None}, GrantControls=None)
    assert not nothing.conditions.people.unknown
    assert not nothing.conditions.targets.unknown
    assert nothing.demand.nothing
    short = read(Conditions={"ClientAppTypes": ["all"]})
    assert short.conditions.people.unknown
    assert short.conditions.targets.unknown
    assert not short.demand.nothing


@pytest.mark.parametrize(
    "text",
    [
        "System.Collections.Hashtable",
        "System.Object[]",
        "@{Id=1; Name=x}",
        "Microsoft.Graph.PowerShell.Models.MicrosoftGraphIPNamedLocation",
    ],
)
def test_a_list_that_powershell_did_not_go_into_is_no_list_of_ids(text):
    with pytest.raises(ValidationError, match="cut off"):
        read(Conditions={"Users": {"ExcludeGroups": text}})
    with pytest.raises(ValidationError, match="cut off"):
        read(Conditions={"Users": {"ExcludeGroups": [text, text]}})
