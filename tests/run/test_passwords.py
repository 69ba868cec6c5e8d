"""The passwords of a run: asked for once an account, and never where there is nobody."""

import pytest

from auditor.errors import SecretError
from auditor.run.passwords import Passwords
from auditor.secrets import Resolver, parse_reference
from tests.probes.conftest import case_of

TYPED = "pl@nted-Passw0rd"


class Person:
    """Somebody at a terminal, who may refuse."""

    present = True

    def __init__(self, *refused):
        self.refused, self.asked = refused, []

    def password(self, account):
        self.asked.append(account)
        if account in self.refused:
            raise SecretError("no password was typed")
        return TYPED


def case(account, reference):
    return case_of(account, credential=parse_reference(reference) if reference else None)


@pytest.fixture
def passwords(tmp_path):
    return lambda person: Passwords(Resolver(tmp_path), person)


def test_an_account_is_asked_for_its_password_once_for_all_its_cases(passwords):
    person = Person("b@x.example")
    these = passwords(person)
    a, b = case("a@x.example", "prompt"), case("b@x.example", "prompt")
    assert these.of(a).reveal() == TYPED
    assert these.of(b) is None
    resolver = these.typed_for([a, a, b])
    assert person.asked == ["a@x.example", "b@x.example"]
    assert resolver.resolve(a.credential, "A@x.example").reveal() == TYPED
    with pytest.raises(SecretError, match="nobody was there"):
        resolver.resolve(b.credential, "b@x.example")


def test_what_does_not_resolve_is_no_password(passwords, monkeypatch):
    monkeypatch.delenv("NOT_SET_ANYWHERE", raising=False)
    these = passwords(Person())
    assert these.of(case("a@x.example", "env:NOT_SET_ANYWHERE")) is None
    assert these.of(case("a@x.example", "")) is None
    monkeypatch.setenv("NOT_SET_ANYWHERE", TYPED)
    assert these.of(case("a@x.example", "env:NOT_SET_ANYWHERE")).reveal() == TYPED
