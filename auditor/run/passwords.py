"""The passwords of a run: where a credential leads, or what somebody types, asked for once an account."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from auditor.errors import SecretError
from auditor.model import Ask, Case
from auditor.secrets import Reference, Resolver, Secret


@dataclass(slots=True)
class Passwords:
    """Passwords of cases, for the main thread: Ctrl-C does not reach a worker that waits for somebody."""

    resolver: Resolver
    ask: Ask
    _typed: dict[str, Secret | None] = field(default_factory=dict)

    def of(self, case: Case) -> Secret | None:
        """Return the password that would be sent for a case now, None where it cannot be had."""
        reference = case.credential
        if not isinstance(reference, Reference):
            return None
        if reference.scheme == "prompt":
            return self._type(case)
        try:
            return self.resolver.resolve(reference, case.account)
        except SecretError:
            return None

    def typed_for(self, cases: Iterable[Case]) -> Resolver:
        """Return the resolver with what was typed; cases with `prompt` that were not asked about are now."""
        for case in cases:
            if case.credential is not None and case.credential.scheme == "prompt":
                self._type(case)
        return replace(
            self.resolver, typed={name: one for name, one in self._typed.items() if one is not None}
        )

    def _type(self, case: Case) -> Secret | None:
        name = case.account_id
        if name not in self._typed:
            self._typed[name] = None
            with contextlib.suppress(SecretError):
                self._typed[name] = Secret(self.ask.password(case.account))
        return self._typed[name]
