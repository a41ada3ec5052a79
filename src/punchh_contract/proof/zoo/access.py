"""Faults of who may call and with what: credentials, and the fields of a request."""

import re
from functools import partial
from typing import Any

from starlette.datastructures import Headers

from punchh_contract.proof.fault import Fault, Kind, Patch, Witness
from punchh_contract.proof.making import after, argument, around, before, result, strange
from punchh_contract.proof.stage import ADA, FULL, Stage, items
from punchh_contract.sandbox import answers
from punchh_contract.sandbox.authentication import Caller, check_signature
from punchh_contract.sandbox.validation import Fault as Wrong

_access = partial(Fault, kind=Kind.ACCESS)

_ORDER = "create_online_redemption"
_DIGEST = "x-pch-digest"
_OTHER_KEY = "another"
_OWN_ID, _GRACES_ID = "{PUNCHH_ID_TOKEN}", "sandbox-id-token-not-a-real-one-grace"
_GRACES_WORD = "sandbox-authentication-token-not-a-real-one-grace"


def _opened(operation_id: str, **headers: str | None) -> Witness:
    """The status of a right request with other headers; `{NAME}` in them stands for a credential."""

    def witness(stage: Stage) -> Any:
        bodies: dict[str, dict[str, Any]] = {
            "force_redeem": {"user_id": ADA, "redemption": {"requested_punches": 1}},
            "create_subscription_redemption_code": {
                "client": stage.keys["PUNCHH_CLIENT"],
                "subscription_id": "900699",
            },
        }
        sent = {
            name.replace("_", "-"): value and value.format(**stage.keys) for name, value in headers.items()
        }
        if operation_id == _ORDER:
            request = stage.order("reward", reward_id=70001)
            request.headers.update({name: value for name, value in sent.items() if value})
            for name, value in sent.items():
                if value is None:
                    del request.headers[name]
            return stage.send(request).status
        if operation_id == "process_batch_redemption":
            request = stage.request(operation_id, {"user_id": FULL}, headers=sent)
            return stage.send(request).status
        return stage.send(stage.request(operation_id, bodies[operation_id], headers=sent)).status

    return witness


def _accepting(*fields: str) -> Patch:
    """Requests pass though something is wrong with one of these fields."""
    return Patch(
        "validation.Rules.fault", result(lambda wrong: None if wrong and wrong.field in fields else wrong)
    )


def _agentless(original: Any, operation: Any, store: Any, request: Any, content: bytes) -> Any:
    refused = original(operation, store, request, content)
    if refused is None or request.headers.get("User-Agent", "").strip():
        return refused
    uri = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return check_signature(operation, store.business.secret, request.headers, uri, content)


def _closed_world(original: Any, self: Any, tx: Any, operation: Any, caller: Any, request: Any) -> Any:
    unknown = strange(operation, request)
    if unknown:
        return answers.field_error(operation, min(unknown), missing=False)
    return original(self, tx, operation, caller, request)


def _anonymised(headers: Any) -> Any:
    """The headers without the id token."""
    return Headers({name: value for name, value in headers.items() if name != "id-token"})


def _opened_by_id(headers: Any) -> Any:
    """The headers with the access token that the id token should not stand for."""
    if "id-token" not in headers or "authorization" in headers:
        return headers
    return Headers({**headers, "authorization": "Bearer sandbox-access-token-not-a-real-one-ada"})


def _mail_opens(tx: Any, body: Any) -> Any:
    return tx.guests.holder("email", body.get("email") or "-")


def _outranking(original: Any, operation: Any, tx: Any, headers: Any, body: Any) -> Any:
    caller = original(operation, tx, headers, body)
    named = tx.guests.holder("authentication_token", body.get("authentication_token") or "-")
    return Caller(named) if isinstance(caller, Caller) and named else caller


def _short_of_digits(fault: Wrong | None, _: Any, body: Any) -> Wrong | None:
    user = body.get("user_id")
    return None if fault and fault.field == "user_id" and isinstance(user, str) and user.isdigit() else fault


def _mailed(stage: Stage) -> Any:
    body = {
        "client": stage.keys["PUNCHH_CLIENT"],
        "discount_type": "redeemable",
        "redeemable_id": "493",
        "email": "grace.sandbox@example.com",
        "store_number": "401",
        "receipt_amount": 30,
        "subtotal_amount": 30,
        "receipt_datetime": "2026-03-02T18:05:01Z",
        "transaction_no": "1",
    }
    return stage.send(stage.request(_ORDER, body, headers={"Authorization": None})).status


FAULTS: tuple[Fault, ...] = (
    _access(
        id="user_agent_is_not_needed",
        suffers="A client without `User-Agent` passes here and is refused in production.",
        rule="A request without `User-Agent` is refused.",
        source="documented: UA-OO, UA-MOB, UA-PF",
        patches=(Patch("app._check", around(_agentless)),),
        witness=_opened("force_redeem", User_Agent=None),
        faultless=400,
    ),
    _access(
        id="dashboard_needs_no_key",
        suffers="Anybody can take points from anybody.",
        rule="Force redeem needs the admin key; without one it is a 401.",
        source="documented: SEED-000",
        patches=(
            Patch(
                "authentication._administrator",
                around(lambda original, b, h: original(b, h) if h else Caller()),
            ),
        ),
        witness=_opened("force_redeem", Authorization=None),
        faultless=401,
    ),
    _access(
        id="guest_opens_the_dashboard",
        suffers="Any guest of the app can take from every other one.",
        rule="Another family's key is a 401.",
        source="documented: SEED-000",
        patches=(
            Patch(
                "authentication._administrator",
                around(lambda original, b, h: Caller() if "access-token" in (h or "") else original(b, h)),
            ),
        ),
        witness=_opened("force_redeem", Authorization="Bearer {PUNCHH_ACCESS_TOKEN}"),
        faultless=401,
    ),
    _access(
        id="admin_key_opens_the_till",
        suffers="A till set up with the wrong key works here and is refused in production.",
        rule="Tills need location key and business key.",
        source="documented: FIRST-POS",
        patches=(
            Patch(
                "authentication._till",
                around(
                    lambda original, b, h: (
                        Caller(location=b.locations[0]) if b.admin_key in (h or "") else original(b, h)
                    )
                ),
            ),
        ),
        witness=_opened("process_batch_redemption", Authorization="Bearer {PUNCHH_ADMIN_KEY}"),
        faultless=401,
    ),
    _access(
        id="business_key_is_not_checked",
        suffers="A till with a mistyped business key works here and is refused in production.",
        rule="Both keys of a till must be right.",
        source="documented: FIRST-POS",
        patches=(
            Patch(
                "authentication._till",
                before(lambda b, h: (b, re.sub("btoken=.*", f"btoken={b.business_key}", h or ""))),
            ),
        ),
        witness=_opened(
            "process_batch_redemption", Authorization="Token token={PUNCHH_LOCATION_KEY}, btoken=wrong"
        ),
        faultless=401,
    ),
    _access(
        id="unknown_token_is_somebody",
        suffers="An app whose token ran out spends somebody else's rewards.",
        rule="An access token that nobody has is a 401.",
        source="documented: SEED-001",
        patches=(
            Patch(
                "store.holdings.Guests.holder",
                after(lambda found, _, kind, __: ADA if found is None and kind == "access_token" else found),
            ),
        ),
        witness=_opened(_ORDER, Authorization="Bearer nobody"),
        faultless=401,
    ),
    _access(
        id="id_token_opens_alone",
        suffers="A client that sends only an `id-token` works here and is refused in production.",
        rule="`id-token` alone opens nothing.",
        source="documented: SEED-003",
        patches=(
            Patch(
                "authentication._caller",
                before(
                    lambda o, tx, headers, body: (
                        o,
                        tx,
                        _opened_by_id(headers),
                        body,
                    )
                ),
            ),
        ),
        witness=_opened("create_subscription_redemption_code", Authorization=None, id_token=_OWN_ID),
        faultless=401,
    ),
    _access(
        id="id_token_is_not_compared",
        suffers="Two guests' tokens are mixed up, and nobody notices.",
        rule="An `id-token` that is not this guest's is a 401.",
        source="assumed: SEED-003",
        patches=(
            Patch(
                "authentication._caller",
                before(lambda o, tx, headers, body: (o, tx, _anonymised(headers), body)),
            ),
        ),
        witness=_opened("create_subscription_redemption_code", id_token=_GRACES_ID),
        faultless=401,
    ),
    _access(
        id="client_is_not_compared",
        suffers="An app of another business passes here and is refused in production.",
        rule="`client` must be the business's.",
        source="inferred: OAS-MOB",
        patches=(
            Patch(
                "authentication._caller",
                before(lambda o, tx, headers, body: (o, tx, headers, {**body, "client": None})),
            ),
        ),
        witness=lambda stage: stage.online("reward", reward_id=70001, client="another").status,
        faultless=401,
    ),
    _access(
        id="body_outranks_the_header",
        suffers="The guest who is signed in keeps the reward, and the one named in the body loses it.",
        rule="With an access token in the header, `authentication_token` in the body is not looked at.",
        source="assumed: C-4",
        patches=(Patch("authentication._caller", around(_outranking)),),
        witness=lambda stage: (
            stage.online(
                "redeemable",
                redeemable_id="493",
                authentication_token=_GRACES_WORD,
            ).status
            and [stage.guest(each)["points"] for each in (ADA, 111111112)]
        ),
        faultless=[9999900, 250],
    ),
    _access(
        id="mail_opens_everything",
        suffers="Whoever knows an address spends that guest's points.",
        rule="An `email` opens nothing but coupons that belong to nobody.",
        source="assumed: OAS-OO1",
        patches=(Patch("authentication._by_mail", lambda _: _mail_opens),),
        witness=lambda stage: _mailed(stage),
        faultless=401,
    ),
    _access(
        id="missing_client_is_accepted",
        suffers="A client that leaves `client` out passes here and is refused in production.",
        rule="`client` is needed.",
        source="documented: OAS-OO1, OAS-SUB",
        patches=(_accepting("client"),),
        witness=lambda stage: (
            stage.send(
                stage.request("create_subscription_redemption_code", {"subscription_id": "900699"})
            ).status
        ),
        faultless=400,
    ),
    _access(
        id="missing_transaction_number_is_accepted",
        suffers="A till that leaves fields out passes here and is refused in production.",
        rule="`transaction_no` is needed in a batch.",
        source="documented: OAS-POS2",
        patches=(_accepting("transaction_no"),),
        witness=lambda stage: stage.batch(FULL, transaction_no=None).status,
        faultless=400,
    ),
    _access(
        id="guest_id_as_text_is_accepted",
        suffers="A client that sends ids as text passes here and is refused in production.",
        rule="`user_id` is an integer.",
        source="documented: SEED-002",
        patches=(Patch("validation.Rules.fault", after(_short_of_digits)),),
        witness=lambda stage: stage.batch(str(FULL)).status,
        faultless=400,
    ),
    _access(
        id="lines_are_counted_from_one",
        suffers="The error points at the wrong line of the receipt.",
        rule="Fields of a line are named with an index from zero.",
        source="documented: OAS-POS2",
        patches=(
            Patch(
                "validation.field_name",
                argument(0, lambda path: [each + 1 if isinstance(each, int) else each for each in path]),
            ),
        ),
        witness=lambda stage: (
            stage.online("reward", reward_id=70001, menu_items=[{**items(1)[0], "item_name": ""}]).body
        ),
        faultless={"error": "Required parameter missing or the value is empty: item_name_0"},
    ),
    _access(
        id="unknown_fields_are_refused",
        suffers="A client that sends one field more than documented is locked out.",
        rule="Unknown fields are ignored.",
        source="assumed: SEED-001",
        patches=(Patch("operations.Operations.run", around(_closed_world)),),
        witness=lambda stage: stage.batch(FULL, unheard_of=1).status,
        faultless=200,
    ),
)
