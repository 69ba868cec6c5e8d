"""Files of an export: encodings, pages, lines, batches, archives, and what is wrong with them."""

import io
import json
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.directory import documents
from auditor.directory.documents import opened, parsed, split, text_of
from auditor.directory.exports import read_export
from auditor.errors import ExportError

ROW = {"id": "a", "name": "Grüße"}


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("data", [[ROW], {"value": [ROW]}], ids=["list", "object"])
def test_every_encoding_of_powershell_is_read(codec, data):
    text = json.dumps(data, ensure_ascii=False)
    assert parsed(text_of(text.encode(codec))) == data


@given(st.binary(max_size=200))
def test_no_bytes_end_the_reading_otherwise_than_by_a_sentence(data):
    with suppress(ValueError):
        assert isinstance(list(split("x.json", parsed(text_of(data)))), list)


def test_a_byte_order_mark_that_promises_too_much_is_an_error():
    with pytest.raises(ValueError, match="not the text it begins as"):
        text_of(b"\xff\xfe\x00")


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_file_says_nothing(text):
    with pytest.raises(ValueError, match="is empty"):
        parsed(text)


def test_no_number_is_no_json():
    with pytest.raises(ValueError, match="NaN"):
        parsed('{"a": NaN}')


def test_json_that_is_nested_a_million_times_is_an_error():
    with pytest.raises(ValueError, match="nested too deeply"):
        parsed("[" * 1_000_000)


def test_the_line_of_a_mistake_is_named():
    with pytest.raises(ValueError, match="line 2"):
        parsed('{"a": 1,\n"b": }')


def test_json_lines_are_a_list():
    assert parsed('{"a": 1}\n\n{"a": 2}\n') == [{"a": 1}, {"a": 2}]


def found(data):
    return list(split("x.json", data))


def test_a_page_says_whether_another_follows_and_how_many_there_are():
    (one,) = found({"@odata.context": "https://g/$metadata#users", "value": [ROW], "@odata.nextLink": "n"})
    assert (one.context, one.rows, one.more, one.count) == ("users", [ROW], True, None)
    (one,) = found({"Value": [ROW], "@odata.count": 7})
    assert (one.more, one.count) == (False, 7)


def test_several_pages_in_one_file_are_as_many_documents():
    assert len(found([{"value": [ROW]}, {"value": [ROW], "@odata.nextLink": "n"}])) == 2
    assert len(found([[ROW], [ROW]])) == 2


def test_a_batch_holds_replies():
    batch = {"responses": [{"id": "1", "status": 200, "body": {"value": [ROW]}}, {"id": "2", "status": 204}]}
    (one,) = found(batch)
    assert one.rows == [ROW]


def test_an_object_of_lists_names_them():
    assert [one.name for one in found({"users": [ROW], "groups": {"value": [ROW]}})] == [
        "x.json#users",
        "x.json#groups",
    ]


def test_a_folder_is_read_with_its_folders_in_the_order_of_names(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("b.json", "in/a.JSON", "notes.txt"):
        (tmp_path / name).write_text("[]")
    with opened(tmp_path) as files:
        assert files.names == ("b.json", "in/a.JSON")


def test_an_archive_is_read_like_a_folder(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("users/0001.json", json.dumps({"value": [ROW]}))
        archive.writestr("README.txt", "hello")
    with opened(path) as files:
        assert files.names == ("users/0001.json",)
        (one,) = files.documents("users/0001.json")
    assert one.rows == [ROW]


def test_a_file_larger_than_what_is_read_is_said_and_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "MOST_BYTES", 100)
    (tmp_path / "large.json").write_text("[" + " " * 200 + "]")
    with opened(tmp_path) as files:
        assert not list(files.documents("large.json"))
        assert files.problems == ["large.json: is larger than what is read (0 MB)"]


def test_an_archive_that_unpacks_to_far_more_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "MOST_BYTES", 1024)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.json", b" " * 50_000_000)
    path = tmp_path / "bomb.zip"
    path.write_bytes(packed.getvalue())
    with opened(path) as files:
        assert not list(files.documents("bomb.json"))
        assert "larger than what is read" in files.problems[0]


@pytest.mark.parametrize("damage", [b"PK\x03\x04 no archive", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_archive_is_no_traceback(tmp_path, damage):
    path = tmp_path / "export.zip"
    path.write_bytes(damage)
    with pytest.raises(ExportError):
        read_export(path)


def test_a_damaged_member_of_an_archive_is_said(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("users.json", json.dumps({"value": [ROW] * 50}))
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"id"', b'"xx"', 1))
    with opened(path) as files:
        assert not list(files.documents("users.json"))
        assert files.problems == ["users.json: cannot be opened"]


def test_a_folder_that_is_not_there_is_an_error_with_advice(tmp_path):
    with pytest.raises(ExportError, match="no such folder") as raised, opened(tmp_path / "nowhere"):
        pass
    assert raised.value.advice


def test_a_folder_without_json_is_an_error(tmp_path):
    with pytest.raises(ExportError, match=r"no \.json file"), opened(tmp_path):
        pass


def test_a_folder_of_too_many_files_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "MOST_FILES", 1)
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text("[]")
    with pytest.raises(ExportError, match="more than 1"), opened(tmp_path):
        pass
