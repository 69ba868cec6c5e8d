"""Sign-in sessions: an account's cases one after another, each a password submission and Dataverse's word."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from auditor.errors import SecretError
from auditor.model import Case, Grant, Interpret, Progress, Refusal, SubmissionGate, Sureness, Why
from auditor.probes.dataverse import Table
from auditor.probes.interface import Outlook
from auditor.probes.password import PasswordProbe, Target
from auditor.run.remembered import Memory, Nothing
from auditor.run.scope import AgreedScope, Plan, realm_word
from auditor.run.slots import Notebook, ask_dataverse, not_asked
from auditor.secrets import Alike, Reference, Resolver, Secret

_WORDS = {"works": "eligible", "refused": "refused"}


@dataclass(frozen=True, slots=True)
class SignIns:
    """Everything that sign-in sessions share; safe among threads."""

    outlook: Outlook
    probe: PasswordProbe
    gate: SubmissionGate
    interpret: Interpret
    resolver: Resolver
    scope: AgreedScope
    table: Table | None
    sink: Notebook
    progress: Progress
    alike: Alike = field(default_factory=Alike)
    memory: Memory = field(default_factory=Nothing)

    def account(self, plans: Sequence[Plan]) -> None:
        """Run one account's sessions, the best-known app first."""
        for plan in sorted(plans, key=_best_known):
            verdict = self.session(plan)
            self.progress.step(plan.case.account, verdict)

    def session(self, plan: Plan) -> str:
        """Run one case's session; record what came of it, or why it did not take place.

        Returns what it says of ROPC in a word, for whoever watches.
        """
        secret = self.scope.refuses(plan) or self._secret(plan.case)
        if isinstance(secret, Secret):
            return self._submit(plan, secret)
        self.not_asked(plan.case, secret)
        return "not asked"

    def not_asked(self, case: Case, refusal: Refusal) -> None:
        """Record that a case's password was not sent, and why."""
        for evidence in not_asked(self.outlook, case, refusal):
            self.sink.note(evidence)

    def _secret(self, case: Case) -> Secret | Refusal:
        reference = case.credential
        if not isinstance(reference, Reference):
            return Refusal(Why.NO_CREDENTIAL, "")
        try:
            secret = self.resolver.resolve(reference, case.account)
        except SecretError as error:
            return Refusal(Why.CREDENTIAL_UNRESOLVED, str(error))
        self.alike.note(case.account_id, secret)
        unfit = secret.unfit()
        return Refusal(Why.CREDENTIAL_UNFIT, unfit) if unfit else secret

    def _submit(self, plan: Plan, secret: Secret) -> str:
        with self.gate.submission(plan.case.key, plan.tenant_id, plan.federation_host) as turn:
            if turn.refused is not None:
                self.not_asked(plan.case, turn.refused)
                return "not asked"
            signed = self.probe.sign_in(plan.case, secret, plan.realm, _target(plan))
            self.sink.record(signed.evidence)
            reading = self.interpret(signed.evidence.answer, realm_word(plan.realm))
            answer = signed.evidence.answer
            turn.outcome(reading, sent=answer.sent, retry_after=answer.retry_after)
            self.memory.settle(plan.case, signed.evidence, reading, secret, proven=turn.proven)
        ask_dataverse(self.outlook, self.sink, plan.case, signed.token, self.table)
        word = _WORDS.get(reading.says.get("ropc", ""), "unknown")
        return "WS-Trust" if word == "eligible" and signed.evidence.details.get("federated") else word


def by_account(plans: Sequence[Plan]) -> Iterator[Sequence[Plan]]:
    """Yield the plans grouped by account, accounts in the order they first appear."""
    several = Counter(plan.case.account_id for plan in plans)
    groups: dict[str, list[Plan]] = {}
    for plan in plans:
        if several[plan.case.account_id] > 1:
            groups.setdefault(plan.case.account_id, []).append(plan)
    for plan in plans:
        if several[plan.case.account_id] == 1:
            yield (plan,)
        elif group := groups.pop(plan.case.account_id, None):
            yield group


def _best_known(plan: Plan) -> tuple[int, int]:
    app = plan.case.app
    return app.client_id_sure.rank, _grants(app.grants).rank


def _grants(grants: Mapping[Grant, Sureness]) -> Sureness:
    return grants.get(Grant.ROPC, Sureness.UNKNOWN)


def _target(plan: Plan) -> Target:
    hosts = {plan.login, plan.federation_host} - {""}
    return Target(plan.login, plan.tenant_id, frozenset(hosts))
