"""Faults of statuses, headers and bytes: answers that say the right thing in the wrong envelope."""

from functools import partial
from typing import Any

from starlette.responses import Response

from punchh_contract.proof.fault import Fault, Kind, Patch
from punchh_contract.proof.making import around, body_of, raising, returning, spoiled, with_body
from punchh_contract.proof.stage import ADA, ALAN, FULL, Reply, Stage, lines

_shape = partial(Fault, kind=Kind.SHAPE)

_OTHER_KEY = "another"


def _status(was: int, becomes: int, member: str = "") -> Patch:
    """Another status for answers with one; only for bodies with a member, if one is named."""

    def change(response: Response) -> None:
        if response.status_code == was and (not member or member in body_of(response)):
            response.status_code = becomes

    return spoiled(change)


def _header(name: str, value: str | None, least: int = 200) -> Patch:
    """Another header, or none, on answers with at least a status."""

    def change(response: Response) -> None:
        if response.status_code < least:
            return
        if value is None:
            del response.headers[name]
        else:
            response.headers[name] = value

    return spoiled(change)


def _dropped(name: bytes) -> Patch:
    """A header less on whatever leaves the sandbox."""

    def run(
        original: Any,
        answer: Any,
        log: Any,
        scope: Any,
        send: Any,
        operation: Any,
        fault: Any,
        *,
        logged: Any,
    ) -> None:
        async def sending(message: Any) -> None:
            if "headers" in message:
                kept = [each for each in message["headers"] if each[0] != name]
                message = {**message, "headers": kept}
            await send(message)

        original(answer, log, scope, sending, operation, fault, logged=logged)

    return Patch("envelope._Answer.__init__", around(run))


def _accented(original: Any, request: Any) -> Any:
    for line in request.get("line_items") or ():
        line["item_name"].encode("ascii")
    return original(request)


def _limited(stage: Stage, *, header: str = "retry-after") -> Any:
    """The last call of a minute that is allowed, and the one after."""
    broken = stage.request("force_redeem", b"{")
    for _ in range(499):
        stage.send(broken)
    replies = stage.send(broken), stage.send(broken)
    return [[each.status, each.headers.get(header)] for each in replies]


def _named(name: str, stage: Stage) -> Any:
    return [stage.force(ADA, requested_punches=1).headers.get(name), stage.force(404).headers.get(name)]


def _type_of(reply: Reply) -> Any:
    return [reply.status, reply.headers.get("content-type")]


FAULTS = (
    _shape(
        id="force_answers_200",
        suffers="A client that waits for 201 takes the debit for a failure, and staff redeem again.",
        rule="A force redeem answers 201.",
        source="documented: SEED-000",
        patches=(_status(201, 200),),
        witness=lambda stage: stage.force(ADA, requested_punches=1).status,
        faultless=201,
    ),
    _shape(
        id="code_answers_201",
        suffers="A client that waits for 200 throws away the code that it got.",
        rule="A subscription's code comes with 200.",
        source="documented: SEED-003",
        patches=(_status(200, 201, "subscription_plan_id"),),
        witness=lambda stage: stage.code().status,
        faultless=200,
    ),
    _shape(
        id="batch_answers_204",
        suffers="A till learns nothing of what it redeemed.",
        rule="A batch answers 200 with a body.",
        source="documented: SEED-002",
        patches=(
            spoiled(
                lambda response: (
                    Response(b"", 204)
                    if response.status_code == 200 and "redemption_ref" in body_of(response)
                    else None
                )
            ),
        ),
        witness=lambda stage: stage.batch(FULL).status,
        faultless=200,
    ),
    _shape(
        id="unknown_guest_is_200",
        suffers="An error passes for a batch in which nothing failed.",
        rule="A guest that there is not is a 404.",
        source="documented: OAS-POS2",
        patches=(_status(404, 200),),
        witness=lambda stage: stage.batch(404).status,
        faultless=404,
    ),
    _shape(
        id="empty_basket_is_500",
        suffers="Alarms ring and retries run for what is an ordinary refusal.",
        rule="A refusal is never a 5xx.",
        source="documented: OAS-POS2",
        patches=(_status(422, 500),),
        witness=lambda stage: stage.batch(ALAN).status,
        faultless=422,
    ),
    _shape(
        id="refusal_is_409",
        suffers="A client that acts on 422 meets a status that nobody documented.",
        rule="Somebody else's reward is a 422.",
        source="documented: OAS-OO1",
        patches=(_status(422, 409),),
        witness=lambda stage: stage.online("reward", reward_id=72001).status,
        faultless=422,
    ),
    _shape(
        id="wrong_digest_is_403",
        suffers="A client that signs anew after a 412 gives up instead.",
        rule="A wrong digest is a 412.",
        source="documented: DIG-OO, OAS-OO1",
        patches=(_status(412, 403),),
        witness=lambda stage: (
            stage.send(stage.request("create_online_redemption", {}, secret=_OTHER_KEY)).status
        ),
        faultless=412,
    ),
    _shape(
        id="unauthorized_is_a_redirect",
        suffers="A client follows a redirect to a page for people, and reads its 200 as success.",
        rule="A request without credentials is a 401.",
        source="documented: SEED-000",
        patches=(
            spoiled(
                lambda response: (
                    Response(b"", 302, {"Location": "/sign_in"}) if response.status_code == 401 else None
                )
            ),
        ),
        witness=lambda stage: (
            stage.send(stage.request("force_redeem", {}, headers={"Authorization": None})).status
        ),
        faultless=401,
    ),
    _shape(
        id="accents_are_500",
        suffers="Every receipt with a crème brûlée on it fails.",
        rule="Names of items are any text; bad input is never a 5xx.",
        source="ours: a 5xx is the server's fault",
        patches=(Patch("receipts.batch", around(_accented)),),
        witness=lambda stage: stage.batch(FULL, line_items=[{**lines(30)[0], "item_name": "Crème"}]).status,
        faultless=200,
    ),
    _shape(
        id="malformed_json_is_500",
        suffers="A broken request looks like an outage, and is sent again and again.",
        rule="A body that is no JSON is a 400.",
        source="documented: OAS-POS2",
        patches=(Patch("app._object", raising(ValueError)),),
        witness=lambda stage: stage.send(stage.request("process_batch_redemption", b"{")).status,
        faultless=400,
    ),
    _shape(
        id="json_is_called_html",
        suffers="Clients that parse by content type hand the answer out as text.",
        rule="Answers are `application/json`.",
        source="documented: OAS-OO1",
        patches=(_header("content-type", "text/html; charset=utf-8"),),
        witness=lambda stage: _type_of(stage.code()),
        faultless=[200, "application/json"],
    ),
    _shape(
        id="errors_are_pages",
        suffers="The reason of a refusal is a page for people that no client can read.",
        rule="Errors are JSON.",
        source="documented: OAS-OO1",
        patches=(
            spoiled(
                lambda response: (
                    Response(b"<html>Error</html>", response.status_code, media_type="text/html")
                    if response.status_code >= 400
                    else None
                )
            ),
        ),
        witness=lambda stage: _type_of(stage.online("reward", reward_id=72001)),
        faultless=[422, "application/json"],
    ),
    _shape(
        id="json_is_cut_short",
        suffers="Long answers of tills end in the middle: what was redeemed cannot be read.",
        rule="A body is whole.",
        source="ours: an answer is JSON to its end",
        patches=(spoiled(lambda response: with_body(response, bytes(response.body)[:1000])),),
        witness=lambda stage: type(stage.batch(FULL).body).__name__,
        faultless="dict",
    ),
    _shape(
        id="retry_after_is_missing",
        suffers="A client that is told to slow down does not know for how long, and hammers on.",
        rule="A 429 of force redeem has `Retry-After`.",
        source="assumed: SEED-000",
        patches=(_header("retry-after", None, 429),),
        witness=_limited,
        faultless=[[400, None], [429, "59"]],
    ),
    _shape(
        id="environment_is_missing",
        suffers="A support ticket cannot say which of the vendor's environments answered.",
        rule="Every answer has `x-pch-env`.",
        source="documented: HDR",
        patches=(_dropped(b"x-pch-env"),),
        witness=partial(_named, "x-pch-env"),
        faultless=["sandbox", "sandbox"],
    ),
    _shape(
        id="request_id_is_missing",
        suffers="A support ticket cannot name the request that it is about.",
        rule="Every answer has `X-Request-Id`.",
        source="documented: HDR",
        patches=(_dropped(b"x-request-id"),),
        witness=lambda stage: [each is not None for each in _named("x-request-id", stage)],
        faultless=[True, True],
    ),
    _shape(
        id="request_id_repeats",
        suffers="A support ticket names a thousand requests at once.",
        rule="`X-Request-Id` tells one request from every other.",
        source="inferred: HDR",
        patches=(
            Patch("requestlog.RequestLog.next_request_id", returning("00000000-0000-4000-8000-000000000000")),
        ),
        witness=lambda stage: len(set(_named("x-request-id", stage))),
        faultless=2,
    ),
)
