"""More than forty kinds of faults to plant into good events, and what must be found of each, and where.

Positions are counted in the text that was written, by a mark that stood where the fault stands: nothing here
uses the code that it is there to test.
"""

import copy
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = Any
MARK = "\x01mark\x02"
NAMES = ("Zebediah", "Quillfeather")
EMAIL = "zebediah.quillfeather@example.com"
PHONE = "555-0142"


@dataclass(frozen=True)
class Kind:
    """One kind of fault."""

    pointer: str
    """To the value, to the object of a missing property, to an unknown property."""
    rule: str
    value: Json = None
    """What is put there."""
    drift: bool = False


def _wrong(pointer: str, value: Json, rule: str = "type") -> Kind:
    return Kind(pointer, rule, value)


KINDS: list[Kind] = [
    *(Kind(pointer, "required") for pointer in ("/content_id", "/timestamp", "/business_id", "/event_name")),
    *(Kind(pointer, "required") for pointer in ("/action", "/payload", "/payload/redemption_id")),
    *(Kind(f"/payload/{name}", "required") for name in ("redemption_status", "redemption_type")),
    Kind("/payload/redemption_code/redeemed_menu_items/1/item_name", "required"),
    _wrong("/content_id", 17),
    _wrong("/content_id", "", "minLength"),
    _wrong("/timestamp", "1591594104"),
    _wrong("/timestamp", -1, "minimum"),
    _wrong("/timestamp", 2**63, "maximum"),
    _wrong("/business_id", 0, "minimum"),
    _wrong("/event_name", "checkins", "const"),
    _wrong("/created_at", "2026-03-02 18:05:01", "format"),
    _wrong("/updated_at", 1591594104),
    _wrong("/payload/redemption_id", "149207972"),
    _wrong("/payload/redemption_id", 2**64, "maximum"),
    _wrong("/payload/redemption_id", 1.5),
    _wrong("/payload/redemption_status", None),
    _wrong("/payload/created_at", "yesterday", "format"),
    _wrong("/payload/expiring_on", "2026-02-29T00:00:00Z", "format"),
    _wrong("/payload/internal_tracking_code", 1.25),
    _wrong("/payload/location_id", [311031]),
    _wrong("/payload/store_number", 401),
    _wrong("/payload/points_requested", "10"),
    _wrong("/payload/redemption_code", []),
    _wrong("/payload/redemption_code/created_at", "2023-01-31T07:46:07", "format"),
    _wrong("/payload/redemption_code/redeemed_menu_items/0/item_qty", "one"),
    _wrong("/payload/redemption_code/redeemed_menu_items/1/item_amount", None),
    _wrong("/payload/redemption_code/redeemed_menu_items", "none"),
    _wrong("/payload/user", None),
    _wrong("/payload/user/email", {"address": EMAIL}),
    _wrong("/payload/user/phone", 5550142),
    _wrong("/payload/user/first_name", list(NAMES)),
    _wrong("/payload/user/unsubscribed", "no"),
    _wrong("/payload/user/account_balance/loyalty_points", EMAIL),
    _wrong("/payload/user/account_balance/total_visits", True),
    _wrong("/payload/user/last_activity_at", "2026-03-02T18:05:01", "format"),
    _wrong("/payload/redemption_code/status", 4),
    _wrong("/payload/redemption_code/redeemable_id", 0, "minimum"),
    _wrong("/payload/location_name", {}),
    _wrong("/business_uuid", False),
    Kind("/payload/user/location_name", "additionalProperties", NAMES[0], drift=True),
    Kind("/payload/item_color", "additionalProperties", {"email": EMAIL, "deep": [PHONE]}, drift=True),
    Kind("/business_region", "additionalProperties", PHONE, drift=True),
    Kind("/payload/channel", "enum", "fax", drift=True),
    Kind("/payload/user/user_status", "enum", NAMES[1], drift=True),
]


@dataclass(frozen=True)
class Planted:
    """A record's text and what must be found in it."""

    text: str
    rule: str
    pointer: str
    column: int
    severity: str


def good(base: Json, number: int, random_: random.Random) -> Json:
    """A valid event of its own, with a guest who must not show."""
    event = copy.deepcopy(base)
    event["content_id"] = f"{number:08x}-é☕"
    event["timestamp"] = 1591594104 + number
    event["payload"]["redemption_id"] = 149207972 + number
    event["payload"]["user"] |= {
        "email": EMAIL,
        "phone": PHONE,
        "first_name": NAMES[0],
        "last_name": random_.choice((NAMES[1], 'Quill \\ "Feather"', "Zoë 🍔")),
    }
    return event


def planted(kind: Kind, event: Json, write: Callable[[Json], str] = json.dumps) -> Planted:
    """Return the event with one fault, in one line."""
    *steps, name = [int(step) if step.isdigit() else step for step in kind.pointer.split("/")[1:]]
    holder = event
    for step in steps:
        holder = holder[step]
    pointer = kind.pointer
    if kind.rule == "required":
        del holder[name]
        pointer = kind.pointer.rpartition("/")[0]
        rest = dict(holder)
        holder.clear()
        holder[MARK] = 0
        holder.update(rest)
        marked = write(event)
        mark = write(MARK)
        offset = marked.index(mark) - 1
        end = marked.index(write(next(iter(rest))), offset) if rest else None
        text = marked[: offset + 1] + marked[end:]
    elif kind.rule == "additionalProperties":
        holder[MARK] = kind.value
        marked = write(event)
        offset = marked.index(write(MARK))
        text = marked.replace(write(MARK), write(name), 1)
    else:
        holder[name] = MARK
        marked = write(event)
        offset = marked.index(write(MARK))
        text = marked.replace(write(MARK), write(kind.value), 1)
    return Planted(text, kind.rule, pointer, offset + 1, "drift" if kind.drift else "error")
