from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from auditor.baselines import baseline_of
from auditor.exit_codes import Demands, Watched, comparison_of
from auditor.model import Contract, Expected, Severity, Status, Tracked
from auditor.writers.markdown import LIMIT, MarkdownWriter
from auditor.writers.markdown_text import code, plain, table

BROKEN = "contract-is-broken"
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@pytest.fixture
def written(terms, tmp_path):
    """Write an audit and return the text."""

    def write(audit, limit=LIMIT, **changes):
        target = tmp_path / "audit.md"
        MarkdownWriter(terms(**changes), limit).write(audit, target)
        return target.read_text(encoding="utf-8")

    return write


@pytest.fixture
def one(make):
    """Return an audit of a single case with these findings."""

    def audit(*findings, account="svc@contoso.example", times=1, **more):
        words = (("required",), ("granted",), ("not eligible",), ("fix, then ready",))
        case = make.result(account, make.app, make.host, words, row=7, findings=findings, **more)
        return make.audit(make.run(stopped=()), make.summary((case,), ()), (case,) * times)

    return audit


def tables(text):
    """Return the tables as an independent reader sees them: rows of cells' texts, by the heading above."""
    found, heading, tokens = {}, "", READER.parse(text)
    for number, token in enumerate(tokens):
        if token.type == "inline" and tokens[number - 1].type == "heading_open":
            heading = token.content.partition(" (")[0]
        if token.type == "tr_open":
            found.setdefault(heading, []).append([])
        if token.type == "inline" and tokens[number - 1].type in {"td_open", "th_open"}:
            found[heading][-1].append("".join(part.content for part in token.children))
    return found


def test_the_fixed_audit_is_written_as_it_always_was(audit, written, golden):
    golden("summary.md", written(audit))


def test_the_same_audit_is_the_same_bytes(audit, written):
    assert written(audit) == written(audit)


def test_an_audit_without_results_says_so_much_and_no_more(quiet_audit, written):
    assert "Broken" not in written(quiet_audit)
    assert "0 cases, 0 accounts" in written(quiet_audit)


def test_a_broken_contract_stands_first_with_what_was_seen_and_the_fix(make, one, written):
    mfa = make.finding("mfa", "MFA blocks", Severity.MEDIUM, "It does.", (make.fixes.role,))
    broken = make.finding(BROKEN, "Not as expected", Severity.HIGH, "No.", (make.fixes.consent,))
    text = written(one(broken, mfa, contract=Contract.BROKEN, contract_why="MFA", expected=Expected.ROPC))
    found = tables(text)
    assert list(found)[1:3] == ["Broken contracts", "Findings, the gravest first"]
    (row,) = found["Broken contracts"][1:]
    assert row == [
        "svc@contoso.example",
        "Contoso order sync",
        make.host,
        "ropc",
        "MFA",
        "Assign a security role in the environment (System Administrator; minutes; lasting)",
        "accounts.xlsx, sheet Sign-ins, row 7",
    ]
    assert [row[1] for row in found["Findings, the gravest first"][1:]] == ["MFA blocks"]


def test_the_gravest_come_first_and_those_that_fail_the_run_before_them(make, one, written, demand):
    low, high = (make.finding(word, word, Severity(word), word) for word in ("low", "high"))
    rows = tables(written(one(low, high)))["Findings, the gravest first"]
    assert [row[1] for row in rows[1:]] == ["high", "low"]
    rows = tables(written(one(low, high), demand=demand(frozenset({"low"}))))["Findings, the gravest first"]
    assert [row[1] for row in rows[1:]] == ["low", "high"]


def test_remarks_and_open_questions_are_no_findings_to_act_on(make, one, written):
    remark = make.finding("remark", "A remark", Severity.INFO, "So.")
    open_one = make.finding("open", "An open question", Severity.HIGH, "So.", unanswered=True)
    assert "Findings, the gravest" not in written(one(remark, open_one))


def test_what_is_waived_stands_apart_with_who_until_and_why(make, one, written, waiver):
    accepted = make.finding("mfa", "MFA blocks", Severity.BLOCKER, "It does.", waived=waiver)
    found = tables(written(one(accepted)))
    assert "Findings, the gravest first" not in found
    assert found["Waived"][1] == [
        "MFA blocks",
        "svc@contoso.example",
        "Contoso order sync",
        make.host,
        "Dana of the identity desk",
        "2027-03-31",
        "The vendor replaces it in spring",
    ]


def test_a_broken_contract_that_is_waived_is_none_of_the_broken(make, one, written, waiver):
    accepted = make.finding(BROKEN, "Not as expected", Severity.HIGH, "No.", waived=waiver)
    found = tables(written(one(accepted, contract=Contract.BROKEN, expected=Expected.ROPC)))
    assert "Broken contracts" not in found
    assert len(found["Waived"]) == 2


def test_what_nobody_could_look_at_is_counted_by_reason_with_what_would_change_it(audit, written):
    rows = tables(written(audit))["What nobody could look at"]
    assert rows[1][:3] == ["password", "stopped by the breaker", "1"]
    assert all(row[3] for row in rows[1:])


@pytest.mark.parametrize("changes", [{"missing": ("shard 2/3",)}, {"interrupted": True}, {"stopped": ("x",)}])
def test_a_run_that_is_not_whole_says_so_at_the_top(quiet_audit, make, written, changes):
    text = written(replace(quiet_audit, run=make.run(**({"stopped": ()} | changes))))
    assert "**Incomplete:**" in text[:600]


def test_rows_beyond_the_hundredth_are_left_out_and_counted(make, one, written):
    found = make.finding("rule", "Something", Severity.HIGH, "So.")
    text = written(one(found, times=1_234))
    assert len(tables(text)["Findings, the gravest first"]) == 101
    assert "## Findings, the gravest first (1,234)" in text
    assert "1,134 more rows are not shown here." in text


@pytest.mark.parametrize("limit", [LIMIT, 300_000, 260_000, 250_000])
def test_the_summary_is_never_longer_than_its_limit(make, one, written, waiver, limit):
    wide = "\N{PILE OF POO}*" * 400
    findings = [make.finding(f"rule-{n}", wide, Severity.HIGH, wide, (make.fixes.role,)) for n in range(3)]
    findings.append(make.finding("accepted", wide, Severity.HIGH, wide, waived=replace(waiver, reason=wide)))
    case = one(*findings, account=wide, times=300, contract=Contract.BROKEN, contract_why=wide)
    whole = replace(case, run=make.run(stopped=(wide,) * 300, source=wide))
    text = written(whole, limit)
    assert len(text.encode()) <= limit
    assert "rows are not shown here" in text


def test_one_row_that_is_left_out_is_spoken_of_in_the_singular():
    assert "".join(table(("a",), [("x",)], 2, 1_000)).endswith("1 more row is not shown here.\n\n")


@pytest.mark.parametrize(
    "text",
    [
        "[click](https://evil.example)",
        "![x](https://evil.example/x.png)",
        "<img src=x onerror=alert(1)>",
        "<!-- hidden",
        "https://evil.example www.evil.example",
        "a | b",
        "**bold** _x_ ~~gone~~ `code`",
        "&lt;b&gt; &amp;",
        "# heading",
        r"back\slash \| pipe",
        "$math$",
    ],
)
def test_marks_are_only_characters(text):
    (row,) = tables(f"# T\n\n{''.join(table(('a', 'b'), [(plain(text), 'end')], 1, 10_000))}")["T"][1:]
    assert row == [text, "end"]


def test_nobody_is_mentioned():
    assert "@contoso" not in plain("ask @contoso/admins")
    assert "svc@contoso.example" in plain("ask svc@contoso.example")


@pytest.mark.parametrize(("text", "shown"), [("a@b", "`a@b`"), ("a`b", r"a\`b"), ("a|b", r"a\|b"), ("", "")])
def test_a_name_is_code_where_it_can_be(text, shown):
    assert code(text) == shown


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(text=st.text(st.characters(exclude_categories=()), min_size=1, max_size=40))
@example(text="|\n|---|\n<script>\\|")
@example(text="a\\")
@example(text="\u202ereversed\u2066 \ud83d \x1b[31m")
def test_no_text_from_outside_leaves_its_cell(text, make, one, written):
    found = make.finding("rule", text, Severity.HIGH, text)
    whole = one(found, account=text, contract=Contract.BROKEN, contract_why=text, expected=Expected.ROPC)
    shown = written(replace(whole, run=make.run(source=text, stopped=(text,))))
    kinds = {token.type for part in READER.parse(shown) for token in (part, *(part.children or ()))}
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "s_open", "em_open", "fence"}
    for rows in tables(shown).values():
        assert len({len(row) for row in rows}) == 1
    assert [len(rows) for rows in tables(shown).values()][1:] == [2, 2]


def test_waivers_that_ran_out_or_that_nothing_came_of_are_listed(quiet_audit, written):
    summary = replace(
        quiet_audit.summary, waived=3, expired=("a.yaml:2: x: ran out",), unused=("a.yaml:9: y: gone",)
    )
    text = written(replace(quiet_audit, summary=summary))
    assert "## Waivers to look at (2)\n\n- a.yaml:2: x: ran out\n- a.yaml:9: y: gone\n" in text
    assert "| Waived findings | 3 |" in text


def test_what_is_new_and_what_is_gone_since_the_baseline_stands_in_a_table(one, make, written, demand):
    new = make.finding("no-role", "No role", Severity.HIGH, "It has none.")
    remark = make.finding("remark", "A remark", Severity.INFO, "By the way.")
    since = demand(since="new", no_more=("mfa-demanded", "outcome-unknown"))
    (_, row) = tables(written(one(new, remark), demand=since))["Changed since run-1"]
    assert row[-2:] == ["No role", "Mfa demanded; outcome-unknown"]


def test_what_is_marked_done_and_fails_and_what_is_accepted_no_longer_is_counted_and_listed(
    one, make, written
):
    done, late = Tracked(Status.DONE, "Dana | Alex"), Tracked(lapsed=date(2026, 10, 31))
    found = [
        replace(make.finding("mfa", "MFA blocks", Severity.HIGH, "So."), tracked=done),
        replace(make.finding("role", "No role", Severity.BLOCKER, "So."), tracked=done),
        replace(make.finding("late", "Late", Severity.LOW, "So."), tracked=late),
        replace(make.finding("remark", "A remark", Severity.INFO, "So."), tracked=done),
        replace(make.finding("unseen", "Unseen", Severity.LOW, "So."), tracked=replace(done, looked=False)),
    ]
    text = written(one(*found))
    said = "marked Done, still failing 2 \N{MIDDLE DOT} accepted until a day that has passed 1"
    assert f"| Earlier workbook | {said} |" in text
    case = ["svc@contoso.example", "Contoso order sync", make.host]
    where = "accounts.xlsx, sheet Sign-ins, row 7"
    assert tables(text)["Marked Done, still failing"][1:] == [
        ["blocker", "No role", *case, "Dana | Alex", where],
        ["high", "MFA blocks", *case, "Dana | Alex", where],
    ]
    assert tables(text)["Accepted until a day that has passed"][1:] == [["low", "Late", *case, "", where]]
    assert "Earlier workbook" not in written(one())


def test_an_accepted_risk_that_is_graver_than_before_is_counted_as_on_the_sheet_of_changes(
    one, make, written
):
    late = Tracked(lapsed=date(2026, 10, 31))
    whole = one(replace(make.finding("late", "Late", Severity.HIGH, "So."), tracked=late))
    (then,) = one(make.finding("late", "Late", Severity.LOW, "So.")).results()
    watched = Watched(whole, Demands(baseline=baseline_of("run-1", [then]), worse_fails=False))
    assert "Earlier workbook" not in written(watched, comparison=comparison_of(watched))


def test_without_a_baseline_or_a_change_there_is_no_such_table(one, make, written, demand):
    found = make.finding("no-role", "No role", Severity.HIGH, "It has none.")
    assert "Changed since" not in written(one(found))
    assert "Changed since" not in written(one(found), demand=demand(since="unchanged"))
