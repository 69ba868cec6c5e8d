"""`keyring:` credentials: the entry that is named, or an error that names neither entry nor value."""

import sys

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from auditor.errors import SecretError
from auditor.secrets import Resolver, parse_reference

PLANTED = "pl@nted-Passw0rd"


class Fake(KeyringBackend):
    """A keyring that knows its entries, or raises instead."""

    priority = -1

    def __init__(self, entries=(), error=None):
        super().__init__()
        self.entries, self.error, self.asked = dict(entries), error, []

    def get_password(self, service, username):
        self.asked.append((service, username))
        if self.error:
            raise self.error
        return self.entries.get((service, username))

    def set_password(self, service, username, password):
        raise AssertionError("nothing is written")


@pytest.fixture
def ring():
    """Put a fake keyring in the place of the system's."""
    before = keyring.get_keyring()

    def use(entries=(), error=None):
        fake = Fake(entries, error)
        keyring.set_keyring(fake)
        return fake

    yield use
    keyring.set_keyring(before)


def resolved(folder, text):
    return Resolver(folder).resolve(parse_reference(text), "sync@contoso.example")


def test_a_keyring_reference_is_a_service_and_a_user_and_the_user_may_hold_a_slash(ring, tmp_path):
    fake = ring({("dynamics", "domain/sync"): PLANTED})
    assert resolved(tmp_path, "keyring:dynamics/domain/sync").reveal() == PLANTED
    assert fake.asked == [("dynamics", "domain/sync")]


def test_an_entry_that_is_not_there_does_not_resolve_and_is_not_named(ring, tmp_path):
    ring({("other", "sync"): PLANTED})
    with pytest.raises(SecretError, match="no entry") as caught:
        resolved(tmp_path, "keyring:dynamics/sync")
    assert "dynamics" not in str(caught.value)


def test_an_empty_entry_is_an_empty_password_and_therefore_unfit(ring, tmp_path):
    ring({("dynamics", "sync"): ""})
    assert resolved(tmp_path, "keyring:dynamics/sync").unfit()


def test_a_keyring_that_is_locked_does_not_resolve_and_what_it_said_is_not_shown(ring, tmp_path):
    ring(error=KeyringLocked(f"locked: dynamics {PLANTED}"))
    with pytest.raises(SecretError, match="KeyringLocked") as caught:
        resolved(tmp_path, "keyring:dynamics/sync")
    assert PLANTED not in str(caught.value)
    assert caught.value.__suppress_context__


def test_without_the_extra_the_error_says_how_to_install_it(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(SecretError, match="extra") as caught:
        resolved(tmp_path, "keyring:dynamics/sync")
    assert "pip install" in caught.value.advice
