import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.writers import spool
from auditor.writers.spool import Spool

TEXT = st.text(st.characters(exclude_categories=()), max_size=30)


@pytest.fixture
def small(monkeypatch):
    """Let a spool put its text away early."""
    monkeypatch.setattr(spool, "_BLOCK", 10)


@given(texts=st.lists(TEXT, max_size=20), block=st.integers(1, 40))
def test_everything_comes_back_as_it_was_added_and_again(texts, block):
    with pytest.MonkeyPatch.context() as patch, Spool() as kept:
        patch.setattr(spool, "_BLOCK", block)
        for text in texts:
            kept.add(text)
        whole = "".join(texts)
        assert "".join(kept) == "".join(kept) == whole
        assert kept.size == len(whole.encode("utf-8", "surrogatepass"))


def test_what_was_added_in_one_piece_is_in_one_block(small):
    with Spool() as kept:
        for text in ("0123456", "789abcdef", "xyz"):
            kept.add(text)
        assert [block for block in kept if block] == ["0123456789abcdef", "xyz"]


def test_more_can_be_added_after_reading(small):
    with Spool() as kept:
        kept.add("0123456789ab")
        assert list(kept) == ["0123456789ab", ""]
        kept.add("cdefghijklmn")
        assert "".join(kept) == "0123456789abcdefghijklmn"


def test_little_text_needs_no_file_and_much_of_it_no_memory(small):
    with Spool() as kept:
        kept.add("012345678")
        assert kept._file is None
        kept.add("9")
        assert kept._file is not None
        assert not kept._waiting


def test_a_closed_spool_has_let_go_of_its_file(small):
    kept = Spool()
    kept.add("0123456789")
    file = kept._file
    kept.close()
    kept.close()
    assert file.closed
    assert kept._file is None
