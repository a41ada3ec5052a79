"""Bodies come to mean something on the target, invalid ones stay invalid, one seed gives the same again, and
no body names anybody who is not a fixture."""

import copy
import itertools
import json
import random
from typing import Any

import jsonschema_rs
import pytest

from punchh_contract.auth import Credentials
from punchh_contract.conformance.fixtures import Fixtures, choices, read
from punchh_contract.conformance.grounding import Grounding
from punchh_contract.conformance.guard import Guard
from punchh_contract.conformance.impossible import AMOUNT, EMAIL, INT64, TEXT
from punchh_contract.conformance.naming import holder, member, namings, says
from punchh_contract.conformance.preparation import prepare
from punchh_contract.conformance.spending import Spending
from punchh_contract.contract import load

ONLINE = load().operation("create_online_redemption")
FORCE = load().operation("force_redeem")
BATCH = load().operation("process_batch_redemption")
MOBILE = load().operation("create_subscription_redemption_code")
ALL = tuple(load().operations)
FIXTURES = read(
    """
spend: 3
operations:
  create_online_redemption:
    client: [known-client]
    store_number: ['401']
    discount_type: [card_completion]
    reward_id: [70001, 70002, 70003]
    redeemable_id: ['493']
    redemption_code: [KNOWN-CODE]
    redeemed_points: ['5']
    subscription_id: ['900699']
  force_redeem: {user_id: [111111111], redemption.reward_id: [71001], redemption.requested_punches: [1, 2]}
  process_batch_redemption: {user_id: [111111112, 111111113]}
  create_subscription_redemption_code: {client: [known-client], subscription_id: ['900699']}
""",
    load(),
    "f",
)
TOKEN_ONLY = read(
    "operations: {create_online_redemption: {authentication_token: [known-token]}}", load(), "f"
)
HELD = Credentials(client="held-client", secret="held-secret", access_token="held-access-token")
VALID = jsonschema_rs.validator_for(ONLINE.request_schema, validate_formats=True)
PREFIX = "contract-run-9-"


class World:
    """A grounding with what belongs to it."""

    def __init__(
        self,
        seed: int = 1,
        fixtures: Fixtures = FIXTURES,
        *,
        own: bool = True,
        credentials: Credentials = HELD,
    ) -> None:
        self.handed_out: set[Any] = set()
        self.spending = Spending(fixtures, capped=not own)
        self.guard = Guard(load(), fixtures, credentials, PREFIX, self.handed_out)
        self.grounding = Grounding(
            load(),
            fixtures,
            self.spending,
            credentials,
            seed=seed,
            uid_prefix=PREFIX,
            own=own,
            handed_out=self.handed_out,
        )

    def ground(self, operation: Any, body: Any, *, as_written: bool = False) -> Any:
        """Ground a body and have the guard look at it."""
        grounded = self.grounding.ground(operation, body, as_written=as_written)
        self.guard.check("POST", f"https://h.example{operation.path}", json.dumps(grounded).encode())
        return grounded


def order(**more: Any) -> dict[str, Any]:
    """A body as it is generated from the copy: every name is one of the choices."""
    return {
        "client": "known-client",
        "store_number": "401",
        "receipt_amount": 0,
        "subtotal_amount": -7.5,
        "receipt_datetime": "0",
        "transaction_no": "0",
        "discount_type": "reward",
        "reward_id": INT64,
        **more,
    }


@pytest.mark.parametrize("seed", range(20))
def test_most_bodies_become_meaningful_and_all_stay_valid(seed: int) -> None:
    world = World(seed)
    bodies = [world.ground(ONLINE, order()) for _ in range(60)]

    assert all(VALID.is_valid(body) for body in bodies)
    assert len([body for body in bodies if body["client"] == "known-client"]) >= 45
    plausible = [body for body in bodies if body["receipt_amount"] == body["subtotal_amount"] >= 20]
    assert len(plausible) >= 45


@pytest.mark.parametrize("seed", range(20))
def test_one_body_in_three_keeps_one_impossible_value_each_in_its_turn(seed: int) -> None:
    world = World(seed)
    bodies = [world.ground(ONLINE, order()) for _ in range(60)]
    strange = [
        {
            "client": body["client"] == TEXT,
            "store": body["store_number"] == TEXT,
            "reward": body.get("reward_id") == INT64,
            "receipt": body["receipt_amount"] != body["subtotal_amount"],
        }
        for body in bodies
    ]

    assert all(sum(each.values()) <= 1 for each in strange)
    assert sum(any(each.values()) for each in strange) == 20
    assert all(any(each[name] for each in strange) for name in strange[0])


def test_every_shape_has_its_turn() -> None:
    world = World()
    bodies = [world.ground(ONLINE, order()) for _ in range(60)]

    assert len({(body["discount_type"], "query" in body) for body in bodies}) == 12


def test_without_fixtures_every_shape_but_the_card_is_reached_with_impossible_values() -> None:
    world = World(fixtures=Fixtures(), own=False)
    bodies = [world.ground(ONLINE, order(store_number=TEXT)) for _ in range(60)]

    shapes = {(body["discount_type"], "query" in body) for body in bodies}
    assert len(shapes) == 10
    assert "card_completion" not in {kind for kind, _ in shapes}
    assert all(VALID.is_valid(body) for body in bodies)
    assert {body.get("redeemed_points", str(AMOUNT)) for body in bodies} == {str(AMOUNT)}
    assert {body["client"] for body in bodies} == {"held-client"}


BROKEN = [
    order(client=""),
    order(client=7),
    order(client="of another"),
    order(reward_id="70001"),
    order(reward_id=0),
    order(reward_id=469),
    order(reward_id=469.0),
    order(reward_id=2**63),
    order(reward_id=True),
    order(reward_id=[70001]),
    order(receipt_amount="1"),
    order(external_uid=""),
    order(external_uid=None),
    order(external_uid=7),
    order(query=False),
    order(email=True),
    order(discount_type="moon"),
    order(discount_type=["card_completion"]),
    order(discount_type="discount_amount", redeemed_points=5),
    order(discount_type="discount_amount", redeemed_points=None),
    order(discount_type="discount_amount", redeemed_points=""),
    {"client": "0", "discount_type": "reward"},
]


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_a_body_that_breaks_its_schema_still_does(broken: dict[str, Any]) -> None:
    world = World()
    for _ in range(12):
        assert not VALID.is_valid(world.ground(ONLINE, broken))


def test_a_broken_value_keeps_its_type_where_there_is_one_like_it() -> None:
    world = World()

    def broken(value: Any) -> set[Any]:
        return {world.ground(FORCE, {"user_id": value, "redemption": {}})["user_id"] for _ in range(6)}

    assert broken(469) == {0, -1, 2**63}
    assert broken("469") == {TEXT}
    assert all(type(each) is float for each in broken(469.0))
    assert broken(None) == {None}


@pytest.mark.parametrize("body", [None, [], "text", 7, True])
def test_what_is_no_object_stays_as_it_is(body: Any) -> None:
    assert World().ground(ONLINE, body) == body


def test_the_case_of_the_generator_is_not_changed() -> None:
    body = {"user_id": 5, "redemption": {"reward_id": 9}}
    before = copy.deepcopy(body)

    grounded = World().ground(FORCE, body, as_written=True)

    assert body == before
    assert grounded == {"user_id": 111111111, "redemption": {"reward_id": 71001}}


def test_an_example_keeps_its_shape_and_gets_known_ids() -> None:
    world = World()
    examples = [
        world.ground(ONLINE, order(discount_type="card_completion", reward_id=8), as_written=True)
        for _ in range(12)
    ]

    assert {each["discount_type"] for each in examples} == {"card_completion"}
    assert {each["client"] for each in examples} == {"known-client"}
    assert {each["reward_id"] for each in examples} == {70001, 70002, 70003}


def test_an_example_of_a_card_gets_another_shape_where_no_fixture_allows_one() -> None:
    world = World(fixtures=Fixtures(), own=False)
    card = order(discount_type="card_completion", query=True)
    examples = [world.ground(ONLINE, card, as_written=True) for _ in range(12)]

    assert all(VALID.is_valid(each) and each["query"] is True for each in examples)
    assert "card_completion" not in {each["discount_type"] for each in examples}


def test_fixtures_are_spent_in_turn() -> None:
    world = World()
    spent = [world.ground(ONLINE, order(), as_written=True)["reward_id"] for _ in range(4)]

    assert spent == [70001, 70002, 70003, 70001]


@pytest.mark.parametrize("seed", range(20))
def test_a_fixture_without_anything_left_is_not_sent_again(seed: int) -> None:
    world = World(seed, own=False)
    rng = random.Random(seed)
    for _ in range(200):
        body = world.ground(ONLINE, order(store_number="401"))
        world.spending.settle(world.spending.reserve(ONLINE, body), rng.choice(("spent", "free", "unknown")))
    rows = [row for row in world.spending.rows() if row["operation"] == ONLINE.id and row["cap"]]

    assert all(row["spent"] + row["unknown"] <= 3 for row in rows)
    rewards = [row for row in rows if row["field"] == "reward_id"]
    assert all(row["spent"] + row["unknown"] == 3 for row in rewards)
    assert world.ground(ONLINE, order(), as_written=True)["reward_id"] == INT64


def test_a_value_that_the_target_handed_out_stays() -> None:
    world = World()
    world.handed_out.add("7000002")
    handed_out = order(discount_type="redemption_code", redemption_code="7000002")

    grounded = [world.ground(ONLINE, handed_out) for _ in range(12)]

    assert {each["redemption_code"] for each in grounded} == {"7000002"}
    assert {each["discount_type"] for each in grounded} == {"redemption_code"}


def test_every_other_quote_of_a_handed_out_value_becomes_a_commit() -> None:
    world = World()
    world.handed_out.add("7000002")
    quote = order(discount_type="redemption_code", redemption_code="7000002", query=True)

    assert ["query" in world.ground(ONLINE, quote) for _ in range(4)] == [False, True, False, True]


def test_external_uids_are_the_runs_and_unique_but_for_some_repeats() -> None:
    world = World()
    uids = [world.ground(ONLINE, order(external_uid="0"), as_written=True)["external_uid"] for _ in range(40)]

    assert len(set(uids)) == 36
    assert all(each.startswith(PREFIX) for each in uids)


def test_an_operation_without_a_key_names_no_transaction_of_anybody() -> None:
    body = {"client": "known-client", "subscription_id": "900699", "external_uid": "0"}

    assert World().ground(MOBILE, body)["external_uid"] is None


def test_the_same_seed_gives_the_same_bodies_and_another_does_not() -> None:
    def bodies(seed: int) -> list[Any]:
        world = World(seed)
        return [world.ground(ONLINE, order(transaction_no=str(n))) for n in range(20)]

    assert bodies(3) == bodies(3)
    assert bodies(3) != bodies(4)


# --- elsewhere ----------------------------------------------------------------------------------------------


def test_elsewhere_the_run_says_who_calls() -> None:
    world = World(own=False)
    body = order(client="someone", authentication_token="someone's", Client="someone")

    grounded = world.ground(ONLINE, body)

    assert grounded["client"] == "held-client"
    assert "authentication_token" not in grounded
    assert grounded["Client"] == TEXT


def test_without_an_access_token_the_body_names_the_guest_by_a_fixture() -> None:
    credentials = Credentials(client="held-client", secret="held-secret")
    world = World(fixtures=TOKEN_ONLY, own=False, credentials=credentials)

    assert world.grounding.sendable(ONLINE, order())
    body = world.ground(ONLINE, order())
    assert body["authentication_token"] == "known-token"
    world.spending.settle(world.spending.reserve(ONLINE, body), "spent")
    assert not world.grounding.sendable(ONLINE, order()), "its cap is spent"
    nobody = World(fixtures=Fixtures(), own=False, credentials=credentials)
    assert not nobody.grounding.sendable(ONLINE, order())


@pytest.mark.parametrize("body", [None, [], "text", 7, [order()], b"{"])
def test_elsewhere_only_objects_are_signed(body: Any) -> None:
    assert not World(own=False).grounding.sendable(ONLINE, body)
    assert World(own=False).grounding.sendable(FORCE, body)
    assert World().grounding.sendable(ONLINE, body)


def test_bytes_that_are_no_json_name_nobody() -> None:
    world = World()

    assert world.grounding.ground(FORCE, b"\xff{") == b"\xff{"
    assert world.grounding.ground(FORCE, b'{"user_id": 469') == b"{"


@pytest.mark.parametrize("query", [{}, {"query": True}, {"query": False}])
def test_elsewhere_an_amount_that_is_absent_is_not_asked_for(query: dict[str, Any]) -> None:
    grounding = World(own=False).grounding

    assert not grounding.sendable(ONLINE, order(discount_type="discount_amount", **query))
    assert not grounding.sendable(ONLINE, order(discount_type="Discount_Amount", **query))
    assert grounding.sendable(ONLINE, order(discount_type="discount_amount", redeemed_points=None, **query))
    assert World().grounding.sendable(ONLINE, order(discount_type="discount_amount", **query))


@pytest.mark.parametrize(
    ("redemption", "known"),
    [
        ({"requested_punches": 1}, True),
        ({"requested_punches": 1, "fuel_redemption": True}, True),
        ({"reward_id": 71001}, True),
        ({"reward_id": 71001, "fuel_redemption": False, "force_message": "why"}, True),
        ({"reward_id": 71001, "fuel_redemption": True}, False),
        ({"fuel_redemption": True}, False),
        ({"force_message": "why"}, False),
        ({}, False),
        ({"reward_id": None, "fuel_redemption": "true"}, False),
        (None, False),
        ([{"requested_punches": 1}], False),
    ],
)
def test_a_body_that_does_not_say_how_much_names_nobody(redemption: Any, known: bool) -> None:
    world = World()
    bodies = [world.ground(FORCE, {"user_id": 111111111, "redemption": redemption}) for _ in range(6)]

    assert any(body["user_id"] == 111111111 for body in bodies) is known


# --- wild bodies --------------------------------------------------------------------------------------------

NAMES = sorted(
    {each.path[-1] for one in load().operations.values() for each in namings(load(), one)}
    | {"external_uid", "discount_type", "query", "fuel_redemption", "redemption", "receipt_amount", "other"}
)
SCALARS: tuple[Any, ...] = (
    1, 2, 469, 111111111, 111111112, 70001, 0, -1, INT64, 2**63, 2**70, AMOUNT, 469.0, 1.5, 1e300,
    True, False, None, "", "1", "469", "469abc", "-5", "all", "card_completion", "Card Completion",
    "reward", "KNOWN-CODE", "pat@example.com", EMAIL, TEXT, "known-token", "contract-run-1-1", "\u0000", "é",
)  # fmt: skip


def spelled(rng: random.Random, name: str) -> str:
    return rng.choice(
        [name] * 8
        + [name.upper(), name.title(), name.replace("_", "-"), name.replace("_", ""), f" {name}"]
        + [f"a[{name}]", f"x.{name}", f"{name}[email]", name.replace("s", "\N{LATIN SMALL LETTER LONG S}")]
    )


def wild(rng: random.Random, depth: int = 0) -> Any:
    """Any JSON that is made of names, real ones and odd ones, and of values that servers cast."""
    kind = rng.random() + depth / 8
    if kind < 0.45:
        return {spelled(rng, rng.choice(NAMES)): wild(rng, depth + 1) for _ in range(rng.randint(0, 7))}
    if kind < 0.55:
        return [wild(rng, depth + 1) for _ in range(rng.randint(0, 3))]
    return rng.choice(SCALARS)


def likely(rng: random.Random, operation: Any, examples: list[Any], fixtures: Fixtures) -> Any:
    """An example with some of its values chosen anew, and some spoilt."""
    body = copy.deepcopy(rng.choice(examples))
    for naming in namings(load(), operation):
        place = holder(body, naming.path)
        values = choices(naming, operation.id, fixtures)
        if place is not None and values and naming.const is None:
            place[naming.path[-1]] = rng.choice(values)
    for _ in range(rng.choice((0, 0, 1, 2))):
        place = body["redemption"] if "redemption" in body and rng.random() < 0.5 else body
        if isinstance(place, dict):
            name = rng.choice([*place, *NAMES])
            if rng.random() < 0.2:
                place.pop(name, None)
            else:
                place[name] = rng.choice(SCALARS) if rng.random() < 0.8 else wild(rng, 2)
    return body


def leaves(node: Any) -> Any:
    """Every pair of a body, however deep."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, value
            yield from leaves(value)
    elif isinstance(node, list):
        for each in node:
            yield from leaves(each)


WORLDS = list(
    itertools.product(
        (FIXTURES, TOKEN_ONLY, Fixtures()),
        (True, False),
        (HELD, Credentials(client="c", secret="s")),
    )
)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("operation_id", ALL)
def test_after_grounding_the_guard_never_fires_and_a_case_stays_what_it_was(
    operation_id: str, seed: int
) -> None:
    operation = load().operation(operation_id)
    contract_says = jsonschema_rs.validator_for(operation.request_schema, validate_formats=True)
    rng = random.Random(f"{operation_id}-{seed}")
    for fixtures, own, credentials in WORLDS[seed % 3 :: 3]:
        world = World(seed, fixtures, own=own, credentials=credentials)
        world.handed_out.add("7000002")
        document = prepare(load(), "http://h.example", (operation_id,), fixtures, own=own)
        (item,) = document["paths"].values()
        media = item["post"]["requestBody"]["content"]["application/json"]
        copy_says = jsonschema_rs.validator_for(media["schema"], validate_formats=True)
        examples = [each["value"] for each in media["examples"].values()]
        for number in range(40):
            body = wild(rng) if number % 3 == 0 else likely(rng, operation, examples, fixtures)
            grounded = world.ground(operation, body, as_written=False)  # the guard looks at it
            if own or world.grounding.sendable(operation, body):
                assert contract_says.is_valid(grounded) is copy_says.is_valid(body), (body, grounded)
            bill = world.spending.reserve(operation, grounded)
            world.spending.settle(bill, rng.choice(("spent", "free", "unknown")))
            world.ground(operation, body, as_written=True)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("operation_id", ALL)
def test_without_fixtures_no_body_can_take_anything_elsewhere(operation_id: str, seed: int) -> None:
    operation = load().operation(operation_id)
    rng = random.Random(f"{operation_id}-{seed}")
    world = World(seed, Fixtures(), own=False)
    node = load().document["paths"][operation.path]["post"]["requestBody"]["content"]["application/json"]
    examples = [load().resolve(each)["value"] for each in node["examples"].values()]
    named = {each.path[-1]: each for one in load().operations.values() for each in namings(load(), one)}
    sent = 0
    for number in range(120):
        body = wild(rng) if number % 3 == 0 else likely(rng, operation, examples, Fixtures())
        if not world.grounding.sendable(operation, body):
            continue
        sent += 1
        grounded = world.ground(operation, body, as_written=number % 2 == 0)
        for key, value in leaves(grounded):
            if key == "discount_type":
                assert not says(value, "card_completion")
            if key in named and key not in ("client", "discount_type"):
                assert not isinstance(value, bool)
                assert value in (None, [], {}, "", 0, -1) or member(
                    value, (INT64, 2**63, 2**52 - 0.5, AMOUNT, str(AMOUNT), TEXT, EMAIL)
                )
            if named.get(key) is not None and named[key].kind == "amount":
                assert member(value, (AMOUNT, str(AMOUNT), 2**52 - 0.5))
        if isinstance(grounded, dict) and grounded.get("discount_type") == "discount_amount":
            assert "redeemed_points" in grounded
    assert sent >= 30
