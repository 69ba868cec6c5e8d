"""Whose a report looks: company, logo, accent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.branding import LARGEST, MOST_PIXELS, Picture, accent_of, branded, picture
from auditor.config import load_config
from auditor.errors import ConfigError
from auditor.model import Brand
from tests.pictures import jpeg, png


@pytest.fixture
def config(tmp_path):
    """Return a way to load a configuration with this brand, beside it a file for a logo."""

    def load(brand, logo=b"", name="logo.png"):
        (tmp_path / name).write_bytes(logo)
        path = tmp_path / "auditor.toml"
        path.write_text(f"[brand]\n{brand}\n", encoding="utf-8")
        return load_config(path)

    return load


def test_company_logo_and_accent_are_read_relative_to_the_file(config):
    brand = config('company = " Contoso Ltd "\nlogo = "logo.png"\naccent = "#2e7d74"', png(30, 20)).brand
    assert brand == Brand("Contoso Ltd", png(30, 20), "2E7D74")


def test_without_a_brand_there_is_none(config):
    assert config("").brand == Brand()


@pytest.mark.parametrize(
    ("data", "found"), [(png(30, 20), ("png", 30, 20)), (jpeg(30, 20), ("jpeg", 30, 20))]
)
def test_a_picture_is_known_by_its_bytes_whatever_its_name(data, found, config):
    assert picture(data) == Picture(*found)
    assert config('logo = "logo.txt"', data, "logo.txt").brand.logo == data


@pytest.mark.parametrize(
    ("logo", "said"),
    [
        (b"<svg/>", "is neither a PNG nor a JPEG"),
        (b"", "is neither a PNG nor a JPEG"),
        (png(30, 20)[:18], "ends before it says its size"),
        (jpeg(30, 20)[:14], "ends before it says its size"),
        (b"\xff\xd8\xff\xd9\0\0", "is no whole JPEG"),
        (b"\xff\xd8\xff\xfe\0\3x!", "is no whole JPEG"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "is no whole PNG"),
        (png(MOST_PIXELS + 1, 1), f"is {MOST_PIXELS + 1} by 1 pixels"),
        (png(1, 0), "is 1 by 0 pixels"),
        (png(1, 1) + b"x" * LARGEST, "is larger than 1 MB"),
    ],
)
def test_what_is_no_usable_logo_is_said_before_anything_is_asked(config, logo, said):
    with pytest.raises(ConfigError) as raised:
        config('logo = "logo.png"', logo)
    assert str(raised.value) == f"auditor.toml: brand.logo: logo.png {said}"
    assert "PNG or JPEG" in raised.value.advice


def test_a_logo_that_is_not_there_is_named(config, tmp_path):
    with pytest.raises(ConfigError, match=r"brand\.logo: nowhere\.png cannot be read \(no such file"):
        config('logo = "nowhere.png"')


@pytest.mark.parametrize("text", ["blue", "#12345", "#1234567", "#12345G", "123 456"])
def test_a_colour_is_six_hexadecimal_digits(config, text):
    with pytest.raises(ConfigError, match=r"brand\.accent: no colour such as #1F3A5F"):
        config(f'accent = "{text}"')


def test_a_colour_may_stand_with_and_without_its_sign():
    assert accent_of(" #a1b2c3 ") == accent_of("A1B2C3") == "A1B2C3"
    assert accent_of("") == ""


@given(st.binary(max_size=200), st.sampled_from([b"", png(3, 2)[:8], jpeg(3, 2)[:4]]))
def test_no_bytes_make_it_fall_over(data, lead):
    try:
        found = picture(lead + data)
    except ValueError:
        return
    assert found.format in {"png", "jpeg"}


def test_the_logo_does_not_stand_in_what_is_printed_of_a_brand(tmp_path):
    (tmp_path / "l.png").write_bytes(png(3, 2))
    assert "PNG" not in repr(branded("Contoso", tmp_path / "l.png", "", "auditor.toml"))
