"""Everything that has to hold before a change is done: `python -m tests` from the checkout.

Runs in this order and stops at the first that fails: formatting, lint, types, import contracts, tests
with branch coverage, on as many workers as there are processors. Further arguments go to pytest (`-n 0`
runs them one after another).
"""

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
TESTS = ("-m", "pytest", "-n", "auto", "--dist", "worksteal")
COVERED = ("--cov", "--cov-report=term:skip-covered", "--cov-fail-under=94")
STEPS = (
    ("formatting", ("-m", "ruff", "format", "--check", ".")),
    ("lint", ("-m", "ruff", "check", ".")),
    ("types", ("-m", "mypy")),
    ("import contracts", ("-c", "from importlinter.cli import lint_imports_command as c; c()")),
    ("tests", (*TESTS, *COVERED)),
)


def main(arguments: list[str]) -> int:
    """Run the steps; return the exit code of the first that fails."""
    for name, step in STEPS:
        print(f"== {name}", flush=True)  # noqa: T201 - this is a command
        given = arguments if name == "tests" else []
        done = subprocess.run([sys.executable, *step, *given], cwd=CHECKOUT, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
