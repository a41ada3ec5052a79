"""Bad events full of planted guest data: in values, unknown fields, names of fields, broken JSON."""

import copy
import json
import random
from typing import Any

from events.mutation import VALID

NAMES = ["Zebediah", "Quillfeather", "Zebediah Quillfeather", "quillfeather_zebediah", "ZebediahQuillfeather"]
EMAILS = ["zebediah.quillfeather@example.com", "zq+rewards@example.org", "ZEBEDIAH@EXAMPLE.COM"]
PHONES = ["+1-555-0142", "+15550142", "(555) 555-0142", "5550142", "0142-5550142"]
TOKENS = [
    "tok_QzXvKwJyPlanted",
    "eyJhbGciOiJQbGFudGVkIn0.Qz",
    "sk_sandbox_QzXvKwJy",
    "c56a4180-65aa-42ec-qzxv",
]
ODD = [
    "Zebédiah Ünlü",
    "Zebediah\n::error::Quillfeather",
    "<b>Zebediah</b>|`Quillfeather`",
    "Zebediah\x1b[2J\x00",
]
PLANTED = [*NAMES, *EMAILS, *PHONES, *TOKENS, *ODD]
NUMBERS = [15550142, 5550142.5]

NEEDLES = [
    "zebed",
    "zeb\xe9d",
    "zeb\\u00e9d",
    "quillf",
    "zq+",
    "example.com",
    "example.org",
    "0142",
    "planted",
    "qzxv",
    "eyjhb",
    "\xfcnl\xfc",
    "\\u00dcnl",
]
"""In small letters: some of them are in whatever was planted, however it is cut or escaped."""


def bad_events(seed: int, number: int) -> list[bytes]:
    """Return records of one line, nearly all with faults, each full of planted data."""
    chance = random.Random(seed)
    return [_record(chance) for _ in range(number)]


def leaks(text: str) -> list[str]:
    """Return the needles that a text has."""
    small = text.lower()
    return [needle for needle in NEEDLES if needle in small]


def _record(chance: random.Random) -> bytes:
    event = copy.deepcopy(chance.choice(VALID))
    holders = list(_objects(event))
    for holder in holders:
        for name in [each for each in holder if each in _PERSONAL]:
            holder[name] = chance.choice(PLANTED)
    for _ in range(chance.randint(1, 4)):
        _spoil(chance.choice(list(_objects(event))), chance)
    line = json.dumps(event, ensure_ascii=chance.random() < 0.5).encode()
    match chance.randrange(12):
        case 0:
            return line[: chance.randrange(1, len(line))]
        case 1:
            at = chance.randrange(len(line))
            return line[:at] + chance.choice(PLANTED).replace("\n", " ").encode() + line[at:]
        case 2:
            return line.replace(b'"', b"'", 3)
        case 3:
            return line + b" " + chance.choice(PLANTED).replace("\n", " ").encode()
        case 4:
            return chance.choice(PLANTED).replace("\n", " ").encode()
        case 5:
            return line[:-1] + b',"Zebediah":"\xff\xfeQuillfeather"}'
    return line


_PERSONAL = {
    "email",
    "secondary_email",
    "first_name",
    "last_name",
    "phone",
    "force_message",
    "employee_id",
    "birthday",
}


def _spoil(holder: dict[str, Any], chance: random.Random) -> None:
    planted: Any = chance.choice([*PLANTED, *NUMBERS])
    forms: list[Any] = [planted, [planted], {str(planted): planted}, [{str(planted): [planted]}]]
    match chance.randrange(5):
        case 0:
            holder[str(planted)] = chance.choice(forms)
        case 1:
            holder[chance.choice(["loyalty_tier", "more_data", "nick name"])] = chance.choice(forms)
        case 2 if holder:
            del holder[chance.choice(list(holder))]
        case _ if holder:
            holder[chance.choice(list(holder))] = chance.choice(forms)
        case _:
            holder["guest"] = planted


def _objects(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, dict):
        return [node, *(each for value in node.values() for each in _objects(value))]
    return [each for value in node for each in _objects(value)] if isinstance(node, list) else []
