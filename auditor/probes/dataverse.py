"""Does the token open Dataverse? WhoAmI, then one row of one table, of which only the key is selected.

Source: Dataverse Web API reference, WhoAmI function; error codes in rules/answers/dataverse.yaml.
"""

import re
from dataclasses import dataclass, replace
from http import HTTPStatus

from auditor.errors import NetworkError, UsageError
from auditor.model import Answer, Case, Detail, Flow, Leg, Observed, Question
from auditor.model.evidence import case as case_subject
from auditor.network import Reply
from auditor.probes.documents import json_object
from auditor.probes.environment import API
from auditor.probes.interface import Outlook
from auditor.probes.replies import answer_of, answer_to_failure
from auditor.secrets import Secret

_NAME = r"[a-z][a-z0-9_]{0,99}"


@dataclass(frozen=True, slots=True)
class Table:
    """A table to read one row of: logical name, entity set name, key column."""

    name: str
    entity_set: str
    key: str


def parse_table(text: str) -> Table | None:
    """Return the table that `--check-table` names: `account`, `entityset:keycolumn`, or "none" for None.

    Raises UsageError for anything else. The entity set of a bare name is its regular plural.
    """
    word = text.strip().lower()
    if word in {"", "none"}:
        return None
    if re.fullmatch(_NAME, word):
        return Table(word, _plural(word), f"{word}id")
    if re.fullmatch(rf"{_NAME}:{_NAME}", word):
        entity_set, key = word.split(":")
        return Table(entity_set, entity_set, key)
    raise UsageError(
        "--check-table takes a table's logical name",
        "for example `account`, or `entityset:keycolumn` for an irregular plural, or `none`",
    )


def _plural(name: str) -> str:
    if name.endswith("y") and not name.endswith(("ay", "ey", "oy", "uy")):
        return name[:-1] + "ies"
    return name + ("es" if name.endswith(("s", "x", "z", "ch", "sh")) else "s")


def ask_whoami(outlook: Outlook, case: Case, token: Secret, question: Question = Question.WHOAMI) -> Observed:
    """Return whether the environment knows the account and lets it in; `question` says whose token it is."""
    return _ask(outlook, case, token, question, "WhoAmI")


def ask_table(outlook: Outlook, case: Case, token: Secret, table: Table) -> Observed:
    """Return whether the account may read a row of the table; the row itself is dropped."""
    query = f"{table.entity_set}?$select={table.key}&$top=1"
    return _ask(outlook, case, token, Question.TABLE, query, {"table": table.name})


def _ask(
    outlook: Outlook,
    case: Case,
    token: Secret,
    question: Question,
    query: str,
    details: dict[str, Detail] | None = None,
) -> Observed:
    leg = Leg.TABLE if question is Question.TABLE else Leg.WHOAMI
    headers = {
        "Authorization": f"Bearer {token.reveal()}",
        "Accept": "application/json",
        "OData-Version": "4.0",
        "OData-MaxVersion": "4.0",
    }
    subject = case_subject(case.key)
    try:
        reply = outlook.door.get_once(f"https://{case.environment}{API}{query}", leg, headers)
    except NetworkError as error:
        return outlook.saw(subject, question, answer_to_failure(Flow.DATAVERSE, leg, error), details)
    return outlook.saw(subject, question, _answer(leg, reply, token), details)


def _answer(leg: Leg, reply: Reply, token: Secret) -> Answer:
    data = json_object(reply.text)
    answer = answer_of(Flow.DATAVERSE, leg, reply, secret=token, data=data)
    expected = "UserId" if leg is Leg.WHOAMI else "value"
    if reply.status == HTTPStatus.OK and data is not None and expected in data:
        return replace(answer, success=True, text="")
    return replace(answer, correlation_id=reply.headers.get("x-ms-service-request-id", "")[:80])
