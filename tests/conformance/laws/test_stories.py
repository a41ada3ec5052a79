"""Stories go where a server can be wrong: each, told to a sandbox with one thing changed, breaks its law."""

import contextlib
import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from conformance.conftest import CLOCK, job_for, served

from punchh_contract.conformance.hooks import Run
from punchh_contract.conformance.job import LAWS
from punchh_contract.conformance.laws import phase
from punchh_contract.conformance.laws.court import Court
from punchh_contract.conformance.laws.stories import STORIES
from punchh_contract.conformance.laws.world import World
from punchh_contract.contract import Operation, load
from punchh_contract.proof.fault import Fault, Kind, Patch
from punchh_contract.proof.making import around, before
from punchh_contract.proof.planting import planted
from punchh_contract.sandbox import answers, server
from punchh_contract.sandbox.app import _object
from punchh_contract.sandbox.guests import Debit, Held
from punchh_contract.signing import sign

ONLINE, BATCH, FORCE, CODE = (
    "create_online_redemption",
    "process_batch_redemption",
    "force_redeem",
    "create_subscription_redemption_code",
)


def quotes_unsigned(original: Any, *asked: Any) -> Any:
    """Quotes need no digest."""
    return None if b'"query"' in asked[-1] else original(*asked)


def empty_secret(
    original: Any, operation: Operation, secret: str, headers: Mapping[str, str], uri: str, body: bytes
) -> Any:
    """A digest by an empty secret passes."""
    denied = original(operation, secret, headers, uri, body)
    if denied is None or operation.signature is None:
        return denied
    empty = sign(operation.signature.algorithm, "", uri, body)
    return None if headers.get(operation.signature.header) == empty else denied


def json_first(original: Any, operation: Operation, store: Any, request: Any, content: bytes) -> Any:
    """What is no JSON is told before who asks is looked at."""
    found = original(operation, store, request, content)
    broken = found is None and _object(content) is None
    return answers.error(operation, 400, "malformed_json") if broken else found


def takes_one(original: Any, self: Any, tx: Any, operation: Operation, caller: Any, request: Any) -> Any:
    """A field that nobody knows makes an amount another."""
    if set(request) - {"user_id", "redemption"} and request["redemption"].get("requested_punches"):
        request = {**request, "redemption": {"requested_punches": 1}}
    return original(self, tx, operation, caller, request)


def refuses(original: Any, self: Any, tx: Any, operation: Operation, caller: Any, request: Any) -> Any:
    """A field that nobody knows is refused."""
    if set(request) - {"client", "subscription_id"}:
        return answers.error(operation, 422, "invalid_subscription")
    return original(self, tx, operation, caller, request)


def halves(original: Any, request: Mapping[str, Any], *rest: Any) -> Any:
    """A field that nobody knows in a line makes the receipt another."""
    found = original(request, *rest)
    lines = request.get("menu_items") or request.get("line_items") or ()
    odd = any("x_unknown_field" in each for each in lines)
    return dataclasses.replace(found, amount_cents=found.amount_cents // 2) if odd else found


def doubles(self: Any, user_id: int, debits: Any) -> Any:
    """Points between 8 and 20 are taken twice."""
    return (
        self,
        user_id,
        [
            Debit(each.held, each.key, 2 * each.amount)
            if each.held is Held.POINTS and 8 <= each.amount < 20
            else each
            for each in debits
        ],
    )


def cut(tx: Any, operation: Any, user_id: Any, grant: Any, message: str | None) -> Any:
    """A message is cut."""
    return tx, operation, user_id, grant, message and message[:64]


def plain(tx: Any, operation: Any, user_id: Any, grant: Any, message: str | None) -> Any:
    """A message loses its accents."""
    return tx, operation, user_id, grant, message and message.encode("ascii", "ignore").decode()


class Reserving:
    """A quote of a reward keeps it back from baskets."""

    def __init__(self) -> None:
        self.quoted: set[int] = set()

    def online(self, original: Any, *asked: Any) -> Any:
        request = asked[-1]
        if request.get("query") and request.get("reward_id"):
            self.quoted.add(request["reward_id"])
        return original(*asked)

    def basket(self, original: Any, items: Any, wallet: Any, *rest: Any) -> Any:
        rewards = {
            key: dataclasses.replace(each, used=each.used or key in self.quoted)
            for key, each in wallet.rewards.items()
        }
        return original(items, dataclasses.replace(wallet, rewards=rewards), *rest)


RESERVING = Reserving()
DOORS, FIELDS, FORCED = (
    "wrong credentials and signatures: {}",
    "fields that are needed: {}",
    "force redeems of everything",
)
APPLY = "store.holdings.Guests.apply"
PLANTS: list[tuple[str, str, tuple[Patch, ...]]] = [
    (DOORS.format(ONLINE), "signature_required", (Patch("app.check_signature", around(quotes_unsigned)),)),
    (DOORS.format(CODE), "signature_required", (Patch("app.check_signature", around(empty_secret)),)),
    (DOORS.format(BATCH), "credential_required", (Patch("app._check", around(json_first)),)),
    (DOORS.format(FORCE), "credential_required", (Patch("app._check", around(json_first)),)),
    (FIELDS.format(FORCE), "exact_debit", (Patch("operations.Operations.force_redeem", around(takes_one)),)),
    (
        FIELDS.format(CODE),
        "unknown_fields_ignored",
        (Patch("operations.Operations.make_code", around(refuses)),),
    ),
    (FIELDS.format(ONLINE), "unknown_fields_ignored", (Patch("receipts._receipt", around(halves)),)),
    (FIELDS.format(BATCH), "unknown_fields_ignored", (Patch("receipts._receipt", around(halves)),)),
    (FORCED, "exact_debit", (Patch(APPLY, before(doubles)),)),
    (FORCED, "force_keeps_message", (Patch("recording.forced", before(cut)),)),
    (FORCED, "force_keeps_message", (Patch("recording.forced", before(plain)),)),
    (
        "one external_uid for an order and a basket",
        "exact_debit",
        (
            Patch("operations.Operations.redeem_online", around(RESERVING.online)),
            Patch("ledger.redeem_basket", around(RESERVING.basket)),
        ),
    ),
]


@contextlib.contextmanager
def sandbox_with(*patches: Patch) -> Iterator[World]:
    fault = Fault("here", Kind.STATE, "", "", "", patches, lambda _: None, None)
    with planted(fault), served(server.build(CLOCK)) as url:
        run = Run(job_for(url, phases=(LAWS,)), load())
        with phase.control_of(run) as control:
            assert control is not None
            with phase.as_it_was(control, run.job.reset_path):
                world = World(run, control)
                world.learn()
                yield world


def broken(world: World, name: str) -> set[str]:
    """The laws that a story breaks."""
    (story,) = (each for each in STORIES if each.name == name)
    history, why = phase.told(world, None, story)
    assert why is None
    return {each.law.id for each in Court().judge(history)}


@pytest.mark.parametrize(
    ("name", "law", "patches"), PLANTS, ids=[f"{each[1]}-{n}" for n, each in enumerate(PLANTS)]
)
def test_what_is_wrong_is_found(name: str, law: str, patches: tuple[Patch, ...]) -> None:
    with sandbox_with(*patches) as world:
        assert law in broken(world, name)


def test_where_nothing_is_wrong_they_break_none() -> None:
    with sandbox_with() as world:
        for name in {each[0] for each in PLANTS}:
            assert broken(world, name) == set()
