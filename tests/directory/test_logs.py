"""The sign-in log, by account: the last password grant and the last assertion, and nothing where none is."""

from datetime import UTC, datetime

import pytest

from auditor.directory.logs import Log
from auditor.directory.snapshot import Known, Lack, Missing, SignInRecord, Snapshot, User

ID = "00000000-0000-0000-0000-00000000000a"
USER = User(ID, "sync@contoso.example")


def record(day, error=0, *, protocol="ropc", token="none", user_id=ID, upn=""):
    return SignInRecord(
        user_id,
        "app",
        "dataverse",
        at=datetime(2026, 11, day, tzinfo=UTC) if day else None,
        upn=upn,
        error=error,
        protocol=protocol,
        incoming_token=token,
    )


def told(*records):
    return Log(Snapshot(sign_ins=Known(records))).details(USER)


def test_the_latest_password_grant_counts_whatever_the_order():
    assert told(record(3), record(9, 50076), record(5))["ropc_in_log"] == (
        "last on 2026-11-09, refused with AADSTS50076"
    )


def test_a_grant_that_went_through_says_so():
    assert told(record(9))["ropc_in_log"] == "last on 2026-11-09, with success"


def test_an_entry_without_time_or_result_is_told_as_far_as_it_goes():
    assert told(record(0, None))["ropc_in_log"] == "at an unknown time"
    assert told(record(0, None), record(2, None))["ropc_in_log"] == "last on 2026-11-02"


def test_an_assertion_over_ws_trust_is_no_password_grant():
    found = told(record(9, protocol="none", token="saml11"))
    assert (found["ropc_in_log"], found["assertion_in_log"]) == ("", "last on 2026-11-09, with success")


@pytest.mark.parametrize("protocol", ["oAuth2", "deviceCode", "ropcLike", ""])
def test_other_protocols_are_neither(protocol):
    assert told(record(9, protocol=protocol))["ropc_in_log"] == ""


def test_entries_of_others_are_not_this_account_s():
    assert told(record(9, user_id="somebody", upn="else@contoso.example"))["ropc_in_log"] == ""


def test_an_entry_is_found_by_name_where_it_has_no_id():
    assert told(record(9, user_id="", upn="Sync@contoso.example"))["ropc_in_log"]


def test_a_log_that_was_not_read_is_said_to_be():
    found = Log(Snapshot(sign_ins=Missing(Lack.NOT_ASKED))).details(USER)
    assert found == {"log_read": False, "ropc_in_log": "", "assertion_in_log": ""}
