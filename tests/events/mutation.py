"""Seeded mutation of valid events, towards what readers of JSON and engines of JSON Schema disagree on."""

import copy
import json
import random
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SAMPLES = [
    *sorted((ROOT / "spec" / "examples" / "events").glob("*.json")),
    ROOT / "tests" / "data" / "seed-004-redemptions-event.json",
]
VALID: list[dict[str, Any]] = [json.loads(path.read_bytes()) for path in SAMPLES]
FULL = VALID[[path.stem for path in SAMPLES].index("redemptions.update.redeemed.wallet_pass")]
"""The one with every object that an event can have."""

DATE_TIMES = [
    "2020-06-08T05:27:23Z",
    "2020-06-08t05:27:23z",
    "2020-06-08 05:27:23Z",
    "2020-06-08T05:27:23",
    "2020-06-08T05:27:23+0530",
    "2020-06-08T05:27:23+05:30",
    "2020-06-08T05:27:23-00:00",
    "2020-06-08T05:27:23+24:00",
    "2020-06-08T05:27:23.Z",
    "2020-06-08T05:27:23.123456789012345678Z",
    "2016-12-31T23:59:60Z",
    "2017-01-01T05:29:60+05:30",
    "2016-12-31T22:59:60Z",
    "2016-12-31T23:59:61Z",
    "0000-01-01T00:00:00Z",
    "0000-02-29T00:00:00Z",
    "9999-12-31T23:59:59-23:59",
    "10000-01-01T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2000-02-29T00:00:00Z",
    "2020-13-01T00:00:00Z",
    "2020-00-01T00:00:00Z",
    "2020-01-00T00:00:00Z",
    "2020-04-31T00:00:00Z",
    "2020-01-01T24:00:00Z",
    "2020-01-01T00:60:00Z",
    "\uff12\uff10\uff12\uff10-01-01T00:00:00Z",
    "2020-01-01T00:00:0\u0663Z",
    "2020-06-08T05:27:23Z\n",
    " 2020-06-08T05:27:23Z",
    "2018-11-28 02:13:00 -0800",
    "",
]


def deep(levels: int) -> list[Any]:
    """Lists within one another."""
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


ODD: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    1.0,
    -0.0,
    0.5,
    1e15,
    1e300,
    5e-324,
    2**53 + 1,
    2**63 - 1,
    2**63,
    -(2**63),
    -(2**63) - 1,
    2**64 - 1,
    2**64,
    2**70,
    10**200,
    9.223372036854775807e18,
    -9.223372036854775808e18,
    "",
    "x",
    "17",
    "1.0",
    "\uff11\uff17",
    "\u0000",
    "\U0001f354",
    "e\u0301",
    "POS ",
    "pos",
    "Redeemed",
    "redeemed",
    "null",
    "x" * 5000,
    [],
    {},
    [None],
    {"": 1},
    {"item_name": "Demo"},
    [{"item_name": "Demo", "item_qty": "1"}],
    {"item_name": "Demo", "more": 1},
    deep(200),
    deep(300),
    *DATE_TIMES,
]
KEYS = [
    "",
    "more",
    "email ",
    "Email",
    "payload",
    "pat@example.com",
    "a/b~c",
    "\u0000",
    "__proto__",
    "x" * 300,
]


def mutated(random_: random.Random) -> Any:
    """One valid event with up to three changes, as it comes out of JSON."""
    event = copy.deepcopy(random_.choice(VALID))
    for _ in range(random_.randint(0, 3)):
        holder = random_.choice([node for node in _containers(event) if node])
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = random_.choice(keys)
        match random_.randrange(8):
            case 0:
                del holder[key]
            case 1 | 2 | 3 if isinstance(holder, dict):
                holder[random_.choice(KEYS)] = copy.deepcopy(random_.choice(ODD))
            case 4:
                holder[key] = [holder[key]]
            case 5:
                holder[key] = copy.deepcopy(random_.choice(list(_containers(event))))
            case _:
                holder[key] = copy.deepcopy(random_.choice(ODD))
        if not event:
            break
    return event


def _containers(node: Any) -> list[Any]:
    found, pending = [], [node]
    while pending:
        current = pending.pop()
        if isinstance(current, dict | list):
            found.append(current)
            pending.extend(current.values() if isinstance(current, dict) else current)
    return found
