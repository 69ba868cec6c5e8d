import shutil

import pytest
import yaml

from auditor.errors import RulesError
from auditor.model import Grant, SignsInFrom, Sureness
from auditor.resources import shipped
from auditor.rulebook.load import load_apps, load_rulebook

FINDING = {
    "id": "ours",
    "title": "Something is ours",
    "severity": "high",
    "when": {"sign_in": "mfa_required"},
    "what": "{{ upn }} is ours.",
    "why": "Because.",
    "looks_like": "Nothing.",
    "fixes": ["switch-to-interactive"],
}
FIX = {
    "id": "our-fix",
    "title": "Fix it",
    "steps": ["Do it."],
    "role": "app-owner",
    "effort": "minutes",
    "disposition": "lasting",
    "verify": "It is done.",
    "group": "{{ upn }}",
}
APP = {
    "name": "our-app",
    "title": "Our app",
    "client_id": {"value": "AAAAAAAA-1111-2222-3333-444444444444", "sure": "sourced"},
    "grants": {"ropc": "sourced"},
    "signs_in_from": "customer server",
}


@pytest.fixture
def rules(tmp_path):
    """Write files into a folder of rules of our own, and return it."""

    def rules(**files):
        for name, content in files.items():
            folder, _, file = name.partition("__")
            target = tmp_path / folder / f"{file}.yaml"
            target.parent.mkdir(exist_ok=True)
            target.write_text(content if isinstance(content, str) else yaml.safe_dump(content), "utf-8")
        return tmp_path

    return rules


def problem(folder):
    with pytest.raises(RulesError) as caught:
        load_rulebook(folder)
    return str(caught.value)


def test_the_shipped_rules_load(book):
    assert len(book.findings) > 80
    assert len(book.outcomes) > 70
    assert book.rules


def test_own_rules_come_on_top_of_the_shipped_ones(rules, book):
    answers = {"order": 1, "codes": {99999: "mfa_required", 50076: "mfa_challenge_failed"}}
    own = load_rulebook(rules(findings__ours=FINDING, fixes__fix=FIX, apps__app=APP, answers__ours=answers))
    assert len(own.findings) == len(book.findings) + 1
    assert own.codes[99999][0].outcome == "mfa_required"
    assert own.codes[50076][0].outcome == "mfa_challenge_failed"
    assert own.apps["our-app"].client_id == "aaaaaaaa-1111-2222-3333-444444444444"
    assert own.apps["our-app"].signs_in_from is SignsInFrom.CUSTOMER_SERVER


def test_an_own_finding_with_a_shipped_id_takes_its_place(rules, book):
    ours = {"id": "mfa-blocks-password-grant", "when": {"sign_in": ["mfa_required", "mfa_challenge_failed"]}}
    own = load_rulebook(rules(findings__mfa=FINDING | ours))
    assert len(own.findings) == len(book.findings)
    replaced = {rule.id: rule for rule in own.findings}["mfa-blocks-password-grant"]
    assert replaced.title == "Something is ours"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"colour": "red"}, "findings/ours.yaml: colour: unknown key"),
        ({"when": {}}, "findings/ours.yaml: when: a condition is a mapping with at least one entry"),
        ({"when": {"all": []}}, "findings/ours.yaml: when.all: needs a list with at least one condition"),
        ({"when": {"mfas": "required"}}, "findings/ours.yaml: when.mfas: 'mfas' is not a declared fact"),
        (
            {"when": {"mfa": "needed"}},
            "findings/ours.yaml: when.mfa: 'needed' is not a value of the fact mfa",
        ),
        (
            {"when": {"sign_in": "mfa"}},
            "findings/ours.yaml: when.sign_in: 'mfa' is not a value of the fact sign_in",
        ),
        ({"when": {"submission": "no idea"}}, "'no idea' is not a value of the fact submission"),
        ({"fixes": ["pray"]}, "findings/ours.yaml: fixes.0: 'pray' is not in fixes/"),
        ({"fixes": [{"use": "switch-to-interactive", "when": {}}]}, "fixes.0.when: a condition is a mapping"),
        (
            {"fixes": ["exclude-one-account-from-mfa"]},
            "fixes.0: lowers security before a safer way was offered",
        ),
        ({"what": "{{ user }} is ours."}, "findings/ours.yaml: what: 'user' is no placeholder"),
        ({"severity": "dreadful"}, "findings/ours.yaml: severity.0.level: "),
        (
            {"severity": [{"level": "low", "when": {"kind": "person"}}]},
            "severity: the last line, and no other",
        ),
        ({"severity": []}, "findings/ours.yaml: severity: "),
        ({"evidence": ["horoscope"]}, "findings/ours.yaml: evidence.0: "),
        ({"id": "Not An Id"}, "findings/ours.yaml: id: "),
        ({"title": ""}, "findings/ours.yaml: title: "),
    ],
)
def test_a_finding_that_does_not_fit_is_refused_by_file_and_key(rules, changes, message):
    assert message in problem(rules(findings__ours=FINDING | changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"role": "wizard"}, "fixes/fix.yaml: role: 'wizard' is not in roles.yaml"),
        ({"steps": []}, "fixes/fix.yaml: steps: "),
        ({"steps": ["Ask {{ wizard }}."]}, "fixes/fix.yaml: steps.0: 'wizard' is no placeholder"),
        ({"command": "rm {{ path }}"}, "fixes/fix.yaml: command: 'path' is no placeholder"),
        ({"effort": "ages"}, "fixes/fix.yaml: effort: "),
        ({"weakens": True}, "fixes/fix.yaml: weakens: what lowers security is never a lasting answer"),
    ],
)
def test_a_fix_that_does_not_fit_is_refused_by_file_and_key(rules, changes, message):
    assert message in problem(rules(fixes__fix=FIX | changes))


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"codes": {50076: "tired"}}, "order: "),
        ({"order": 1, "codes": {50076: "tired"}}, "50076: 'tired' is not an outcome"),
        ({"order": 1, "codes": {"AADSTS50076": "mfa_required"}}, "codes.AADSTS50076"),
        ({"order": 1, "codes": {50076: []}}, "codes.50076"),
        (
            {"order": 1, "codes": {50076: [{"outcome": "mfa_required", "when": {"realm": "managed"}}]}},
            "50076: the last line, and no other",
        ),
        ({"order": 1, "codes": {50076: ["mfa_required", "mfa_required"]}}, "codes.50076"),
        ({"order": 1, "dataverse": {"0x8007256": "not_a_member"}}, "dataverse.0x8007256"),
        ({"order": 1, "rules": [{"outcome": "mfa_required"}]}, "rules.0: `when` is missing"),
        ({"order": 1, "rules": [{"outcome": "mfa_required", "when": {}}]}, "rules.0: `when` is empty"),
        (
            {"order": 1, "rules": [{"outcome": "mfa_required", "when": {"realm": "north"}}]},
            "when.realm: 'north' is not a realm",
        ),
        ({"order": 1, "rules": [{"outcome": "mfa_required", "when": {"status": "often"}}]}, "when.status"),
        (
            {"order": 1, "rules": [{"outcome": "mfa_required", "when": {"mood": "bad"}}]},
            "when.mood: unknown key",
        ),
    ],
)
def test_answers_that_do_not_fit_are_refused_by_file_and_key(rules, answers, message):
    found = problem(rules(answers__ours=answers))
    assert found.startswith(rules().name)
    assert message in found


def test_one_id_in_two_files_is_an_error_that_names_both(rules):
    found = problem(rules(findings__one=FINDING, findings__two=FINDING))
    assert "findings/two.yaml: id: ours stands in" in found
    assert "findings/one.yaml" in found


def test_one_code_in_two_files_is_an_error(rules):
    one, two = {"order": 1, "codes": {99999: "mfa_required"}}, {"order": 2, "codes": {99999: "mfa_required"}}
    assert "answers/two.yaml: 99999: stands in another file" in problem(
        rules(answers__one=one, answers__two=two)
    )


def test_two_files_of_the_same_order_are_an_error(rules):
    assert "answers/two.yaml: order: 1 is that of" in problem(
        rules(answers__one={"order": 1}, answers__two={"order": 1})
    )


def test_a_key_given_twice_is_an_error(rules):
    assert "key 'order' stands twice" in problem(rules(answers__ours="order: 1\norder: 2\n"))


def test_every_problem_of_the_findings_is_reported_at_once(rules):
    found = problem(
        rules(
            findings__a=FINDING | {"id": "aa", "fixes": ["x"]},
            findings__b=FINDING | {"id": "bb", "fixes": ["y"]},
        )
    )
    assert len(found.splitlines()) == 2


def test_an_entry_that_nobody_reads_is_an_error(tmp_path):
    (tmp_path / "finding").mkdir()
    assert f"{tmp_path.name}/finding: unknown entry" in problem(tmp_path)


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    assert "no such folder" in problem(tmp_path / "nowhere")


def test_a_file_that_is_no_text_is_an_error(tmp_path):
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "x.yaml").write_bytes(b"\xff\xfe\x00")
    assert "apps/x.yaml: cannot be read as UTF-8 text" in problem(tmp_path)


def test_outcomes_may_say_declared_facts_only(rules):
    outcome = {"label": "x", "meaning": "X.", "password": "unknown", "says": {"mfa": "maybe"}}
    found = problem(rules(answers__outcomes={"outcomes": {"odd": outcome}}))
    assert "odd: says: mfa: maybe is not a declared fact and value" in found


def test_rules_work_from_any_folder_with_their_shape(tmp_path):
    copy = tmp_path / "copy"
    with_readme = shutil.copytree(str(shipped("rules")), copy)
    assert len(load_rulebook(with_readme).findings) == len(load_rulebook().findings)


def test_the_apps_of_the_issue_are_there_with_how_sure_each_datum_is():
    apps = load_apps()
    assert set(apps) == {
        "resco-mobile-crm",
        "resco-inspections",
        "resco-routes",
        "resco-external-project",
        "resco-location-tracking",
        "resco-crm-sync",
        "dataverse-sample",
        "dynamics-development-tools",
        "own-registration",
    }
    assert apps["resco-mobile-crm"].client_id_sure is Sureness.SOURCED
    for name in ("resco-mobile-crm", "resco-inspections", "resco-routes"):
        assert set(apps[name].grants) == {Grant.INTERACTIVE}
        assert apps[name].signs_in_from is SignsInFrom.DEVICE
    for name in ("resco-external-project", "resco-location-tracking"):
        assert set(apps[name].grants) == {Grant.ROPC}
        assert apps[name].signs_in_from is SignsInFrom.VENDOR_SERVER
        assert apps[name].individual_consent_enough
        assert apps[name].client_id_sure is Sureness.UNVERIFIED
    assert set(apps["own-registration"].grants) == set(Grant)
    assert apps["dataverse-sample"].sample
    assert all(app.sources for app in apps.values())


def test_an_outcome_that_no_finding_asks_for_is_an_error(rules):
    ours = {"label": "ours", "meaning": "Ours.", "password": "unknown"}
    folder = rules(answers__outcomes={"outcomes": {"our_own": ours}})
    assert "our_own: no finding asks for it" in problem(folder)
    rules(answers__outcomes={"outcomes": {"our_own": ours | {"benign": True}}})
    assert load_rulebook(folder).outcomes["our_own"].benign


def test_a_code_of_another_sign_in_has_to_name_it_and_no_other_may(rules):
    unnamed = rules(answers__ours={"order": 7, "codes": {99999: "other_flow"}})
    assert "99999: `flow` names the kind of sign-in" in problem(unnamed)
    named = {"outcome": "mfa_required", "flow": "SAML"}
    assert "`flow` names" in problem(rules(answers__ours={"order": 7, "codes": {99999: named}}))


def test_a_sentence_is_told_by_its_text_alone(rules):
    sentence = {"when": {"text": "our words", "status": "400"}, "outcome": "mfa_required"}
    folder = rules(answers__ours={"order": 7, "sentences": [sentence]})
    assert "sentences.0: `when` of a sentence is `text` alone" in problem(folder)
