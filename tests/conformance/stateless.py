"""A server of somebody else's, which answers in the right shapes and keeps nothing.

It is written by hand from the contract's document, on Werkzeug, and shares no line with the sandbox. It asks
for a User-Agent, digest, credentials, JSON and a body that keeps the schema, as the contract says, and then
redeems whatever is named, for whoever comes, as often as it is asked, and gets its sums right: what it
answers follows from the request alone, and from the wall clock where a time is told. Ids follow from the
request too (`derived`) or are drawn (`random`). Shapes cannot tell it from a server that works; laws must.
"""

import contextlib
import datetime as dt
import decimal
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from punchh_contract.contract import Operation, load
from punchh_contract.signing import verify

MARK = "not-a-real-one"
CREDENTIALS = {
    "PUNCHH_CLIENT": f"stateless-client-{MARK}",
    "PUNCHH_SECRET": f"stateless-secret-{MARK}",
    "PUNCHH_ACCESS_TOKEN": f"stateless-access-token-{MARK}",
    "PUNCHH_ADMIN_KEY": f"stateless-admin-key-{MARK}",
    "PUNCHH_LOCATION_KEY": f"stateless-location-key-{MARK}",
    "PUNCHH_BUSINESS_KEY": f"stateless-business-key-{MARK}",
}
"""What its operator would give to a tester; the only values that it knows."""
TOKEN = f"stateless-authentication-token-{MARK}"
"""Names a guest in the body of an online order."""
FIXTURES: dict[str, Any] = {
    "force_redeem": {
        "user_id": [301],
        "redemption.requested_punches": [1, 5],
        "redemption.reward_id": [401, 402],
    },
    "create_online_redemption": {
        "authentication_token": [TOKEN],
        "email": ["stateless.guest@example.com"],
        "store_number": ["12"],
        "reward_id": [501, 502],
        "redeemable_id": ["601"],
        "subscription_id": ["701"],
        "redemption_code": ["7300001", "7300002"],
        "redeemed_points": ["2.50"],
        "discount_type": ["card_completion"],
    },
    "process_batch_redemption": {"user_id": [302, 303], "punchh_key": ["stateless-receipt-key"]},
    "create_subscription_redemption_code": {"subscription_id": ["702"]},
}
"""Guests and assets that its operator would list, as in a fixtures file."""

Json = Any
Answer = tuple[int, Json]
Number = Callable[[bytes], int]
"""Makes an id for the bytes of a request."""

_OFFER = decimal.Decimal(5)
"""Dollars that everything is worth."""
_FORMATS = jsonschema.FormatChecker(formats=())


@_FORMATS.checks("date-time")
def _is_moment(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        return dt.datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


class Refusal(Exception):  # noqa: N818  # an answer, not a fault
    """A request that is answered otherwise than with success."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class Application:
    """The server as WSGI: routes, doors, answers. It has no attribute that a request could change."""

    def __init__(self, number: Number) -> None:
        contract = load()
        self._number = number
        self._operations = contract.operations
        self._validators = {
            each.id: jsonschema.Draft202012Validator(each.request_schema, format_checker=_FORMATS)
            for each in contract.operations.values()
        }
        self._routes = Map(
            [
                Rule(each.path, methods=[each.method], endpoint=each.id)
                for each in contract.operations.values()
            ]
        )

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        try:
            operation_id, _ = self._routes.bind_to_environ(environ).match()
            status, body = self._answer(self._operations[operation_id], request)
        except Refusal as refused:
            status, body = refused.status, refused.body
        except HTTPException as error:
            status, body = error.code or 500, {"error": error.name}
        response = Response(json.dumps(body), status, mimetype="application/json")
        return response(environ, start_response)

    def _answer(self, operation: Operation, request: Request) -> Answer:
        raw = request.get_data()
        if not request.headers.get("User-Agent"):
            raise Refusal(400, _missing(operation, "User-Agent"))
        _check_digest(operation, request, raw)
        body = _parsed(raw)
        _check_keys(operation, request, body)
        error = next(iter(self._validators[operation.id].iter_errors(body)), None)
        if error is not None:
            raise Refusal(400, _missing(operation, str(next(iter(error.absolute_path), "body"))))
        if body.get("client", CREDENTIALS["PUNCHH_CLIENT"]) != CREDENTIALS["PUNCHH_CLIENT"]:
            text = "Client ID is incorrect. Please check client param or contact us."
            raise Refusal(401, {"errors": {"unknown_client": [text]}})
        return _HANDLERS[operation.id](body, self._number(raw))


def _check_digest(operation: Operation, request: Request, raw: bytes) -> None:
    if operation.signature is None:
        return
    given = request.headers.get(operation.signature.header, "")
    uri = request.environ["REQUEST_URI"]  # as it was sent, percent-encoding and query included
    if not verify(operation.signature.algorithm, CREDENTIALS["PUNCHH_SECRET"], uri, raw, given):
        text = (
            "Signature doesn't match. For information about generating the x-pch-digest header, "
            "see https://developers.punchh.com."
        )
        raise Refusal(412, {"errors": {"invalid_signature": [text]}})


def _check_keys(operation: Operation, request: Request, body: Json) -> None:
    """Let in who has the keys of this family."""
    header = request.headers.get("Authorization", "")
    bearer = f"Bearer {CREDENTIALS['PUNCHH_ACCESS_TOKEN']}"
    if operation.family == "/api2/dashboard":
        known, text = _same(header, f"Bearer {CREDENTIALS['PUNCHH_ADMIN_KEY']}"), _SIGN_IN
    elif operation.family == "/api/pos":
        location, business = CREDENTIALS["PUNCHH_LOCATION_KEY"], CREDENTIALS["PUNCHH_BUSINESS_KEY"]
        known, text = (
            _same(header, f"Token token={location}, btoken={business}"),
            {"error": "Invalid Location Key"},
        )
    elif operation.family == "/api2/mobile" or header:
        known, text = _same(header, bearer), _UNAUTHORIZED
    else:
        token = body.get("authentication_token") if isinstance(body, dict) else None
        # An e-mail address names the guest of a coupon that is nobody's yet.
        coupon = isinstance(body, dict) and body.get("email") and token is None
        known, text = bool(coupon) or _same(str(token), TOKEN), _SIGN_IN
    # The operator handed out no id token: whatever comes as one is somebody else's.
    if not known or "id-token" in request.headers:
        raise Refusal(401, text)


_SIGN_IN = {"error": "You need to sign in or sign up before continuing."}
_UNAUTHORIZED = {
    "errors": {
        "unauthorized": ["An active access token must be used to query information about the current user."]
    }
}


def _missing(operation: Operation, field: str) -> Json:
    if operation.family == "/api2/mobile":
        return {"errors": {field: ["Required parameter missing or the value is empty."]}}
    return {"error": f"Required parameter missing or the value is empty: {field}"}


def _parsed(raw: bytes) -> Json:
    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    try:
        return json.loads(raw, parse_constant=refuse)
    except (ValueError, RecursionError):
        raise Refusal(400, {"status": 400, "error": "data was not valid JSON"}) from None


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), wanted.encode())


def derived(raw: bytes) -> int:
    """An id that follows from the request: the same one is told the same."""
    return int.from_bytes(hashlib.sha256(raw).digest()[:6]) + 1


def random(_: bytes) -> int:
    """An id that was never told before, near enough."""
    return secrets.randbelow(2**48) + 1


def _force(body: Json, number: int) -> Answer:
    order = body["redemption"]
    if "reward_id" not in order and "requested_punches" not in order:
        raise Refusal(422, {"errors": {"base": ["Nothing to redeem was requested"]}})
    now = _now()
    return 201, {
        "redemption_status": "redeemable",
        "created_at": _text(now),
        "updated_at": _text(now),
        "expiring_at": _text(now + dt.timedelta(hours=2)),
        "redeemable_id": None,
        "redeemable_name": None,
        "redemption_image_url": "https://images.example.com/stateless.png",
        "redemption_message": "It was redeemed.",
        "location_id": 12,
        "redemption_id": number,
        "redemption_tracking_code": _code(number),
        "redeemed_value": order.get("requested_punches", 0),
    }


def _online(body: Json, number: int) -> Answer:
    wanted = _OFFER
    if body["discount_type"] == "discount_amount":
        wanted = _decimal(body["redeemed_points"])
    amount = min(wanted, _cents(body["receipt_amount"]))
    if amount <= 0:
        text = "Redemption not possible since amount is 0"
        return 200, {"status": text, "redemption_amount": 0, "category": "invalid"}
    lines = [each for each in body.get("menu_items", ()) if each["menu_item_type"] == "M"]
    answer: dict[str, Any] = {
        "status": "It can be honored.",
        "redemption_amount": float(amount),
        "category": "redeemable",
        "qualified_menu_items": [{key: each[key] for key in _LINE} for each in lines],
        "discount_distribution_items": _shares(lines, amount),
    }
    if "query" not in body:
        answer |= {"redemption_id": number, "redemption_code": _code(number), "status": "Please HONOR it."}
    return 200, answer


_LINE = (
    *("item_name", "item_qty", "item_amount", "menu_item_type", "menu_item_id"),
    *("menu_family", "menu_major_group", "serial_number"),
)


def _shares(lines: list[Json], amount: decimal.Decimal) -> list[Json]:
    """The discount over lines, each as far as it goes; none where they do not cover it."""
    found = []
    for line in lines:
        part = min(amount, _cents(line["item_amount"]))
        if part > 0:
            amount -= part
            changed = {"item_amount": -float(part), "menu_item_type": "R", "serial_number": 1.0}
            found.append({**{key: line[key] for key in _LINE}, **changed})
    return [] if amount else found


def _batch(body: Json, number: int) -> Answer:
    amount = min(_OFFER, _cents(body["receipt_amount"]))
    if amount < 0:
        raise Refusal(422, {"error": "Invalid Receipt Amount"})
    line = body["line_items"][0]
    item = {
        "discount_basket_item_id": body["user_id"],
        "discount_amount": float(amount),
        "redemption_id": None if "query" in body else number,
        "redemption_type": "Redemption",
        "discount_type": "redeemable",
        "discount_id": 601,
        "discount_value": None,
        "message": None,
        "qualified": True,
        "remaining_balance": None,
        "meta_data": None,
        "discount_details": {
            "item_id": 601,
            "name": "Five Dollars Off",
            "image": "https://images.example.com/stateless.png",
            "points": 100,
            "base_amount": 5,
            "description": "",
            "item_properties": None,
            "meta_detail": None,
            "start_date_tz": None,
            "end_date_tz": None,
            "created_at": "2026-03-01T18:41:16Z",
        },
        "qualified_items": [
            {
                **{
                    key: line[key]
                    for key in ("item_name", "item_qty", "item_id", "item_family", "item_group")
                },
                "amount": float(amount),
                "item_type": "R",
                "serial_number": "1.0",
            }
        ],
    }
    return 200, {"redemption_ref": f"stateless-{number}", "success": [item], "failures": []}


def _subscription(body: Json, number: int) -> Answer:
    now = _now()
    picture = "https://images.example.com/stateless.png"
    return 200, {
        "redemption_status": "redeemable",
        "created_at": _text(now),
        "updated_at": _text(now),
        "expiring_at": _text(now + dt.timedelta(minutes=10)),
        "redeemable_id": None,
        "redeemable_name": "Demo Coffee Club",
        "redeemable_description": None,
        "redeemable_image_url": picture,
        "location_id": 12,
        "redemption_image_url": picture,
        "redemption_message": "Show this code at the till.",
        "redemption_id": number,
        "redemption_tracking_code": _code(number),
        "redeemed_value": None,
        "redemption_type": "SubscriptionRedemption",
        "subscription_id": body["subscription_id"],
        "subscription_plan_id": 44,
        "subscription_plan_name": "Demo Coffee Club",
        "subscription_plan_description": "One coffee a day",
        "subscription_plan_image_url": picture,
    }


_HANDLERS: dict[str, Callable[[Json, int], Answer]] = {
    "force_redeem": _force,
    "create_online_redemption": _online,
    "process_batch_redemption": _batch,
    "create_subscription_redemption_code": _subscription,
}


def _decimal(text: str) -> decimal.Decimal:
    try:
        found = decimal.Decimal(text)
    except decimal.InvalidOperation:
        return decimal.Decimal(0)
    return _cents(found) if found.is_finite() else decimal.Decimal(0)


def _cents(dollars: float | decimal.Decimal) -> decimal.Decimal:
    """Whole cents; what is beyond any receipt is as good as a great one."""
    value = max(min(decimal.Decimal(str(dollars)), decimal.Decimal(10**9)), decimal.Decimal(-(10**9)))
    return value.quantize(decimal.Decimal("0.01"), decimal.ROUND_DOWN)


def _code(number: int) -> str:
    return str(number % 10**7).zfill(7)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def _text(moment: dt.datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any, **__: Any) -> None:
        """Print nothing."""


@contextlib.contextmanager
def running(number: Number = derived) -> Iterator[str]:
    """The server on a free port of loopback; yields its address."""
    server = make_server("127.0.0.1", 0, Application(number), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
