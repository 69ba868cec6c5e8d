"""The benchmark of Conditional Access: what it evaluates is a directory of its own making."""

from auditor.directory.access import Evaluator
from auditor.directory.signins import password_sign_in
from auditor.model import Truth
from benchmarks import __main__ as command
from benchmarks import policies


def test_every_policy_of_the_benchmark_applies_to_somebody():
    snapshot = policies.directory(400)
    evaluator = Evaluator(snapshot)
    applied = {
        verdict.name
        for user in snapshot.users.value
        for verdict in evaluator.access(password_sign_in(user)).verdicts
        if verdict.scope is not Truth.FAILS
    }
    looking_elsewhere = {
        one.name for one in snapshot.policies.value if one.conditions.client_types == {"browser"}
    }
    assert applied == {one.name for one in snapshot.policies.value} - looking_elsewhere


def test_the_benchmark_runs_with_tiny_sizes(capsys):
    assert command.main(["policies", "--quick"]) == 0
    assert "Evaluating Conditional Access" in capsys.readouterr().out
