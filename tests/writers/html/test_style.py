import pytest

from auditor.errors import RulesError
from auditor.writers.colours import contrast, ink_on
from auditor.writers.html import style as styles
from auditor.writers.html.design import Design
from auditor.writers.html.page import load_colours
from auditor.writers.html.style import style_of

COLOURS = load_colours()
BOTH = ("light", "dark")


def test_contrast_is_reckoned_as_wcag_does():
    assert contrast("000000", "FFFFFF") == pytest.approx(21)
    assert contrast("777777", "FFFFFF") == pytest.approx(4.478, abs=0.001)
    assert contrast("0B4F9E", "0B4F9E") == 1


@pytest.mark.parametrize("surroundings", BOTH)
@pytest.mark.parametrize("ink", ["ink", "quiet", "link"])
@pytest.mark.parametrize("ground", ["back", "raised", "mark"])
def test_letters_of_the_page_stand_out_from_whatever_they_stand_on(surroundings, ink, ground):
    page = getattr(COLOURS.page, surroundings)
    assert contrast(getattr(page, ink), getattr(page, ground)) >= 4.5


@pytest.mark.parametrize("surroundings", BOTH)
@pytest.mark.parametrize("look", COLOURS.looks)
def test_letters_of_a_look_stand_out_and_its_bar_does_from_the_page(surroundings, look):
    page, shade = getattr(COLOURS.page, surroundings), getattr(COLOURS.looks[look], surroundings)
    assert contrast(shade.ink, shade.fill) >= 4.5
    assert contrast(shade.bar, page.back) >= 3
    assert contrast(shade.bar, page.raised) >= 3


@pytest.mark.parametrize("surroundings", BOTH)
def test_the_focus_is_to_be_seen(surroundings):
    page = getattr(COLOURS.page, surroundings)
    assert contrast(page.focus, page.back) >= 3
    assert contrast(page.focus, page.raised) >= 3


@pytest.mark.parametrize(
    "accent", ["000000", "FFFFFF", "808080", "767676", "777777", "FFCC00", "1F3A5F", "FF0000", "00FF00"]
)
def test_letters_on_anybodys_accent_stand_out(accent):
    assert contrast(ink_on(accent), accent) >= 4.5


def test_no_two_looks_of_a_scale_have_the_same_sign():
    design = Design()
    for scale in ("path", "severity", "status"):
        looks = {look for look in design.layout.tones[scale].values() if look in COLOURS.looks}
        signs = {design.sign(look) for look in looks}
        assert len(signs) == len(looks)
        assert "" not in signs


def test_every_look_of_a_signal_is_known_to_the_page():
    layout = Design().layout
    used = {look for scale in layout.tones.values() for look in scale.values()}
    assert used - set(COLOURS.looks) == {"body", "value"}, "what has no colour of its own"


def test_headers_that_people_chose_end_neither_the_string_nor_the_style():
    style = style_of(Design(own=('x"}</style><b>\n\\',)))
    assert "</" not in style
    assert "\\22 \\7d \\3c \\2f style\\3e " in style


def test_a_style_that_would_end_the_page_is_refused(monkeypatch):
    monkeypatch.setattr(styles, "part", lambda name: "a{}</style><script>")
    with pytest.raises(RulesError, match=r"page\.css"):
        style_of(Design())
