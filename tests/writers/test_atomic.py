import errno
import os
import stat

import pytest

from auditor.atomic import replacing, replacing_all
from auditor.errors import ReportError
from auditor.writers import FORMATS, writer_for


def test_the_target_appears_when_the_block_ends_and_nothing_else_stays(tmp_path):
    target = tmp_path / "report.xlsx"
    with replacing(target) as stream:
        stream.write(b"new")
        assert not target.exists()
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_the_old_file_stays_when_writing_fails_in_the_middle(tmp_path):
    target = tmp_path / "report.xlsx"
    target.write_bytes(b"old")

    def interrupted():
        with replacing(target) as stream:
            stream.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_several_targets_are_replaced_when_all_are_written(tmp_path):
    targets = [tmp_path / "a.csv", tmp_path / "b.csv"]
    with replacing_all(targets) as streams:
        for stream in streams:
            stream.write(b"new")
        assert not any(target.exists() for target in targets)
    assert [target.read_bytes() for target in targets] == [b"new", b"new"]
    assert sorted(tmp_path.iterdir()) == targets


def test_no_target_is_replaced_where_one_is_full(tmp_path, monkeypatch):
    targets = [tmp_path / "a.csv", tmp_path / "b.csv"]
    synced = []

    def full(handle):
        synced.append(handle)
        if len(synced) == 2:
            raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("auditor.atomic.os.fsync", full)
    with pytest.raises(ReportError, match="cannot be written"), replacing_all(targets) as streams:
        streams[0].write(b"new")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (errno.ENOSPC, "make room on the disk"),
        (errno.EACCES, "close it if it is open in Excel"),
        (errno.EROFS, "the folder is read-only"),
        (errno.EIO, "name another target"),
    ],
)
def test_an_error_of_the_disk_says_what_to_do_and_keeps_the_old_file(tmp_path, code, advice):
    target = tmp_path / "report.xlsx"
    target.write_bytes(b"old")
    with pytest.raises(ReportError) as raised, replacing(target):
        raise OSError(code, os.strerror(code))
    assert advice in raised.value.advice
    assert target.read_bytes() == b"old"


@pytest.mark.parametrize("name", FORMATS)
def test_a_folder_as_target_is_refused(terms, audit, tmp_path, name):
    with pytest.raises(ReportError, match="is a folder"):
        writer_for(name, terms()).write(audit, tmp_path)


@pytest.mark.parametrize("name", FORMATS)
def test_a_missing_folder_is_named(terms, audit, tmp_path, name):
    with pytest.raises(ReportError) as raised:
        writer_for(name, terms()).write(audit, tmp_path / "nowhere" / "report")
    assert "nowhere" in raised.value.advice


@pytest.mark.skipif(
    hasattr(os, "geteuid") and os.geteuid() == 0, reason="the superuser may write to read-only folders"
)
def test_a_read_only_folder_is_an_error_with_advice(terms, audit, tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ReportError, match="cannot be written"):
            writer_for("json", terms()).write(audit, tmp_path / "report.json")
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("name", FORMATS)
def test_an_audit_that_breaks_off_leaves_the_old_report(terms, make, audit, tmp_path, name):
    class Broken:
        run, summary = audit.run, audit.summary

        def results(self):
            yield audit.cases[0]
            raise RuntimeError("the journal broke")

        def invalid(self):
            return iter(())

    target = tmp_path / "report"
    target.write_bytes(b"old")
    with pytest.raises(RuntimeError, match="the journal broke"):
        writer_for(name, terms()).write(Broken(), target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_a_report_is_for_its_owner_alone(terms, audit, tmp_path):
    target = tmp_path / "report.json"
    writer_for("json", terms()).write(audit, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_read_only_target_is_refused_and_stays(tmp_path):
    target = tmp_path / "report.xlsx"
    target.write_text("the old one")
    target.chmod(0o444)
    with pytest.raises(ReportError, match="read-only"), replacing(target):
        pytest.fail("written")
    assert target.read_text() == "the old one"


@pytest.mark.parametrize("lock", ["~$report.xlsx", ".~lock.report.xlsx#"])
def test_a_target_that_excel_or_libreoffice_holds_open_is_refused(tmp_path, lock):
    (tmp_path / lock).touch()
    with pytest.raises(ReportError, match="open in another program"), replacing(tmp_path / "report.xlsx"):
        pytest.fail("written")
