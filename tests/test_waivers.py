"""Findings that somebody accepted for a while: read strictly, held to their day, and never lost (issue 6)."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import WaiversError
from auditor.exit_codes import Demands, Watched, verdict_of
from auditor.model import Axis, Contract, Expected, RunInfo, Severity, Summary, Vantage
from auditor.waivers import Entry, Waived, load_waivers
from tests.judged_cases import ACCEPTED, HOST, finding, result

KNOWN = {"mfa-blocks", "contract-is-broken", "no-role"}
GOOD = """\
waivers:
  - case: {account: Svc@Contoso.example}
    finding: mfa-blocks
    reason: The vendor ships in spring
    who: Dana of the identity desk
    until: 2027-01-31
  - case:
      account: "ext-*@contoso.example"
      app: mobile
      environment: "*.crm4.dynamics.com"
    finding: no-role
    reason: Removed on purpose
    who: dana@contoso.example
    until: "2026-12-01"
"""
LAST = ACCEPTED.until
START = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.fixture
def load(tmp_path):
    """Write a list of waivers and read it."""

    def read(text, name="waivers.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_waivers(path, KNOWN)

    return read


@dataclass
class Made:
    """An audit of results made by hand."""

    items: tuple
    readings: int = 0

    @property
    def run(self):
        return RunInfo("run-1", "0", "a.csv", START, START, "", Vantage(), simulated=False)

    @property
    def summary(self):
        judged = [one for one in self.items if not one.not_audited]
        counted = Counter(found.severity for one in judged for found in one.findings)
        worst = Counter(str(one.findings[0].severity) if one.findings else "none" for one in judged)
        return Summary(
            len(self.items), 1, 0, 0, {axis: {} for axis in Axis}, dict(worst), dict(counted), {}, 0
        )

    def results(self):
        self.readings += 1
        return iter(self.items)

    def invalid(self):
        return iter(())


def entry(account="*", rule="mfa-blocks", app="*", environment="*", until=LAST, where="waivers.yaml:2"):
    return Entry(where, account, app, environment, rule, replace(ACCEPTED, until=until))


def waived(*items, entries=None, today=LAST):
    return Waived(Made(items), (entry(),) if entries is None else entries, today)


def test_a_list_is_read_with_the_line_of_each_entry(load):
    first, second = load(GOOD)
    assert (first.where, first.account, first.app, first.environment) == (
        "waivers.yaml:2", "svc@contoso.example", "*", "*",
    )  # fmt: skip
    assert (first.waiver.reason, first.waiver.until) == ("The vendor ships in spring", date(2027, 1, 31))
    assert (second.where, second.finding, second.waiver.until) == (
        "waivers.yaml:7",
        "no-role",
        date(2026, 12, 1),
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("finding: mfa-blocks", "finding: mfa", "waivers.yaml:3: there is no finding mfa"),
        ("finding: mfa-blocks", "finding: mfa-*", "waivers.yaml:3: there is no finding mfa-*"),
        ("    who: Dana of the identity desk\n", "", "waivers.yaml:2: waivers.0.who: is missing"),
        (
            "reason: The vendor ships in spring",
            "reason: ' '",
            "waivers.yaml:4: waivers.0.reason: must not be empty",
        ),
        ("until: 2027-01-31", "until: 20270131", "waivers.yaml:6: waivers.0.until: has to be a day such as"),
        (
            "until: 2027-01-31",
            "until: 2027-01-31 10:00:00",
            "waivers.yaml:6: waivers.0.until: has to be a day",
        ),
        ("until: 2027-01-31", "until: next spring", "waivers.yaml:6: waivers.0.until: has to be a day"),
        ("app: mobile", "apps: mobile", "waivers.yaml:9: waivers.1.case.apps: unknown key"),
        ("account: Svc@Contoso.example", "app: mobile", "waivers.yaml:2: waivers.0.case.account: is missing"),
        ("waivers:", "waiver:", "waivers.yaml:1: waivers: is missing"),
        (
            "    who: Dana",
            "    who: Dana\n    who: Dana",
            "waivers.yaml:6: not valid YAML: key 'who' stands twice",
        ),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(load, old, new, said):
    assert old in GOOD
    with pytest.raises(WaiversError) as raised:
        load(GOOD.replace(old, new, 1))
    assert said in str(raised.value)
    assert raised.value.advice


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "(top level): has to hold keys and values"),
        ("waivers: []\n", "waivers: needs at least 1"),
        (b"waivers: \xff\n", "is not UTF-8"),
        ("waivers: [\n", "not valid YAML"),
        (b"#" * (6 * 1024 * 1024), "is too large"),
    ],
)
def test_what_is_no_list_of_waivers_is_said(load, text, said):
    with pytest.raises(WaiversError, match=re.escape(said)):
        load(text)


def test_a_list_that_is_not_there_is_said(tmp_path):
    with pytest.raises(WaiversError, match=r"none\.yaml cannot be read"):
        load_waivers(tmp_path / "none.yaml", KNOWN)


def test_a_waived_finding_is_marked_stays_and_stands_behind_the_others():
    case = result("svc@contoso.example", finding("mfa-blocks", Severity.BLOCKER), finding("no-role"))
    (marked,) = waived(case).results()
    assert [(one.rule, one.waived) for one in marked.findings] == [
        ("no-role", None),
        ("mfa-blocks", ACCEPTED),
    ]


def test_a_waiver_holds_through_its_last_day_and_no_longer():
    case = result("svc@contoso.example", finding("mfa-blocks"))
    held, over = waived(case), waived(case, today=LAST + timedelta(days=1))
    assert next(held.results()).findings[0].waived == ACCEPTED
    assert next(over.results()).findings[0].waived is None
    assert (held.summary.expired, held.summary.unused) == ((), ())
    assert over.summary.expired == (
        "waivers.yaml:2: mfa-blocks of *: ran out on 2027-01-31, 1 finding counts again (it@contoso.example)",
    )


def test_a_waiver_that_ran_out_is_not_expired_where_another_holds():
    case = result("svc@contoso.example", finding("mfa-blocks"))
    old = entry(until=date(2026, 1, 1), where="waivers.yaml:9")
    audit = waived(case, entries=(old, entry()))
    assert next(audit.results()).findings[0].waived == ACCEPTED
    assert (audit.summary.expired, audit.summary.unused) == ((), ())


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        ({"account": "svc@contoso.example"}, True),
        ({"account": "*@contoso.example"}, True),
        ({"account": "sv?@contoso.example"}, True),
        ({"account": "*", "app": "mobile", "environment": HOST}, True),
        ({"account": "*", "environment": "*.crm4.dynamics.com"}, True),
        ({"account": "svc@contoso"}, False),
        ({"account": "svc@contoso.exampleX"}, False),
        ({"account": "[s]vc@contoso.example"}, False),
        ({"account": "s.c@*"}, False),
        ({"account": "*", "environment": "contoso?crm4xdynamics.com"}, False),
        ({"account": "*", "app": "mobil"}, False),
        ({"account": "*", "environment": "crm4.dynamics.com"}, False),
        ({"rule": "no-role"}, False),
    ],
)
def test_cases_are_named_exactly_or_by_pattern(changes, fits):
    case = result("svc@contoso.example", finding("mfa-blocks"))
    (marked,) = waived(case, entries=(entry(**changes),)).results()
    assert (marked.findings[0].waived is not None) is fits


def test_what_is_waived_counts_neither_as_the_worst_nor_among_the_findings():
    first = result(
        "a@contoso.example", finding("mfa-blocks", Severity.BLOCKER), finding("no-role", Severity.LOW)
    )
    second = result("b@contoso.example", finding("mfa-blocks", Severity.BLOCKER))
    summary = waived(first, second, result("c@contoso.example", not_audited="left")).summary
    assert (summary.worst, summary.findings) == ({"low": 1, "none": 1}, {Severity.LOW: 1})
    assert (summary.waived, summary.cases) == (2, 3)


def test_what_is_waived_makes_no_run_fail_and_its_contract_neither():
    broken = result(
        "a@contoso.example", finding("contract-is-broken"), finding("mfa-blocks", Severity.BLOCKER),
        contract=Contract.BROKEN, expected=Expected.ROPC,
    )  # fmt: skip
    demands = Demands(contract=frozenset(Expected), fail_on=Severity.BLOCKER)

    def code(*rules):
        audit = waived(broken, entries=tuple(entry(rule=rule) for rule in rules) or (entry("nobody"),))
        return verdict_of(Watched(audit, demands))[0]

    assert code() == 10
    assert code("mfa-blocks") == 10
    assert code("contract-is-broken") == 10
    assert code("mfa-blocks", "contract-is-broken") == 0


@pytest.mark.parametrize(
    ("case", "changes", "said"),
    [
        (result("a@contoso.example"), {}, "the finding is gone; take it out"),
        (result("a@contoso.example"), {"until": date(2026, 1, 1)}, "the finding is gone; take it out"),
        (
            result("a@contoso.example"),
            {"account": "b@contoso.example"},
            "no case fits it; correct it, or take it out",
        ),
        (
            result("a@contoso.example", path="could not tell"),
            {},
            "not needed in this run, which could not tell of all its cases",
        ),
        (
            result("a@contoso.example", not_audited="left"),
            {},
            "not needed in this run, which could not tell of all its cases",
        ),
    ],
)
def test_a_waiver_that_nothing_came_of_is_reported_with_its_reason(case, changes, said):
    summary = waived(case, entries=(entry(**changes),)).summary
    assert [line.rpartition(": ")[2] for line in summary.unused] == [said]
    assert summary.expired == ()


def test_an_entry_is_told_by_its_place_finding_and_cases():
    assert str(entry("a@b", app="mobile", environment=HOST)) == (
        f"waivers.yaml:2: mfa-blocks of a@b through mobile in {HOST}"
    )


def test_every_reading_counts_anew_and_the_numbers_cost_one_where_nobody_read():
    audit = waived(result("a@contoso.example", finding("mfa-blocks")))
    assert audit.summary.waived == 1
    list(audit.results())
    list(audit.results())
    assert audit.summary.waived == 1
    assert audit._audit.readings == 3


@given(
    rules=st.lists(st.sampled_from(sorted(KNOWN)), max_size=4),
    accounts=st.lists(
        st.sampled_from(["a@x.example", "b@x.example", "*@x.example", "?@x.example"]), max_size=4
    ),
)
def test_no_finding_is_ever_lost_and_none_is_made(rules, accounts):
    cases = [result(f"{name}@x.example", *map(finding, dict.fromkeys(rules))) for name in "ab"]
    entries = tuple(entry(account, rule) for account, rule in zip(accounts, rules, strict=False))
    audit = waived(*cases, entries=entries)
    for before, after in zip(cases, audit.results(), strict=True):
        assert Counter(one.rule for one in before.findings) == Counter(one.rule for one in after.findings)
    total = sum(len(case.findings) for case in cases)
    assert audit.summary.waived + sum(audit.summary.findings.values()) == total
