"""Many small questions in one request: `$batch`, twenty at a time, each answer found by its id.

Graph throttles each of the twenty on its own, inside a reply of status 200; those are asked again, singly.
Source: Microsoft Graph, JSON batching and throttling.
"""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeAlias

from auditor.directory.graph import Ask, Graph, Limit
from auditor.directory.graph_refusals import Unread, refused
from auditor.directory.snapshot import Lack
from auditor.network import retry_after

SIZE = 20
_AGAIN = {429, 500, 502, 503, 504}
Answer: TypeAlias = "dict[str, Any] | Unread"


def batched(
    graph: Graph, version: str, paths: Mapping[str, str], permission: str, limit: Limit = Limit.DIRECTORY
) -> Iterator[tuple[str, Answer]]:
    """Yield each key with the answer to its path, in the order given.

    `paths` are behind the version ("v1.0" or "beta"). A batch that fails as a whole answers each of its
    questions so.
    """
    keys = list(paths)
    for start in range(0, len(keys), SIZE):
        part = keys[start : start + SIZE]
        yield from _twenty(graph, version, part, [paths[key] for key in part], permission, limit)


def _twenty(
    graph: Graph, version: str, keys: Sequence[str], paths: Sequence[str], permission: str, limit: Limit
) -> Iterator[tuple[str, Answer]]:
    requests = [
        {"id": str(number), "method": "GET", "url": path} for number, path in enumerate(paths, start=1)
    ]
    ask = Ask(f"/{version}/$batch", permission, limit, {"requests": requests})
    try:
        replies = _by_id(graph.get(ask))
    except Unread as error:
        yield from ((key, error) for key in keys)
        return
    for number, (key, path) in enumerate(zip(keys, paths, strict=True), start=1):
        single = Ask(f"/{version}{path}", permission, limit)
        yield key, _one(graph, single, replies.get(str(number)))


def _by_id(reply: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    responses = reply.get("responses")
    if not isinstance(responses, list):
        raise Unread(Lack.FAILED, "the reply to a batch holds no responses")
    return {str(one.get("id")): one for one in responses if isinstance(one, dict)}


def _one(graph: Graph, single: Ask, inner: Mapping[str, Any] | None) -> Answer:
    status = inner.get("status") if inner else None
    try:
        if inner is None or status in _AGAIN:
            _wait(graph, single.limit, inner)
            return graph.get(single)
        return _body(inner, status)
    except Unread as error:
        return error


def _body(inner: Mapping[str, Any], status: object) -> dict[str, Any]:
    body = inner.get("body")
    if status != HTTPStatus.OK:
        raise refused(status if isinstance(status, int) else 0, body)
    if not isinstance(body, dict):
        raise Unread(Lack.FAILED, "an answer in a batch is no JSON object")
    return body


def _wait(graph: Graph, limit: Limit, inner: Mapping[str, Any] | None) -> None:
    headers = inner.get("headers") if inner else None
    if isinstance(headers, dict):
        asked = retry_after({str(name).lower(): str(value) for name, value in headers.items()})
        graph.pause(limit, asked or 0.0)
