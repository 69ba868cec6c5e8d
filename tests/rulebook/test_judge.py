from dataclasses import replace

import pytest

from auditor.model import (
    Answer,
    Axis,
    Contract,
    Expected,
    Failure,
    Flow,
    Grant,
    Kind,
    Leg,
    Question,
    Why,
)
from auditor.rulebook.conditions import Is
from auditor.rulebook.facts import build_estate
from auditor.rulebook.judge import Judge, judge


@pytest.fixture
def verdicts(book, kit):
    def verdicts(case, looks):
        result = judge(book, case, looks.items, build_estate([case]), vantage=kit.office)
        return tuple(str(result.verdicts[axis]) for axis in Axis)

    return verdicts


@pytest.fixture
def app_user(kit):
    return kit.app(Grant.ROPC, Grant.APPLICATION)


SEED = 50076


def test_the_sentence_of_the_seed_for_an_integration_whose_app_can_use_an_application_user(
    kit, verdicts, app_user
):
    case = kit.case(app=app_user)
    assert verdicts(case, kit.looks(case).discovered().signed_in(kit.refused(SEED))) == (
        "required",
        "unknown (hidden behind: MFA required)",
        "not eligible (MFA required)",
        "move to an application user (MFA required)",
    )


def test_the_sentence_of_the_seed_for_an_integration_whose_app_takes_a_password_only(kit, verdicts):
    case = kit.case()
    assert verdicts(case, kit.looks(case).discovered().signed_in(kit.refused(SEED)))[3] == (
        "fix, then ready (MFA required)"
    )


def test_the_sentence_of_the_seed_for_a_person(book, kit, verdicts):
    case = kit.case("ada@contoso.example", Kind.PERSON, kit.app(Grant.INTERACTIVE))
    looks = kit.looks(case).discovered().signed_in(kit.refused(SEED))
    assert verdicts(case, looks)[3] == "switch to interactive OAuth (people sign in themselves)"
    finding = judge(book, case, looks.items, build_estate([case])).findings[0]
    assert (finding.rule, finding.severity) == ("mfa-blocks-password-grant", "info")
    assert finding.fixes[0].id == "switch-to-interactive"


def test_a_token_and_dataverse_make_an_integration_ready(book, kit, verdicts):
    case = kit.case()
    looks = kit.looks(case).discovered().signed_in(kit.good(Leg.TOKEN))
    looks.asked_dataverse(kit.good(Leg.WHOAMI), kit.good(Leg.TABLE))
    assert verdicts(case, looks) == ("not required", "granted (kind unknown)", "eligible", "ready")
    result = judge(book, case, looks.items, build_estate([case]), vantage=kit.office)
    assert result.verdicts[Axis.ROPC].vantage == "office (192.0.2.7)"
    assert result.verdicts[Axis.CONSENT].vantage == ""
    assert result.findings[0].rule == "password-grant-is-not-lasting"


def test_a_table_that_was_not_asked_for_does_not_hold_a_case_up(kit, verdicts):
    case = kit.case()
    looks = kit.looks(case).discovered().signed_in(kit.good(Leg.TOKEN)).asked_dataverse(kit.good(Leg.WHOAMI))
    looks.held_back(Question.TABLE, Why.NOT_ASKED)
    assert verdicts(case, looks)[3] == "ready"


@pytest.mark.parametrize(
    ("whoami", "table", "path"),
    [
        ("0x80072560", None, "fix, then ready (not a member of the environment)"),
        ("0x80042f09", None, "fix, then ready (no security role)"),
        ("0x80095ffe", None, "fix, then ready (blocked by the environment's IP firewall)"),
        ("0x80072322", None, "could not tell (throttled)"),
        (None, "0x80040220", "fix, then ready (privilege missing)"),
        (None, "0x80072322", "could not tell (throttled)"),
    ],
)
def test_dataverse_has_a_say_in_the_path_and_none_in_the_other_verdicts(kit, verdicts, whoami, table, path):
    case = kit.case()
    looks = kit.looks(case).discovered().signed_in(kit.good(Leg.TOKEN))
    looks.asked_dataverse(
        kit.dataverse(whoami) if whoami else kit.good(Leg.WHOAMI),
        kit.dataverse(table, leg=Leg.TABLE) if table else None,
    )
    assert verdicts(case, looks) == ("not required", "granted (kind unknown)", "eligible", path)


def test_an_integration_that_works_only_over_ws_trust_is_not_ready(kit, verdicts, app_user):
    for app, path in ((app_user, "move to an application user"), (kit.app(), "fix, then ready")):
        case = kit.case(app=app)
        looks = kit.looks(case).discovered(account_type="Federated", federation="usable")
        looks.signed_in(kit.good(Leg.TOKEN), federated=True)
        looks.asked_dataverse(kit.good(Leg.WHOAMI), kit.good(Leg.TABLE))
        seen = verdicts(case, looks)
        assert seen[2] == "works only over WS-Trust (federated)"
        assert seen[3] == f"{path} (the token depends on WS-Trust)"


@pytest.mark.parametrize(
    ("code", "mfa", "consent", "ropc", "path"),
    [
        (50079, "registration required", None, "not eligible (MFA registration required)", "fix, then ready"),
        (
            50158,
            "external (third party)",
            None,
            "not eligible (external control required)",
            "fix, then ready",
        ),
        (
            53003,
            "blocked by policy (blocked by Conditional Access)",
            None,
            "not eligible (blocked by Conditional Access)",
            "fix, then ready",
        ),
        (65001, None, "missing", "not eligible (consent missing)", "fix, then ready"),
        (
            90094,
            None,
            "needs an administrator",
            "not eligible (administrator consent required)",
            "fix, then ready",
        ),
        (50055, None, None, "not eligible (password expired)", "fix, then ready"),
        (7000218, None, None, "not eligible (app is not a public client)", "fix, then ready"),
        (50020, None, None, "not eligible (guest, personal or other tenant's account)", "fix, then ready"),
        (50057, None, None, "not eligible (account disabled)", "retire"),
        (50126, None, None, "unknown (wrong password)", "could not tell"),
        (50053, None, None, "unknown", "could not tell"),
        (50034, None, None, "unknown", "could not tell"),
        (99999, None, None, "unknown", "could not tell"),
    ],
)
def test_an_answer_speaks_for_its_own_axis_alone(kit, verdicts, code, mfa, consent, ropc, path):
    case = kit.case()
    seen = verdicts(case, kit.looks(case).discovered().signed_in(kit.refused(code)))
    assert seen[0].startswith("unknown (") if mfa is None else seen[0] == mfa
    assert seen[1].startswith("unknown (") if consent is None else seen[1] == consent
    assert seen[2].startswith("unknown (") if ropc == "unknown" else seen[2] == ropc
    assert seen[3].partition(" (")[0] == path


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_that_does_not_answer_leaves_everything_open(kit, verdicts, status):
    case = kit.case()
    looks = (
        kit.looks(case).discovered().signed_in(Answer(Flow.ROPC, Leg.TOKEN, http_status=status, sent=True))
    )
    assert all(word.startswith(("unknown", "could not tell")) for word in verdicts(case, looks))


def test_a_connection_that_broke_after_the_send_is_named_as_that(kit, verdicts):
    case = kit.case()
    answer = Answer(Flow.ROPC, Leg.TOKEN, failure=Failure.RESET, sent=True)
    assert verdicts(case, kit.looks(case).discovered().signed_in(answer))[3] == (
        "could not tell (no usable answer after the password was sent)"
    )


def test_a_person_who_was_not_asked_is_unknown_but_knows_where_to_go(book, kit, verdicts):
    case = kit.case("ada@contoso.example", Kind.PERSON, kit.app(Grant.INTERACTIVE))
    looks = kit.looks(case).discovered().held_back(Question.PASSWORD, Why.NOT_ASKED)
    assert verdicts(case, looks) == (
        "unknown (not asked)",
        "unknown (not asked)",
        "unknown (not asked)",
        "switch to interactive OAuth (people sign in themselves)",
    )
    result = judge(book, case, looks.items, build_estate([case]))
    assert [finding.rule for finding in result.findings] == ["person-signs-in-interactively"]


def test_disagreeing_tenants_stop_the_judgement(book, kit, verdicts):
    case = kit.case()
    looks = kit.looks(case).discovered(environment=kit.fabrikam)
    looks.held_back(Question.PASSWORD, Why.TENANTS_DISAGREE)
    seen = verdicts(case, looks)
    assert seen[3] == "could not tell (account, environment and inventory name different tenants)"
    assert seen[2] == "unknown (account, environment and inventory name different tenants)"
    assert judge(book, case, looks.items, build_estate([case])).findings[0].rule == "tenants-disagree"


def test_a_personal_account_is_a_finding_of_its_own_and_no_disagreement(book, kit, verdicts):
    case = kit.case("sync@personal.example")
    looks = kit.looks(case).discovered(kit.fabrikam, account_type="Federated", personal=True)
    looks.held_back(Question.PASSWORD, Why.PERSONAL_ACCOUNT)
    assert verdicts(case, looks)[3] == "fix, then ready (a personal Microsoft account)"
    found = judge(book, case, looks.items, build_estate([case])).findings
    assert [finding.rule for finding in found] == ["guest-or-personal-account"]


def test_what_kept_a_question_back_is_said_in_words(kit, verdicts):
    case = kit.case()
    looks = kit.looks(case).held_back(Question.PASSWORD, Why.ENVIRONMENT_UNKNOWN, "environment_not_found")
    assert (
        verdicts(case, looks)[0] == "unknown (the environment could not be confirmed: environment not found)"
    )


@pytest.mark.parametrize(
    ("federation", "why", "ropc"),
    [
        ("plain_http", Why.FEDERATION_NOT_HTTPS, "not eligible (the federation endpoint is not https)"),
        (
            "no_endpoint",
            Why.FEDERATION_UNUSABLE,
            "not eligible (the federation provider offers no endpoint for user name and password)",
        ),
        (
            "unreadable",
            Why.FEDERATION_UNUSABLE,
            "not eligible (the federation provider's metadata cannot be read)",
        ),
        (
            "unreachable",
            Why.FEDERATION_UNUSABLE,
            "unknown (the federation server offers no usable username endpoint)",
        ),
    ],
)
def test_a_federation_provider_without_a_usable_https_endpoint(kit, verdicts, federation, why, ropc):
    case = kit.case()
    looks = kit.looks(case).discovered(account_type="Federated", federation=federation)
    assert verdicts(case, looks.held_back(Question.PASSWORD, why))[2] == ropc


def test_guests_and_personal_accounts_are_not_eligible_without_being_asked(kit, verdicts):
    guest = kit.case("ada_fabrikam.example#EXT#@contoso.example")
    looks = kit.looks(guest).discovered().held_back(Question.PASSWORD, Why.GUEST_ACCOUNT)
    assert verdicts(guest, looks)[2:] == (
        "not eligible (guest account)",
        "fix, then ready (a guest; the password belongs to another organisation)",
    )
    personal = kit.case("sync@personal.example")
    looks = kit.looks(personal).discovered(account_type="Federated", personal=True)
    looks.held_back(Question.PASSWORD, Why.PERSONAL_ACCOUNT)
    assert verdicts(personal, looks)[2] == "not eligible (personal Microsoft account)"


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize(
    "grants", [(), (Grant.INTERACTIVE,), (Grant.ROPC,), (Grant.APPLICATION,), tuple(Grant)]
)
@pytest.mark.parametrize("code", [0, 50076, 65001, 50126, 50057, 50020, 70003])
def test_a_path_never_names_a_grant_that_the_app_lacks(kit, verdicts, kind, grants, code):
    app = kit.app(*grants) if grants else kit.app(grants={})
    case = kit.case(kind=kind, app=app)
    looks = kit.looks(case).discovered()
    looks.signed_in(kit.refused(code)) if code else looks.held_back(Question.PASSWORD, Why.NOT_ASKED)
    path = verdicts(case, looks)[3]
    assert Grant.APPLICATION in grants or not path.startswith("move to an application user")
    assert Grant.INTERACTIVE in grants or not path.startswith("switch to interactive")


def test_a_skipped_row_is_not_judged(book, kit):
    case = kit.case(skip="leaves in June", expected=Expected.ROPC)
    result = judge(book, case, [], build_estate([case]))
    assert result.not_audited == "leaves in June"
    assert result.findings == ()
    assert result.contract is Contract.NOT_UNDER_CONTRACT
    assert all(verdict.unknown for verdict in result.verdicts.values())
    assert {verdict.why for verdict in result.verdicts.values()} == {"skipped in the inventory"}


def test_a_broken_contract_is_reported_behind_its_cause(book, kit):
    case = kit.case(expected=Expected.ROPC)
    looks = kit.looks(case).discovered().signed_in(kit.refused(65001))
    result = judge(book, case, looks.items, build_estate([case]))
    assert [finding.rule for finding in result.findings][:2] == ["consent-is-missing", "contract-is-broken"]
    assert result.contract is Contract.BROKEN
    assert result.findings[1].what.endswith('"ropc": consent missing.')


def test_the_same_evidence_gives_the_same_result(book, kit):
    case = kit.case()
    looks = kit.looks(case).discovered().signed_in(kit.refused(50076))
    first, second = (judge(book, case, looks.items, build_estate([case])) for _ in range(2))
    assert first == second


def test_nothing_at_all_is_judged_as_nothing_known(kit, verdicts):
    case = kit.case()
    assert verdicts(case, kit.looks(case)) == (
        "unknown (not asked)",
        "unknown (not asked)",
        "unknown (not asked)",
        "could not tell (not asked)",
    )


def test_what_a_case_is_told_does_not_hang_on_the_cases_before_it(book, kit):
    case, estate = kit.case(), build_estate([kit.case()])
    federated = {
        "account_type": "Federated",
        "federation": "no_endpoint",
        "federation_host": "sts.contoso.example",
    }
    every = [
        kit.looks(case),
        kit.looks(case).discovered(),
        kit.looks(case).discovered(**federated),
        kit.looks(case).discovered(**federated).held_back(Question.PASSWORD, Why.NOT_ASKED),
        kit.looks(case).discovered(**federated).held_back(Question.PASSWORD, Why.FEDERATION_UNUSABLE),
        kit.looks(case).discovered().held_back(Question.PASSWORD, Why.PASSWORD_NOT_PROVEN, "see a"),
        kit.looks(case).discovered().held_back(Question.PASSWORD, Why.PASSWORD_NOT_PROVEN, "see b"),
        kit.looks(case).discovered().signed_in(kit.refused(50076)),
        kit.looks(case).discovered().signed_in(kit.refused(50126)),
        kit.looks(case).discovered().signed_in(kit.good(Leg.TOKEN)).asked_dataverse(kit.good(Leg.WHOAMI)),
    ]
    one = Judge(book, estate)
    for looks in (*every, *reversed(every)):
        assert one.result(case, looks.items) == judge(book, case, looks.items, estate)


def test_what_facts_entail_is_not_kept_without_end(book, kit, monkeypatch):
    monkeypatch.setattr("auditor.rulebook.judge._KEPT", 3)
    case = kit.case()
    one = Judge(book, build_estate([case]))
    for code in (50076, 50126, 65001, 53003, 50055):
        one.result(case, kit.looks(case).discovered().signed_in(kit.refused(code)).items)
    assert len(one._standings) <= 3


def test_what_is_remembered_hangs_on_which_questions_have_slots(book, kit):
    rule = replace(book.findings[0], when=Is("submission", frozenset({Why.NOT_ASKED.value})), evidence=())
    case = kit.case()
    one = Judge(replace(book, findings=(rule,)), build_estate([case]))
    without = one.result(case, kit.looks(case).discovered().items)
    held = one.result(case, kit.looks(case).discovered().held_back(Question.PASSWORD, Why.NOT_ASKED).items)
    assert without.facts == held.facts
    assert [result.findings[0].evidence for result in (without, held)] == [(), ("password: not asked",)]
