"""What each case of a certification sends: the requests, made from events of a `Maker`. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from punchh_contract.receiver.certify.events import Event, Maker, compact, spaced
from punchh_contract.receiver.certify.proofs import Proof

__all__ = ["Expectation", "Shot", "Waves"]

Expectation = Literal["taken", "borne", "refused", "checked", "endured"]
"""`taken`: 200 or 202. `borne`: the same, and another 4xx is no more than a note, for what is odd indeed.
`refused`: any 4xx. `checked`: 200. `endured`, of a slow one: taken, 408, or closed without a word."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One request."""

    label: str
    """Which of its case it is."""
    body: bytes
    expects: Expectation = "taken"
    method: Literal["POST", "GET"] = "POST"
    proof: Proof = "right"
    proves: bytes | None = None
    """What is signed, if not the body."""
    stalls: bool = False
    """Whether it stands still in the middle, until the others of its wave are answered."""


Waves = list[list[Shot]]
"""Requests that go out at once, and then the next; of one handler all are answered before the next go."""


def good(make: Maker, _: int) -> Waves:
    return [[Shot("the delivery", compact(make.event()))]]


def in_other_bytes(make: Maker, _: int) -> Waves:
    def rename(event: Event) -> None:
        event["payload"]["location_name"] = "Café Démo & Söhne"

    return [[Shot("the delivery", spaced(make.changed(rename)))]]


def forged(make: Maker, _: int) -> Waves:
    proofs: dict[str, Proof] = {
        "with another secret": "other secret",
        "wrong in one digit or letter": "nearly",
        "with upper and lower case changed": "other case",
    }
    return _refused(make, proofs)


def no_credentials(make: Maker, _: int) -> Waves:
    return _refused(make, {"without Authorization": "absent", "with nothing but the scheme's word": "word"})


def other_uri(make: Maker, _: int) -> Waves:
    return _refused(make, {"signed for another path": "other uri"})


def _refused(make: Maker, proofs: Mapping[str, Proof]) -> Waves:
    return [[Shot(label, compact(make.event()), "refused", proof=proof)] for label, proof in proofs.items()]


def changed_body(make: Maker, _: int) -> Waves:
    event = make.event()
    signed = compact(event)
    event["payload"]["redeemed_points"] = 999
    return [
        [Shot("an amount changed after signing", compact(event), "refused", proves=signed)],
        [Shot("white space added after signing", signed.replace(b",", b", ", 1), "refused", proves=signed)],
    ]


def check(_: Maker, __: int) -> Waves:
    return [[Shot("the check", b"", "checked", method="GET")]]


def replay(make: Maker, _: int) -> Waves:
    body = compact(make.event())
    return [[Shot(f"the {each} time", body)] for each in ("first", "second", "third")]


def replay_at_once(make: Maker, many: int) -> Waves:
    body = compact(make.event())
    return [[Shot(f"copy {each + 1}", body) for each in range(min(many, 8))]]


def same_id(make: Maker, _: int) -> Waves:
    event = make.event()
    first = compact(event)
    event["payload"]["redemption_status"] = "cancelled"
    return [[Shot("the first", first)], [Shot("the second, with another body", compact(event), "borne")]]


def update_first(make: Maker, _: int) -> Waves:
    create = make.event()
    update = make.event("update", create["payload"]["redemption_id"])
    update["payload"]["redemption_code"]["receipt_datetime"] = None  # its form is another case's
    return [[Shot("the update", compact(update))], [Shot("the create, late", compact(create))]]


def unknown_event(make: Maker, _: int) -> Waves:
    def family(name: str) -> bytes:
        def change(event: Event) -> None:
            payload = event["payload"]
            event["event_name"] = name
            event["payload"] = {"reward_id": payload["reward_id"], "user": payload["user"]}

        return compact(make.changed(change))

    return [
        [Shot("of the family rewards", family("rewards"), "borne")],
        [Shot("of a family that no page lists", family("invented_family"), "borne")],
    ]


def unknown_fields(make: Maker, _: int) -> Waves:
    def add(event: Event) -> None:
        payload = event["payload"]
        for each in (event, payload, payload["user"], payload["redemption_code"]):
            each |= {"invented_text": "x", "invented_object": {"a": [1, None]}, "invented_null": None}

    return [[Shot("the delivery", compact(make.changed(add)))]]


def unknown_values(make: Maker, _: int) -> Waves:
    def invent(event: Event) -> None:
        payload = event["payload"]
        event["action"] = "invented_action"
        for name in ("redemption_status", "redemption_type", "channel"):
            payload[name] = f"Invented{name.title()}"
        payload["redemption_code"]["status"] = payload["user"]["user_status"] = "invented"

    return [[Shot("the delivery", compact(make.changed(invent)))]]


def big_ids(make: Maker, _: int) -> Waves:
    labels = ("beyond 2^53", "one more, which a double cannot tell from it", "near 2^63")
    return [[Shot(label, compact(each))] for label, each in zip(labels, make.big(), strict=True)]


def milliseconds(make: Maker, _: int) -> Waves:
    def change(event: Event) -> None:
        event["timestamp"] *= 1000

    return [[Shot("the delivery", compact(make.changed(change)))]]


def dates(make: Maker, _: int) -> Waves:
    def receipt(event: Event) -> None:
        event["payload"]["redemption_code"]["receipt_datetime"] = "2018-11-28 02:13:00 -0800"

    def zone(event: Event) -> None:
        payload = event["payload"]
        payload["updated_at"] = payload["updated_at"].replace("Z", "+00:00")
        payload["created_at"] = payload["created_at"].replace("Z", ".123Z")

    def none(event: Event) -> None:
        event["payload"]["expiring_on"] = None

    return [
        [Shot("`2018-11-28 02:13:00 -0800`", compact(make.changed(receipt)))],
        [Shot("with an offset, and with milliseconds", compact(make.changed(zone)))],
        [Shot("null where it may be", compact(make.changed(none)))],
    ]


def unreadable(make: Maker, _: int) -> Waves:
    whole = compact(make.event())
    bodies = {
        "cut off": whole[: len(whole) // 2],
        "not UTF-8": whole.replace(b"Demo", b"D\xe9mo"),
        "a number alone": b"17",
        "empty": b"",
    }
    return [[Shot(label, body, "borne")] for label, body in bodies.items()]


def at_once(make: Maker, many: int) -> Waves:
    return [[Shot(f"number {each + 1}", compact(make.event())) for each in range(many)]]


def stall(make: Maker, _: int) -> Waves:
    slow, quick = compact(make.event()), compact(make.event())
    return [[Shot("the one that stands still", slow, "endured", stalls=True), Shot("the other", quick)]]
