"""The pipeline over the shipped world: safe with passwords, complete, and judged again offline."""

import re
from collections import Counter

import pytest

from auditor.journal import Journal
from auditor.model import Axis, NotObserved, Observed, Question, Why
from auditor.rulebook.load import load_rulebook
from auditor.run.judged import judge
from auditor.writers import FORMATS, writer_for


def slot(result, question):
    (found,) = [item for item in result.evidence if item.question is question]
    return found


def reading_of(result):
    reading = result.readings.get(Question.PASSWORD)
    return reading.outcome if reading else ""


def test_every_case_has_each_slot_observed_or_a_reason(shipped):
    for result in shipped.results:
        for question in (Question.PASSWORD, Question.WHOAMI, Question.TABLE):
            assert isinstance(slot(result, question), Observed | NotObserved)


def test_no_account_got_a_second_submission_unless_the_first_proved_its_password(shipped):
    sent = Counter()
    proven = set()
    for result in shipped.results:
        item = slot(result, Question.PASSWORD)
        if isinstance(item, Observed) and item.answer.sent:
            sent[result.case.account_id] += 1
            if result.readings[Question.PASSWORD].mark.value == "right":
                proven.add(result.case.account_id)
    assert sent == Counter({name.lower(): count for name, count in shipped.submissions.items()})
    assert {name for name, count in sent.items() if count > 1} <= proven


def test_an_unproven_accounts_other_cases_name_the_case_that_decided(audit_world, small_world):
    small_world["inventory"] = [
        {"account": "sync@contoso.example", "environment": host, "app": "resco-crm-sync", "believes": "wrong"}
        for host in ("contoso.crm4.dynamics.com", "contoso-test.crm4.dynamics.com")
    ]
    audited = audit_world(small_world)
    first, second = (slot(result, Question.PASSWORD) for result in audited.results)
    assert first.answer.codes == (50126,)
    assert second.why is Why.PASSWORD_NOT_PROVEN
    assert "contoso.crm4.dynamics.com" in second.detail
    assert audited.submissions == {"sync@contoso.example": 1}


def test_people_are_not_asked_for_passwords(shipped):
    people = [one for one in shipped.results if one.case.kind == "person" and not one.case.skip]
    asked = [one for one in people if isinstance(slot(one, Question.PASSWORD), Observed)]
    assert {one.case.expected for one in asked} == {"ropc"}
    assert len(people) > len(asked)


@pytest.mark.parametrize(
    ("account", "why"),
    [
        ("fieldwork.friend@outlook.example", Why.PERSONAL_ACCOUNT),
        ("iris.bell@bracken-installers.example", Why.TENANTS_DISAGREE),
        ("ext.old-supplier@gone-supplier.example", Why.TENANT_UNKNOWN),
        ("sync.readings@meters.contoso.example", Why.FEDERATION_NOT_HTTPS),
        ("sync.levels@wells.contoso.example", Why.FEDERATION_UNUSABLE),
        (
            "iris.bell_bracken-installers.example#EXT#@fabrikam-machinery.onmicrosoft.com",
            Why.GUEST_ACCOUNT,
        ),
    ],
)
def test_a_password_stays_here_where_discovery_speaks_against_it(shipped, account, why):
    assert slot(shipped.result(account), Question.PASSWORD).why is why
    assert account not in shipped.submissions


def test_nothing_is_asked_of_hosts_outside_the_inventory(shipped):
    hosts = {request.host for request in shipped.requests}
    allowed = re.compile(r"login\.microsoftonline\.(com|us)|sts[a-z-]*\.contoso\.example|[a-z0-9-]+\.crm.*")
    assert all(allowed.fullmatch(host) for host in hosts), hosts


def test_the_run_file_is_judged_again_without_network_to_the_same_result(shipped):
    shipped.journal.forget_shared()
    again = judge(shipped.journal, load_rulebook())
    assert list(again.results()) == shipped.results
    assert again.summary == shipped.audit.summary


def test_results_come_in_inventory_order_and_can_be_read_twice(shipped):
    rows = [result.case.origin.row for result in shipped.results]
    assert rows == sorted(rows)
    assert [one.case.key for one in shipped.audit.results()] == [one.case.key for one in shipped.results]


def test_no_password_or_token_stands_in_anything_the_run_wrote(shipped, shipped_world, terms):
    for name in FORMATS:
        writer = writer_for(name, terms)
        writer.write(shipped.audit, shipped.folder / f"report{writer.suffix}")
    passwords = {user["password"] for user in shipped_world["users"] if "password" in user}
    passwords |= {row["password"] for row in shipped_world["inventory"] if "password" in row}
    passwords |= {app["secret"] for one in shipped_world["tenants"] for app in one["apps"] if "secret" in app}
    (token,) = (path.read_text(encoding="utf-8") for path in (shipped.folder / "tokens").iterdir())
    for text in everything_in(shipped.folder):
        for password in (*passwords, token, token.rpartition(".")[2], "PRIVATE KEY-----"):
            assert password not in text
        assert not re.search(r"eyJ[\w-]{10,}\.", text), "something like a token"
        assert "Assertion " not in text


def everything_in(folder):
    """Yield every file's text, workbooks unpacked; not where the operator keeps a workload's token."""
    import zipfile  # noqa: PLC0415 - used here alone

    for path in (one for one in folder.iterdir() if one.name != "tokens"):
        yield path.read_bytes().decode("latin-1")
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                for name in packed.namelist():
                    yield packed.read(name).decode("utf-8", "replace")


def test_the_breaker_stops_a_batch_of_stale_passwords(tmp_path):
    import yaml  # noqa: PLC0415 - used here alone

    from tests.run.conftest import SHIPPED, run_world  # noqa: PLC0415 - used here alone

    data = yaml.safe_load(SHIPPED.with_name("breaker.yaml").read_text(encoding="utf-8"))
    audited = run_world(data, tmp_path, breaker=True)
    refused = [one for one in audited.results if reading_of(one) == "wrong_password"]
    assert len(refused) == 5
    held = [
        one for one in audited.results if getattr(slot(one, Question.PASSWORD), "why", None) is Why.BREAKER
    ]
    assert len(held) == len(audited.results) - sum(audited.submissions.values()) > 10
    assert audited.audit.run.stopped
    assert all(one.verdicts[Axis.ROPC].unknown for one in held)
    audited.journal.close()


@pytest.fixture
def small_world():
    return {
        "version": 1,
        "tenants": [
            {
                "id": "11111111-2222-3333-4444-555555555555",
                "name": "Contoso",
                "domains": [{"name": "contoso.example"}],
                "apps": [{"app": "resco-mobile-crm"}],
                "grants": [{"app": "resco-mobile-crm", "all_users": True}],
            }
        ],
        "users": [{"upn": "sync@contoso.example", "password": "Planted-secret-1"}],
        "environments": [
            {"host": "contoso.crm4.dynamics.com", "tenant": "contoso.example", "open_to_tenant": True},
            {"host": "contoso-test.crm4.dynamics.com", "tenant": "contoso.example", "open_to_tenant": True},
        ],
        "inventory": [
            {
                "account": "sync@contoso.example",
                "environment": "contoso.crm4.dynamics.com",
                "app": "resco-crm-sync",
            }
        ],
    }


def test_a_scope_that_was_not_agreed_to_gets_no_password(audit_world, small_world):
    from auditor.run.interface import ScopeAnswer  # noqa: PLC0415 - used here alone

    audited = audit_world(small_world, scope=ScopeAnswer(tenants=frozenset({"other.example"})))
    assert slot(audited.results[0], Question.PASSWORD).why is Why.NOT_AGREED
    assert audited.submissions == {}


@pytest.mark.parametrize("name", ["contoso.example", "11111111-2222-3333-4444-555555555555"])
def test_a_tenant_is_agreed_to_by_domain_or_guid(audit_world, small_world, name):
    from auditor.run.interface import ScopeAnswer  # noqa: PLC0415 - used here alone

    audited = audit_world(small_world, scope=ScopeAnswer(tenants=frozenset({name})))
    assert audited.submissions == {"sync@contoso.example": 1}


def test_nobody_to_ask_and_nothing_agreed_is_a_usage_error_before_any_password(audit_world, small_world):
    from auditor.errors import ScopeError  # noqa: PLC0415 - used here alone
    from auditor.run.interface import ScopeAnswer  # noqa: PLC0415 - used here alone

    with pytest.raises(ScopeError) as caught:
        audit_world(small_world, scope=ScopeAnswer())
    assert "contoso.example" in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("password", ["", " Planted-secret-1", "Planted-secret-1\t"])
def test_empty_passwords_and_outer_blanks_are_refused_before_sending(audit_world, small_world, password):
    small_world["inventory"][0]["password"] = password
    audited = audit_world(small_world)
    assert slot(audited.results[0], Question.PASSWORD).why is Why.CREDENTIAL_UNFIT
    assert audited.submissions == {}


def test_a_submission_whose_answer_was_never_kept_is_unknown_and_not_unasked(audit_world, small_world):
    import sqlite3  # noqa: PLC0415 - used here alone

    audited = audit_world(small_world)
    audited.journal.close()
    with sqlite3.connect(audited.journal.path) as broken:
        broken.execute("DELETE FROM evidence WHERE question = 'password'")
    broken.close()
    again = Journal.open(audited.journal.path)
    (result,) = judge(again, load_rulebook()).results()
    again.close()
    assert reading_of(result) == "outcome_unknown"
    assert result.facts["submission"].value == "sent"
    assert result.verdicts[Axis.ROPC].unknown


def test_a_run_that_did_not_live_to_its_end_is_incomplete(audit_world, small_world):
    import sqlite3  # noqa: PLC0415 - used here alone

    from auditor.exit_codes import Watched, verdict_of  # noqa: PLC0415 - used here alone

    audited = audit_world(small_world)
    audited.journal.close()
    with sqlite3.connect(audited.journal.path) as broken:
        broken.execute("DELETE FROM intents")
        broken.execute("DELETE FROM evidence WHERE kind = 'case'")
        broken.execute("UPDATE header SET value = json_set(value, '$.run.ended', null)")
    broken.close()
    again = Journal.open(audited.journal.path)
    audit = judge(again, load_rulebook())
    (result,) = audit.results()
    code, (said,) = verdict_of(Watched(audit))
    again.close()
    assert slot(result, Question.PASSWORD).why is Why.INTERRUPTED
    assert code == 4
    assert said.startswith("interrupted: 1 case not reached")


def test_the_run_file_keeps_the_configuration_and_no_address_of_a_proxy(audit_world, small_world):
    audited = audit_world(small_world)
    kept = audited.journal.header.settings
    assert kept["table"] == "account"
    assert kept["proxy"] == "given"
    assert "127.0.0.1" not in str(kept)


def test_an_inventory_of_skipped_rows_alone_is_nothing_to_audit(audit_world, small_world):
    from auditor.errors import NothingToAudit  # noqa: PLC0415 - used here alone

    small_world["inventory"][0]["skip"] = "retired"
    with pytest.raises(NothingToAudit):
        audit_world(small_world)


def test_equal_passwords_are_a_finding_on_both_accounts_that_names_neither_password_nor_partner(
    audit_world, small_world
):
    small_world["users"].append({"upn": "other@contoso.example", "password": "Planted-secret-1"})
    small_world["users"].append({"upn": "third@contoso.example", "password": "Planted-secret-3"})
    small_world["inventory"] += [
        dict(small_world["inventory"][0], account=name)
        for name in ("other@contoso.example", "third@contoso.example")
    ]
    audited = audit_world(small_world)
    shared = {
        one.case.account: [f.what for f in one.findings if f.rule == "credential-is-shared"]
        for one in audited.results
    }
    assert [len(found) for found in shared.values()] == [1, 1, 0]
    assert "other@" not in shared["sync@contoso.example"][0]
