"""Reads an answer into a result, or raises what it was instead; whatever bytes come, nothing else comes out.

With money the question is not "was there an error" but "was something taken": a call that commits and whose
answer proves neither a redemption nor a refusal ends in `OutcomeUnknown`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from punchh_contract.client import values
from punchh_contract.client.error_table import FIELDS, SAYS, class_of
from punchh_contract.client.errors import (
    AnswerError,
    OutcomeUnknown,
    RateLimitedError,
    ServerError,
    UndocumentedError,
    UnexpectedRedirectError,
    ValidationError,
)
from punchh_contract.client.masking import is_field, masked_json, masked_text
from punchh_contract.client.outcomes import Outcome, Refusal, Result
from punchh_contract.client.results import BatchItem, BatchResult, CodeResult, ForceResult, OnlineResult
from punchh_contract.client.texts import message, recognise

if TYPE_CHECKING:
    import jsonschema_rs

    from punchh_contract.client.answer import Answer
    from punchh_contract.client.prepared import Prepared
    from punchh_contract.facts import Operation

__all__ = ["read"]

UNREADABLE: Final = object()
"""A body that is no JSON: empty, cut short, another format, or deeper than any answer of the contract."""

_DEPTH = 64
_BOM = b"\xef\xbb\xbf"


def read(prepared: Prepared, answer: Answer, attempts: int = 1, *, now: datetime | None = None) -> Result:
    """Return what the answer says was done: committed, quoted or refused.

    `attempts` counts the requests sent so far; `now` (zoned) is for a `Retry-After` that is a date without a
    `Date` beside it. Raises an `AnswerError` for an answer that proves that nothing was taken, or to a dry
    run, and `OutcomeUnknown` for one to a commit that proves neither.
    """
    operation = prepared.operation
    body = _parsed(answer.body)
    if answer.status == operation.success.status and values.is_object(body):
        outcome = _outcome(prepared, body)
        if outcome is not None:
            return _result(prepared, answer, body, outcome, attempts)
    error = _error(prepared, answer, body, attempts, now)
    if prepared.committing and not _proves_nothing_taken(answer.status):
        error.retryable = False
        raise OutcomeUnknown.of(prepared, cause_error=error, attempts=attempts)
    raise error


def _outcome(prepared: Prepared, body: dict[str, Any]) -> Outcome | None:
    """Judge a body that came with the status of success; None if it proves nothing."""
    operation = prepared.operation
    promise = _PROMISES.get(operation.id, _silent)(body)
    if not prepared.committing:
        # Nothing is at stake: a quote of which another field drifted is still a quote.
        return None if promise is None else "quoted" if promise else "refused"
    if operation.success.holds(operation.success.status, prepared.document, body):
        return "committed"
    return "refused" if promise is False and _fits(operation, body) else None


def _silent(_: dict[str, Any]) -> None:
    """Force Redeem has no refusal with the status of success."""


def _online_promise(body: dict[str, Any]) -> bool | None:
    category = values.text(body, "category")
    if category == "redeemable":
        return True
    from punchh_client.models.known_redemption_category import KnownRedemptionCategory

    # A category that nobody knows is no refusal: it could be a new word for a redemption.
    return False if category in {each.value for each in KnownRedemptionCategory} else None


def _batch_promise(body: dict[str, Any]) -> bool | None:
    success, failures = body.get("success"), body.get("failures")
    if not values.is_array(success) or not values.is_array(failures):
        return None
    return bool(success)


def _code_promise(body: dict[str, Any]) -> bool | None:
    state = values.text(body, "redemption_status")
    if state == "redeemable":
        return True
    from punchh_client.models.known_redemption_code_state import KnownRedemptionCodeState

    return False if state in {each.value for each in KnownRedemptionCodeState} else None


# True: the body says redeemed, or in a dry run that it would be. False: it says it is not. None: neither.
_PROMISES: dict[str, Callable[[dict[str, Any]], bool | None]] = {
    "create_online_redemption": _online_promise,
    "process_batch_redemption": _batch_promise,
    "create_subscription_redemption_code": _code_promise,
}

_RESULTS: dict[str, type[Result]] = {
    "create_online_redemption": OnlineResult,
    "process_batch_redemption": BatchResult,
    "force_redeem": ForceResult,
    "create_subscription_redemption_code": CodeResult,
}


def _result(
    prepared: Prepared, answer: Answer, body: dict[str, Any], outcome: Outcome, attempts: int
) -> Result:
    operation = prepared.operation
    result = _RESULTS.get(operation.id, Result)(
        prepared, outcome, body, status=answer.status, request_id=answer.request_id, attempts=attempts
    )
    if isinstance(result, BatchResult):
        result.success = _items(operation, answer.status, body.get("success"), refused=False)
        result.failures = _items(operation, answer.status, body.get("failures"), refused=True)
        if outcome == "refused":
            first = next((each.refusal for each in result.failures if each.refusal), None)
            result.refusal = first or Refusal(None, "")
    elif outcome == "refused":
        result.refusal = _refusal(operation, answer.status, body, values.text(body, "status") or "")
    return result


def _items(operation: Operation, status: int, items: Any, *, refused: bool) -> tuple[BatchItem, ...]:
    bodies = filter(values.is_object, items) if values.is_array(items) else ()
    return tuple(
        BatchItem(
            body,
            _refusal(operation, status, list(values.messages(body)), " ".join(values.messages(body)))
            if refused
            else None,
        )
        for body in bodies
    )


def _refusal(operation: Operation, status: int, body: Any, text: str) -> Refusal:
    found = recognise((fact for (at, _), fact in operation.errors.items() if at == status), body)
    if found is None:
        return Refusal(None, text)
    fact = found.fact
    return Refusal(fact.id, found.text, fact.meaning, fact.advice, fact.retry)


def _error(prepared: Prepared, answer: Answer, body: Any, attempts: int, now: datetime | None) -> AnswerError:
    operation, status = prepared.operation, answer.status
    readable = body is not UNREADABLE
    # A 2xx that got here proves nothing, whatever text stands in it.
    facts = [fact for (at, _), fact in operation.errors.items() if at == status and at >= 300]
    found = recognise(facts, body) if readable else None
    fact = found.fact if found else None
    kind = class_of(status, fact.id if fact else None)
    more: dict[str, Any] = {}
    if kind is RateLimitedError:
        more["retry_after"] = answer.retry_after(now)
    elif kind is UnexpectedRedirectError:
        more["location"] = _location(answer.header("Location"))
    elif kind is ValidationError and found:
        more["field"], more["index"] = found.field or FIELDS.get(found.fact.id), found.index
    return kind.about(
        prepared,
        SAYS[kind] + _which(operation, kind, answer, more.get("field"), more.get("index"), readable=readable),
        attempts=attempts,
        status=status,
        request_id=answer.request_id,
        error_id=fact.id if fact else None,
        vendor_message=found.text if found else (message(body) if readable else None),
        meaning=fact.meaning if fact else None,
        advice=fact.advice if fact else None,
        retryable=fact.retry if fact else kind in {RateLimitedError, ServerError},
        raw=masked_json(operation, body)
        if readable
        else masked_text(answer.header("Content-Type"), answer.body),
        body=body if readable else None,
        **more,
    )


def _which(
    operation: Operation,
    kind: type[AnswerError],
    answer: Answer,
    field: str | None,
    index: int | None,
    *,
    readable: bool,
) -> str:
    """Say the little more that may be said: which field of ours, or what kind of bytes."""
    if field is not None and is_field(operation, field):
        return f" It is about {field}{'' if index is None else f' of line {index}'}."
    if kind is UndocumentedError and not answer.body.strip():
        return " Its body is empty."
    return " Its body is no JSON, or was cut short." if kind is UndocumentedError and not readable else ""


def _proves_nothing_taken(status: int) -> bool:
    """A refusal, or a redirect, which asks to send it elsewhere; not a 303, which says where the outcome of
    what was done can be seen, and not a 408, which a proxy gives when the server behind it was slow.
    """
    return (300 <= status < 400 and status != 303) or (400 <= status < 500 and status != 408)


_checked: dict[str, tuple[Operation, jsonschema_rs.Validator]] = {}


def _fits(operation: Operation, body: dict[str, Any]) -> bool:
    schema = operation.response_schema(operation.success.status)
    if schema is None:
        return False
    held = _checked.get(operation.id)
    if held is None or held[0] is not operation:
        import jsonschema_rs  # late: importing the client costs no validator

        held = _checked[operation.id] = (operation, jsonschema_rs.validator_for(schema))
    return held[1].is_valid(body)


def _parsed(body: bytes) -> Any:
    import orjson  # late, as above

    try:
        parsed = orjson.loads(body.removeprefix(_BOM))
    except ValueError:
        return UNREADABLE
    # Counting brackets is quick and enough for all real answers; only what has many is walked.
    return UNREADABLE if body.count(b"[") + body.count(b"{") > _DEPTH and _deep(parsed) else parsed


def _deep(root: Any) -> bool:
    level: list[Any] = [root]
    for _ in range(_DEPTH):
        above, level = level, []
        for node in above:
            if values.is_object(node):
                level.extend(node.values())
            elif values.is_array(node):
                level.extend(node)
        if not level:
            return False
    return True


def _location(value: str | None) -> str | None:
    try:
        parts = urlsplit(value or "")
    except ValueError:
        return None
    host = parts.hostname or ""
    return f"{parts.scheme}://{host}{parts.path}" if host else parts.path or None
