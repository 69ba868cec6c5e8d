"""The page of `--format html` in real Chromium: what it does, and what it leaves alone."""

from dataclasses import replace
from itertools import pairwise

import pytest

from auditor.model import Brand, Severity
from auditor.writers.html.writer import HtmlWriter
from tests.pictures import png
from tests.writers import conftest as of_writers

audit, make, terms = of_writers.audit, of_writers.make, of_writers.terms
NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1400, "height": 900}
WATCH = """
window.broken = [];
document.addEventListener("securitypolicyviolation", (event) => window.broken.push(event.violatedDirective));
"""
EVIL = (
    "</script><script>window.ran = 1</script>",
    "</td></tr></table><img src=x onerror='window.ran = 1'>",
    "<svg onload=window.ran=1>",
    "<iframe src='https://evil.example/'></iframe>",
    "<style>body{display:none}</style>",
    "javascript:window.ran=1",
    "\u202egpj.exe \u05e9\u05dc\u05d5\u05dd \N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}",
    "W" * 32_767,
)


@pytest.fixture
def page_file(terms, tmp_path):
    """Write an audit as a page and return the file."""

    def write(audit, **changes):
        target = tmp_path / "audit.html"
        HtmlWriter(terms(**changes)).write(audit, target)
        return target

    return write


@pytest.fixture
def visit(chromium):
    """Open a page; what it asks for, says on the console, and would have liked to do is kept beside it."""
    contexts = []

    def go(file, address="", **more):
        settings = {"viewport": WIDE, "reduced_motion": "reduce", "locale": "en-GB"} | more
        context = chromium.new_context(**settings)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.asked, page.said, page.dialogs = [], [], []
        page.on("request", lambda request: page.asked.append(request.url.partition("#")[0]))
        page.stopped = {}
        page.on("requestfailed", lambda request: page.stopped.update({request.url: request.failure}))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("dialog", lambda dialog: page.dialogs.append(dialog.message) or dialog.dismiss())
        page.add_init_script(WATCH)
        page.goto(file.as_uri() + address)
        return page

    yield go
    for context in contexts:
        context.close()


@pytest.fixture
def opened(page_file, visit, audit):
    """Return the fixed audit's page, open."""
    return visit(page_file(audit))


def shown(page, section):
    """The first cells of a section's rows that are to be seen, in their order."""
    return page.locator(f"#{section} tbody tr:visible > th").all_text_contents()


def counted(page, section):
    return page.locator(f"nav [data-count={section}]").inner_text()


def search(page, text):
    page.get_by_label("Search the tables").fill(text)
    page.wait_for_function("text => new URLSearchParams(location.hash.slice(2)).get('q') === text", arg=text)


# Alone


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_the_page_asks_nobody_breaks_nothing_and_never_scrolls_sideways(
    page_file, visit, audit, scheme, size
):
    file = page_file(audit, brand=Brand("Contoso", png(80, 20), "FFCC00"))
    page = visit(file, color_scheme=scheme, viewport=size)
    page.get_by_label("Search the tables").wait_for()
    assert page.asked == [file.as_uri()]
    assert page.locator("img").evaluate("logo => logo.naturalWidth") == 80
    assert page.said == page.dialogs == page.evaluate("broken") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    ground = {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 29)"}[scheme]
    assert page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == ground


def test_markup_that_got_onto_the_page_all_the_same_would_do_nothing(page_file, visit, audit):
    file = page_file(audit)
    strange = (
        "<script>window.ran = 1</script><img src='https://evil.example/x.png' onerror='window.ran = 2'>"
        "<style>body { visibility: hidden }</style><p style='position: fixed'></p>"
        "<base href='https://evil.example/'>"
        "<form action='https://evil.example/'><button id='go'>Go</button></form>"
    )
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("<main>", f"<main>{strange}", 1), encoding="utf-8")
    page = visit(file)
    page.get_by_label("Search the tables").wait_for()
    page.evaluate("document.getElementById('go').click()")
    assert page.evaluate("window.ran") is None
    assert page.stopped == {"https://evil.example/x.png": "csp"}
    assert set(page.asked) == {file.as_uri(), *page.stopped}
    assert {
        "script-src-elem",
        "style-src-elem",
        "style-src-attr",
        "img-src",
        "base-uri",
        "form-action",
    } <= set(page.evaluate("broken"))


@pytest.mark.parametrize("evil", EVIL, ids=lambda text: text[:12])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_texts_from_outside_stay_texts(page_file, visit, make, evil, size):
    fix = replace(make.fixes.role, title=evil, command=evil, steps=(evil,), link=evil, verify=evil)
    found = make.finding("rule", evil, Severity.HIGH, evil, (fix,), why=evil)
    words = (("required",), ("granted",), ("not eligible", evil), ("fix, then ready",))
    case = make.result(evil, make.app, make.host, words, row=7, findings=(found,), owner=evil, notes=evil)
    run = make.run(source=evil, stopped=(evil,), missing=(evil,))
    file = page_file(make.audit(run, make.summary((case,), ()), (case,)), brand=Brand(evil))
    page = visit(file, viewport=size)
    page.get_by_label("Search the tables").wait_for()
    assert page.evaluate("[window.ran, broken.length]") == [None, 0]
    assert page.asked == [file.as_uri()]
    assert page.said == page.dialogs == []
    assert page.locator("#accounts-1 > th").evaluate("cell => cell.textContent") == evil
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("#findings-1").bounding_box()["height"] < 4_000


def test_without_javascript_everything_stands_there(page_file, visit, audit):
    page = visit(page_file(audit), java_script_enabled=False)
    assert page.get_by_text("Searching and filtering need JavaScript").is_visible()
    assert not page.locator("#find").is_visible()
    assert len(shown(page, "accounts")) == len(audit.cases)
    page.locator("#accounts a[href^='#findings-']").first.click()
    assert page.locator("tr:target").is_visible()


# To be worked with


def test_the_search_narrows_all_tables_and_says_how_many_rows_are_left(opened):
    search(opened, "portal MFA")
    assert shown(opened, "accounts") == ["ext.portal@contoso.example"]
    assert counted(opened, "accounts") == "1 of 12"
    search(opened, "no such word")
    assert opened.locator("#accounts").get_by_text("No row of this table").is_visible()
    opened.keyboard.press("Escape")
    opened.locator("nav [data-count=accounts]", has_text="12").wait_for()
    assert len(shown(opened, "accounts")) == 12


def test_a_filter_narrows_the_tables_that_know_it_and_leaves_the_others(opened):
    opened.get_by_label("Severity", exact=True).select_option("blocker")
    assert counted(opened, "findings") == "1 of 8"
    assert counted(opened, "glossary").isdigit()
    opened.get_by_label("Path", exact=True).select_option("ready")
    assert counted(opened, "findings") == "0 of 8"
    opened.get_by_role("button", name="Clear").click()
    assert counted(opened, "findings") == "8"


def test_severities_are_sorted_by_how_grave_they_are_and_come_back_as_they_were(opened):
    head = opened.locator("#findings thead th", has_text="Severity")
    before = shown(opened, "findings")

    def severities():
        return [
            text.split()[-1]
            for text in opened.locator("#findings tbody td:nth-child(4) .look").all_inner_texts()
        ]

    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    ranks = [Severity(word).rank for word in severities()]
    assert ranks == sorted(ranks)
    head.get_by_role("button").click()
    ranks = [Severity(word).rank for word in severities()]
    assert ranks == sorted(ranks, reverse=True)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") is None
    assert shown(opened, "findings") == before


def test_the_keyboard_is_enough(opened):
    opened.keyboard.press("/")
    assert opened.evaluate("document.activeElement.id") == "query"
    opened.keyboard.type("portal")
    opened.locator("nav [data-count=accounts]", has_text="1 of 12").wait_for()
    opened.keyboard.press("Escape")
    opened.locator("#accounts thead th button").first.focus()
    opened.keyboard.press("Enter")
    assert opened.locator("#accounts thead th").first.get_attribute("aria-sort") == "ascending"
    names = [name.lower() for name in shown(opened, "accounts")]
    assert names[-1] == "svc-orders@contoso.example"


def test_the_focus_is_drawn(opened):
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.className") == "skip"
    assert opened.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    opened.keyboard.press("Enter")
    assert opened.evaluate("document.activeElement.id") == "tools"


def test_a_link_brings_a_row_into_view_that_the_search_hides(opened):
    search(opened, "portal")
    opened.locator("#findings-1").evaluate("row => row.hidden || (() => { throw Error('is shown') })()")
    opened.evaluate("location.hash = '#findings-1'")
    opened.locator("#findings-1").wait_for()
    assert opened.locator("tr:target").get_attribute("id") == "findings-1"
    assert opened.get_by_label("Search the tables").input_value() == ""


def test_the_address_holds_what_is_searched_for(page_file, visit, audit):
    file = page_file(audit)
    page = visit(file)
    page.get_by_label("Severity", exact=True).select_option("high")
    search(page, "consent")
    address = page.evaluate("location.hash")
    assert address == "#?q=consent&severity=high"
    again = visit(file, address)
    assert again.get_by_label("Severity", exact=True).input_value() == "high"
    assert shown(again, "findings") == shown(page, "findings") != []


def test_an_address_that_somebody_made_up_breaks_nothing(page_file, visit, audit):
    file = page_file(audit)
    for address in ("#?severity=nonsense&q=", "#%", "#?%ff=%", "#<img>", "#no-such-row", "#?q=%ff"):
        page = visit(file, address)
        page.get_by_label("Search the tables").wait_for()
        assert page.said == []
        assert counted(page, "findings") == ("0 of 8" if "q=%" in address else "8")


def test_a_command_is_copied_as_it_stands(page_file, visit, audit):
    page = visit(page_file(audit), permissions=["clipboard-read", "clipboard-write"])
    cell = page.locator("#findings td", has=page.locator("code")).first
    cell.get_by_role("button", name="Copy").click()
    cell.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == cell.locator("code").inner_text()


def test_where_copying_is_not_allowed_the_command_is_selected(page_file, visit, audit):
    page = visit(page_file(audit))
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')) }")
    cell = page.locator("#findings td", has=page.locator("code")).first
    cell.get_by_role("button", name="Copy").click()
    cell.get_by_role("button", name="select the text instead").wait_for()
    assert page.evaluate("getSelection().toString()") == cell.locator("code").inner_text()


def test_many_rows_in_many_pieces_are_searched_and_sorted_as_one_table(page_file, visit, make):
    words = (("required",), ("granted",), ("not eligible",), ("fix, then ready",))
    found = make.finding("rule", "Title", Severity.HIGH, "What")
    cases = tuple(
        make.result(f"svc{n * 7 % 500}@contoso.example", make.app, make.host, words, row=n, findings=(found,))
        for n in range(500)
    )
    page = visit(page_file(make.audit(make.run(), make.summary(cases, ()), cases)))
    page.locator("#accounts thead th button").first.click()
    names = page.locator("#accounts tbody th").all_text_contents()
    assert names == [f"svc{n}@contoso.example" for n in range(500)]
    search(page, "svc499@")
    assert shown(page, "accounts") == ["svc499@contoso.example"]
    assert page.locator("#accounts tbody:visible").count() == 1


# For everybody


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_tables_are_tables_to_whoever_hears_them(page_file, visit, audit, size):
    page = visit(page_file(audit), viewport=size)
    heard = page.locator("#accounts table").aria_snapshot()
    assert 'table "Accounts"' in heard
    assert heard.count("columnheader") == page.locator("#accounts thead th").count()
    assert heard.count("- rowheader") == 12
    assert "- cell" in heard


def test_headings_are_in_order_and_every_field_has_a_name(opened):
    levels = opened.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map((one) => +one.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert opened.evaluate("[...document.querySelectorAll('input,select')].every((one) => one.labels.length)")
    assert opened.evaluate("document.documentElement.lang") == "en"


def test_a_link_jumps_and_does_not_travel_past_rows_that_grow_on_the_way(page_file, visit, audit):
    # smooth scrolling goes for a place where the goal was guessed to be, and ends thousands of pixels off
    way = "getComputedStyle(document.documentElement).scrollBehavior"
    for motion in ("reduce", "no-preference"):
        assert visit(page_file(audit), reduced_motion=motion).evaluate(way) == "auto"


def test_on_paper_the_page_is_light_without_tools_and_with_addresses(page_file, visit, audit):
    page = visit(page_file(audit), color_scheme="dark")
    page.emulate_media(media="print")
    assert (
        page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
        == "rgb(255, 255, 255)"
    )
    assert not page.locator("#tools").is_visible()
    link = page.locator("a.out").first
    behind = link.evaluate("one => getComputedStyle(one, '::after').content")
    assert link.get_attribute("href") in behind
