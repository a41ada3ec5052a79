"""What a fault is: a name, what it costs an integrator, the rule it breaks, where and how it changes the
sandbox, and a witness that it does."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from punchh_contract.proof.stage import Stage

Change = Callable[[Any], Any]
"""From what stands at a place of the sandbox to what stands there while a fault is planted. Called anew for
each planting, so that a fault which remembers things begins with none."""
Witness = Callable[[Stage], Any]
"""A short story of requests, and what is seen of them: plain JSON values."""


class Kind(StrEnum):
    """What a fault is about."""

    SHAPE = "shape"
    """Bodies, statuses and headers of answers."""
    ACCESS = "access"
    """Validation of requests, signatures and credentials."""
    STATE = "state"
    """State, money, time, locking and idempotency."""
    EVENT = "event"
    """What subscribers are told."""


@dataclass(frozen=True, slots=True)
class Patch:
    """One attribute of the sandbox, named from `punchh_contract.sandbox` on (`ledger.redeem`,
    `store.holdings.Guests.apply`), and what becomes of it."""

    place: str
    change: Change


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the zoo."""

    id: str
    """Snake case; reads as what is wrong."""
    kind: Kind
    suffers: str
    """One sentence: what an integrator would suffer."""
    rule: str
    """The rule that it breaks, in our words."""
    source: str
    """How the rule is known and from where: `documented: SEED-002`. `ours` for what we ask of any server."""
    patches: tuple[Patch, ...]
    """One place; a second one only where the first cannot be changed without it."""
    witness: Witness
    faultless: Any
    """What the witness sees in a sandbox without the fault."""
