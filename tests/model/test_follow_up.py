"""What becomes of findings between two audits: keys and checksums."""

from auditor.model import CaseKey, FindingKey, facts_checksum

KEY = FindingKey(CaseKey("ana@contoso.com", "app", "contoso.crm.dynamics.com"), "ropc-blocked")


def test_a_findings_key_is_the_same_in_every_run_and_another_for_another_rule():
    assert KEY.digest() == FindingKey(*KEY).digest()
    assert KEY.digest() != KEY._replace(rule="mfa-required").digest()
    assert len(KEY.digest()) == 20


def test_a_checksum_sees_a_changed_fact_and_a_fact_that_moved_to_the_next_column():
    told = facts_checksum(["ana@contoso.com", "high", "What"])
    assert told != facts_checksum(["ana@contoso.com", "low", "What"])
    assert told != facts_checksum(["ana@contoso.com", "high What", ""])
    assert len(told) == 16


def test_a_checksum_does_not_see_what_spreadsheets_change_on_saving():
    written = facts_checksum([" one\ntwo ", "_x005F_x0041_"])
    assert written == facts_checksum(["one\r\ntwo", "_x0041_"])
