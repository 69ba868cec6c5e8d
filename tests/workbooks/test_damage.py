"""Whatever became of an earlier workbook: it is read, or a sentence says why not."""

import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import PreviousError
from auditor.workbooks.previous import read_previous
from tests.handmade import handmade
from tests.workbooks.conftest import OURS

PIECES = st.one_of(
    st.binary(max_size=12),
    st.sampled_from(
        [
            *(b"<", b">", b'"', b"'", b"&", b"&#0;", b"&x;", b"</c>", b"<c>", b"<c/>", b"</row>", b"<row>"),
            *(
                b'<c r="XFD1048576">',
                b'<c r="A0">',
                b'<c r="1">',
                b'<c r="">',
                b'<row r="0">',
                b'<row r="-1">',
            ),
            *(b' r = "ZZZ9999999"', b' t="s"', b' t="d"', b' t="e"', b' t="b"', b' s="99999"', b' r="A1"'),
            *(b"<v>-1</v>", b"<v>4294967296</v>", b"<v>1e308</v>", b"<v>nan</v>", b"<is>", b"<f>", b"</si>"),
            *(b'<sheet name="x" sheetId="1" r:id="r1"/>', b'<sheet name="" r:id="r99"/>', b' state="odd"'),
            *(
                b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
                b'<dimension ref="A1:XFD1048576"/>',
            ),
            *(
                b'<!DOCTYPE x [<!ENTITY x "xx">]>',
                b"<![CDATA[",
                b"<!--",
                b"<?x ",
                b"\x00",
                b"\xff\xfe",
                b"]]>",
            ),
        ]
    ),
)
CUTS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), PIECES), min_size=1, max_size=6)


def spoilt(data, cuts):
    """Return bytes with pieces put in the place of others; where they stand is a part of the whole."""
    for share, length, piece in cuts:
        at = int(share * len(data))
        data = data[:at] + piece + data[at + length :]
    return data


def told(path):
    """Return what is told of a workbook that cannot be read, and the advice; its name where it can."""
    try:
        read_previous(path, OURS)
    except PreviousError as error:
        return f"{error}", error.advice
    return path.name, "."


@pytest.fixture
def whole(book, tmp_path):
    """Return a workbook that people worked in."""
    book.rows[0] |= {"Status": "Done", "Owner": "Dana", "Own": ("formula", "1+1", 2)}
    book.columns.append("Own")
    return handmade(tmp_path / "whole.xlsx", book.sheets(), states={"auditor": "veryHidden"})


def parts_of(path):
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


@given(part=st.integers(0, 7), cuts=CUTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
def test_whatever_is_written_into_its_parts_is_read_or_told(whole, part, cuts):
    parts = parts_of(whole)
    name = list(parts)[part % len(parts)]
    path = whole.with_name("report.xlsx")
    with zipfile.ZipFile(path, "w") as package:
        for one, data in parts.items():
            package.writestr(one, spoilt(data, cuts) if one == name else data)
    message, advice = told(path)
    assert message.startswith(path.name)
    assert advice


def test_a_package_that_does_not_say_where_its_workbook_is_is_damage(whole):
    parts = parts_of(whole)
    path = whole.with_name("report.xlsx")
    with zipfile.ZipFile(path, "w") as package:
        for one, data in parts.items():
            package.writestr(one, data.replace(b"Type=", b"Type =") if one == "_rels/.rels" else data)
    message, _ = told(path)
    assert message == "report.xlsx: the workbook is damaged"


@given(cuts=CUTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
def test_whatever_happens_to_its_bytes_is_read_or_told(whole, cuts):
    path = whole.with_name("report.xlsx")
    path.write_bytes(b"PK\x03\x04" + spoilt(whole.read_bytes()[4:], cuts))
    message, advice = told(path)
    assert message.startswith(path.name)
    assert advice
