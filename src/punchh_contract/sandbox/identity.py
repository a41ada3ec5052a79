"""Ids and codes that are the same whenever the same is done in the same order. Pure."""

import random
import uuid

from punchh_contract.sandbox.ledger import CODE_DIGITS

NAMESPACE = uuid.UUID("5e1f7a0e-0000-4000-8000-70756e636868")
_CODES = 10**CODE_DIGITS


def content_id(number: int) -> str:
    """The id of the n-th event."""
    return named("event", number)


def named(kind: str, number: object) -> str:
    """A UUID for the n-th of something."""
    return str(uuid.uuid5(NAMESPACE, f"{kind}-{number}"))


def tracking_code(seed: int, number: int) -> str:
    """The n-th code of a seed: ten million in a row are all different.

    Codes have to repeat with the seed, not to be hard to guess: nothing here is worth a guess.
    """
    shuffled = random.Random(seed)  # noqa: S311  # see above
    # A step that shares no factor with the number of codes walks through all of them.
    step = shuffled.randrange(_CODES // 10) * 10 + shuffled.choice((1, 3, 7, 9))
    return f"{(shuffled.randrange(_CODES) + number * step) % _CODES:0{CODE_DIGITS}d}"
