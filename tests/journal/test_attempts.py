"""When a credential counts as changed since an attempt; where nobody can tell, it does not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.journal.attempts import CredentialVersion, file_version, newer

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
moments = st.integers(0, 2**63)


def file_of(at):
    return CredentialVersion("file", file_version((at - EPOCH) // timedelta(microseconds=1) * 1000))


@given(moments, moments)
def test_a_file_has_changed_when_its_time_is_later(then, now):
    earlier, later = (CredentialVersion("file", file_version(one)) for one in (then, now))
    assert newer(earlier, NOW, later) is (now > then)


@given(st.sampled_from(["keyvault", "file", "other"]), st.text(min_size=1))
def test_the_same_version_has_not_changed(scheme, version):
    credential = CredentialVersion(scheme, version)
    assert not newer(credential, NOW, credential)


@pytest.mark.parametrize(
    "earlier", [CredentialVersion("env"), CredentialVersion("file"), CredentialVersion()]
)
def test_a_file_without_an_earlier_version_has_changed_when_it_is_younger_than_the_attempt(earlier):
    assert newer(earlier, NOW, file_of(NOW + timedelta(microseconds=1)))
    assert not newer(earlier, NOW, file_of(NOW))
    assert not newer(earlier, NOW, file_of(NOW - timedelta(days=1)))


def test_versions_of_one_scheme_compare_whenever_the_attempt_was():
    earlier, later = CredentialVersion("keyvault", "2026-01 a"), CredentialVersion("keyvault", "2026-02 b")
    assert newer(earlier, NOW, later)
    assert not newer(later, NOW, earlier)


def test_a_credential_that_moved_to_a_key_vault_has_changed_when_it_was_put_there_after_the_attempt():
    def kept(at):
        return CredentialVersion("keyvault", f"{file_of(at).version}/0123abcd")

    for earlier in (CredentialVersion("env"), CredentialVersion("file", file_of(NOW).version)):
        assert newer(earlier, NOW, kept(NOW + timedelta(seconds=1)))
        assert not newer(earlier, NOW, kept(NOW - timedelta(days=1)))


@pytest.mark.parametrize("scheme", ["env", "prompt", "plaintext", "keyring"])
def test_a_store_without_versions_never_counts_as_changed(scheme):
    assert not newer(CredentialVersion(scheme), NOW, CredentialVersion(scheme))
    assert not newer(CredentialVersion("file", "1"), NOW, CredentialVersion(scheme))


def test_a_keyvaults_version_says_nothing_about_a_file_and_its_time():
    assert not newer(CredentialVersion("file", "1"), NOW, CredentialVersion("keyvault", "2026-02 b"))
    assert not newer(CredentialVersion("env"), NOW, CredentialVersion("file", "not a time"))
