"""Faults of signatures: digests that are not looked at, not wholly, or over something else."""

from functools import partial
from typing import Any

from punchh_contract.proof.fault import Fault, Kind, Patch, Witness
from punchh_contract.proof.making import after, argument, around, returning
from punchh_contract.proof.stage import Stage
from punchh_contract.signing import ALGORITHMS, sign

_access = partial(Fault, kind=Kind.ACCESS)

_ORDER = "create_online_redemption"
_DIGEST = "x-pch-digest"
_OTHER_KEY = "another"
_OWN_ID, _GRACES_ID = "{PUNCHH_ID_TOKEN}", "sandbox-id-token-not-a-real-one-grace"
_GRACES_WORD = "sandbox-authentication-token-not-a-real-one-grace"


def _signed(**how: Any) -> Witness:
    """The status of an online order that is signed in some other way."""

    def witness(stage: Stage) -> Any:
        good = {"client": stage.keys["PUNCHH_CLIENT"], "discount_type": "reward", "reward_id": 70001}
        body = {**good, "store_number": "401", "receipt_amount": 30, "subtotal_amount": 30}
        body |= {"receipt_datetime": "2026-03-02T18:05:01Z", "transaction_no": "1"}
        return stage.send(stage.request(_ORDER, body, **how)).status

    return witness


def _any_algorithm(original: Any, _: Any, *rest: Any) -> Any:
    return any(original(each, *rest) for each in ALGORITHMS)


def _prefix(_: Any, algorithm: Any, secret: str, uri: str, body: bytes, digest: str) -> bool:
    return sign(algorithm, secret, uri, body)[:8] == digest[:8]


def _anonymous(original: Any, store: Any, secret: Any, headers: Any, *rest: Any) -> Any:
    return None if not headers.get(_DIGEST) else original(store, secret, headers, *rest)


def _path() -> str:
    return "/api/auth/redemptions/online_order"


def _cut(stage: Stage) -> Any:
    request = stage.order("reward", reward_id=70001)
    request.headers[_DIGEST] = request.headers[_DIGEST][:8]
    return request


FAULTS: tuple[Fault, ...] = (
    _access(
        id="digest_is_not_checked",
        suffers="A client that signs wrongly passes here and is locked out in production.",
        rule="A wrong digest is refused with 412.",
        source="documented: DIG-OO, DIG-MOB",
        patches=(Patch("app.check_signature", returning(None)),),
        witness=_signed(secret=_OTHER_KEY),
        faultless=412,
    ),
    _access(
        id="digest_may_be_missing",
        suffers="A client that forgets to sign passes here and is locked out in production.",
        rule="A missing digest is refused with 412.",
        source="documented: DIG-OO, DIG-MOB",
        patches=(Patch("app.check_signature", around(_anonymous)),),
        witness=_signed(headers={_DIGEST: None}),
        faultless=412,
    ),
    _access(
        id="digest_covers_no_query",
        suffers="Whoever stands between can add a query to a signed request.",
        rule="Path and query are signed.",
        source="inferred: FIRST-SSO, C-3",
        patches=(Patch("app._uri", after(lambda uri, _: uri.partition("?")[0])),),
        witness=lambda stage: [_signed(query="?a=1")(stage), _signed(query="?a=1", signed=_path())(stage)],
        faultless=[200, 412],
    ),
    _access(
        id="digest_covers_no_body",
        suffers="Whoever stands between can change the reward of a signed order.",
        rule="The body's bytes are signed.",
        source="documented: DIG-OO",
        patches=(
            Patch(
                "authentication.verify",
                around(
                    lambda original, a, key, uri, body, sent: (
                        original(a, key, uri, body, sent) or original(a, key, uri, b"", sent)
                    )
                ),
            ),
        ),
        witness=lambda stage: _signed(
            headers={_DIGEST: sign("sha1", stage.keys["PUNCHH_SECRET"], _path(), b"")}
        )(stage),
        faultless=412,
    ),
    _access(
        id="digest_of_another_path_passes",
        suffers="A digest that was seen once opens another operation.",
        rule="The path is signed.",
        source="documented: DIG-OO",
        patches=(
            Patch(
                "authentication.verify",
                around(
                    lambda original, a, key, uri, body, sent: (
                        original(a, key, uri, body, sent) or original(a, key, "", body, sent)
                    )
                ),
            ),
        ),
        witness=_signed(signed=""),
        faultless=412,
    ),
    _access(
        id="digest_of_another_algorithm_passes",
        suffers="A client that signs online orders with SHA-256 passes here and is locked out in production.",
        rule="`/api/auth` signs with SHA-1, `/api2/mobile` with SHA-256.",
        source="documented: DIG-OO, DIG-MOB",
        patches=(Patch("authentication.verify", around(_any_algorithm)),),
        witness=_signed(algorithm="sha256"),
        faultless=412,
    ),
    _access(
        id="digest_is_compared_by_its_head",
        suffers="A digest that was cut off on the way passes here.",
        rule="The whole digest is compared.",
        source="documented: DIG-OO",
        patches=(Patch("authentication.verify", around(_prefix)),),
        witness=lambda stage: stage.send(_cut(stage)).status,
        faultless=412,
    ),
    _access(
        id="mobile_digest_is_sha1",
        suffers="A client that signs as documented is locked out of the mobile calls.",
        rule="`/api2/mobile` signs with SHA-256.",
        source="documented: DIG-MOB",
        patches=(Patch("authentication.verify", argument(0, lambda _: "sha1")),),
        witness=lambda stage: [stage.code().status, _signed()(stage)],
        faultless=[200, 200],
    ),
)
