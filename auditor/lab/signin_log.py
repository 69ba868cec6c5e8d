"""The sign-in log: what came to the token endpoint with a password or an assertion, and how it ended."""

from typing import TYPE_CHECKING

from auditor.lab.attempt import wanted_by
from auditor.lab.refusals import Refusal
from auditor.lab.signin import Granted
from auditor.lab.state import SignIn

if TYPE_CHECKING:
    from auditor.lab.exchange import Exchange
    from auditor.lab.state import State

_PASSWORD = "password"  # noqa: S105 - the name of a grant


def noted(state: "State", exchange: "Exchange", result: Granted | Refusal) -> Granted | Refusal:
    """Write a decision into the log, and return it. A refusal that names no user leaves no entry."""
    upn = result.attempt.upn if isinstance(result, Granted) else result.names.get("user", "")
    if upn:
        by_password = exchange.form["grant_type"] == _PASSWORD
        state.sign_ins.append(
            SignIn(
                at=state.now(),
                upn=upn,
                client_id=exchange.form.get("client_id", "").strip().lower(),
                resource=wanted_by(exchange).host,
                protocol="ropc" if by_password else "none",
                incoming="none" if by_password else "saml11",
                code=0 if isinstance(result, Granted) else result.code,
            )
        )
    return result
