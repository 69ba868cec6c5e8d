import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import RulesError
from auditor.model import Confidence, Known, Leg, SignsInFrom, Unknown, Vantage
from auditor.rulebook.facts import Estate, build_estate, facts_of
from auditor.rulebook.hints import reads_like_a_person, says_the_place
from auditor.rulebook.judge import judge
from auditor.rulebook.load import load_rulebook


@pytest.mark.parametrize(
    "upn",
    [
        "ada.lovelace@contoso.example",
        "Ada.Lovelace@contoso.example",
        "jean-luc.moreau@contoso.example",
        "anna.m.huber@contoso.example",
        "zoë.müller2@contoso.example",
    ],
)
def test_first_and_last_name_read_like_a_person(book, upn):
    assert reads_like_a_person(upn, book.service_words)


@pytest.mark.parametrize(
    "upn",
    [
        "crm.sync@contoso.example",
        "sync.calendar@contoso.example",
        "svc-dynamics@contoso.example",
        "ext.leasing@contoso.example",
        "integration@contoso.example",
        "adalovelace@contoso.example",
        "a.l@contoso.example",
        "node.42@contoso.example",
        "ada.lovelace_fabrikam.example#EXT#@contoso.example",
        "@contoso.example",
        "",
    ],
)
def test_other_names_do_not(book, upn):
    assert not reads_like_a_person(upn, book.service_words)


@given(upn=st.text(max_size=200))
def test_any_text_can_be_asked_about(upn):
    assert reads_like_a_person(upn, frozenset()) in {True, False}


def test_own_words_for_service_accounts_come_on_top_of_the_shipped_ones(tmp_path):
    (tmp_path / "account_names.yaml").write_text("service_words: [falcon]\n", encoding="utf-8")
    words = load_rulebook(tmp_path).service_words
    assert not reads_like_a_person("falcon.one@contoso.example", words)
    assert not reads_like_a_person("crm.sync@contoso.example", words)


@pytest.mark.parametrize("words", ["[]", "[Falcon]", "['']", "[two words]", "[no]"])
def test_words_have_to_be_words(tmp_path, words):
    (tmp_path / "account_names.yaml").write_text(f"service_words: {words}\n", encoding="utf-8")
    with pytest.raises(RulesError, match=r"account_names\.yaml: service_words"):
        load_rulebook(tmp_path)


@pytest.mark.parametrize(
    ("label", "place", "says"),
    [
        ("vendor server", SignsInFrom.VENDOR_SERVER, True),
        ("Vendor  Server, Prague", SignsInFrom.VENDOR_SERVER, True),
        ("office", SignsInFrom.VENDOR_SERVER, False),
        ("", SignsInFrom.VENDOR_SERVER, False),
        ("vendor server", SignsInFrom.CUSTOMER_SERVER, False),
    ],
)
def test_a_vantage_says_the_place_by_its_label_alone(label, place, says):
    assert says_the_place(Vantage(label, "192.0.2.7"), place) is says


def test_what_names_suggest_is_never_certain(book, kit):
    case = kit.case("ada.lovelace@contoso.example")
    looks = kit.looks(case).discovered().signed_in(kit.good(Leg.TOKEN))
    found = facts_of(book, case, looks.items, build_estate([case]))
    assert found["named_like_a_person"] == Known("yes", Confidence.UNSURE, "inventory")
    assert found["seen_from_app"] == Known("no", Confidence.UNSURE, "password")


def test_without_a_sign_in_nothing_is_said_of_its_place(book, kit):
    case = kit.case()
    found = facts_of(book, case, kit.looks(case).discovered().items, build_estate([case]))
    assert isinstance(found["seen_from_app"], Unknown)


def test_a_shared_reference_means_a_shared_password(book, kit):
    case = kit.case(shared_credential=True)
    found = facts_of(book, case, [], build_estate([case]))
    assert found["shared_password"] == Known("yes", source="inventory")


def test_passwords_that_nobody_compared_are_not_called_different(book, kit):
    case = kit.case()
    assert isinstance(facts_of(book, case, [], build_estate([case]))["shared_password"], Unknown)


def test_a_run_that_compared_passwords_says_which_accounts_share_one_and_nothing_else(book, kit):
    one, other = kit.case("one@contoso.example"), kit.case("other@contoso.example")
    estate = build_estate([one, other], same_passwords=frozenset({"one@contoso.example"}))
    assert facts_of(book, one, [], estate)["shared_password"] == Known("yes", source="password")
    asked = kit.looks(other).discovered().signed_in(kit.good(Leg.TOKEN)).items
    assert facts_of(book, other, asked, estate)["shared_password"] == Known("no", source="password")
    assert isinstance(facts_of(book, other, [], estate)["shared_password"], Unknown)
    apps = frozenset({("contoso.example", one.app.name)})
    assert estate == Estate(frozenset(), frozenset({"one@contoso.example"}), shared_apps=apps)


def test_a_part_of_an_estate_knows_equal_passwords_but_never_that_there_are_none(book, kit):
    one, other = kit.case("one@contoso.example"), kit.case("other@contoso.example")
    estate = build_estate([one, other], frozenset({"one@contoso.example"}), "compared in this part only")
    assert facts_of(book, one, [], estate)["shared_password"] == Known("yes", source="password")
    asked = kit.looks(other).discovered().signed_in(kit.good(Leg.TOKEN)).items
    assert facts_of(book, other, asked, estate)["shared_password"] == Unknown("compared in this part only")


def test_findings_that_rest_on_a_guess_say_so(book, kit):
    case = kit.case("ada.lovelace@contoso.example")
    looks = kit.looks(case).discovered().signed_in(kit.good(Leg.TOKEN))
    found = {f.rule: f for f in judge(book, case, looks.items, build_estate([case])).findings}
    for rule in ("account-looks-like-a-person", "vantage-differs-from-the-app"):
        assert found[rule].confidence is Confidence.UNSURE
    assert "guess" in found["account-looks-like-a-person"].what
