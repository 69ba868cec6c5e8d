"""The very-hidden sheet: what the writer of a workbook and its reader share."""

from datetime import UTC, datetime

from auditor.model import (
    ColumnUse,
    FindingName,
    RegistryColumn,
    RunInfo,
    Vantage,
    facts_checksum,
    registry_head,
    registry_row,
)

RUN = RunInfo("r1", "0.1.0", "accounts.xlsx", datetime(2026, 11, 22, tzinfo=UTC), None, "", Vantage(), False)
NAME = FindingName("Ana@contoso.com", "App", "contoso.crm.dynamics.com", "ropc-blocked")


def test_the_head_says_what_the_workbook_was_written_from_and_which_columns_are_ours():
    columns = [
        RegistryColumn("account", "Account", ColumnUse.FACT),
        RegistryColumn("key", "Key", ColumnUse.BESIDE),
    ]
    assert list(registry_head(RUN, columns)) == [
        ("format", "auditor workbook 1"),
        ("run", "r1"),
        ("tool", "0.1.0"),
        ("started", "2026-11-22T00:00:00+00:00"),
        ("column", "account", "Account", "fact"),
        ("column", "key", "Key", "beside"),
    ]


def test_a_findings_row_holds_its_key_and_checksums_of_facts_and_name():
    facts = ["Ana@contoso.com", "high"]
    assert registry_row("1f0c", facts, NAME) == ("finding", "1f0c", facts_checksum(facts), NAME.checksum())


def test_a_name_is_the_same_in_any_letter_case_and_another_with_another_rule():
    assert NAME.checksum() == NAME._replace(account="ana@CONTOSO.com").checksum()
    assert NAME.checksum() != NAME._replace(rule="mfa-required").checksum()
