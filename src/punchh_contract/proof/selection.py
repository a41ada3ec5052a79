"""Which faults a proof is about: all, some kinds, some by name, or a sample that is the same each time."""

import hashlib
from collections.abc import Collection, Iterable, Sequence

from punchh_contract.errors import UsageError
from punchh_contract.proof.fault import Fault, Kind


def select(
    zoo: Sequence[Fault], ids: Iterable[str] = (), kinds: Collection[Kind] = (), sample: int | None = None
) -> list[Fault]:
    """The faults of a zoo by id (none named: all) and kind (none: all), then a sample of so many, in the
    zoo's order.

    The sample has of each kind as many as fits its share, and at least one. Which ones only their names say:
    a new fault puts out one other at most, and a kind's part grows with the sample.

    Raises:
        UsageError: there is no such fault, or nothing is left.
    """
    known = {each.id for each in zoo}
    wanted = list(ids)
    for each in wanted:
        if each not in known:
            raise UsageError(f"the zoo has no fault {each!r}; `prove --list` lists all")
    chosen = [each for each in zoo if (not wanted or each.id in wanted) and (not kinds or each.kind in kinds)]
    if not chosen:
        raise UsageError("no fault is of these ids and kinds: name others")
    if sample is None or sample >= len(chosen):
        return chosen
    shares = _shares({kind: sum(each.kind is kind for each in chosen) for kind in Kind}, sample)
    kept = {
        each.id
        for kind, share in shares.items()
        for each in sorted((one for one in chosen if one.kind is kind), key=_rank)[:share]
    }
    return [each for each in chosen if each.id in kept]


def _shares(counts: dict[Kind, int], sample: int) -> dict[Kind, int]:
    """How many of each kind; in sum the sample, or one of each kind where that is more."""
    total = sum(counts.values())
    shares = {kind: max(1, count * sample // total) for kind, count in counts.items() if count}
    by_need = sorted(shares, key=lambda kind: (shares[kind] - counts[kind] * sample / total, kind))
    for kind in by_need:
        if sum(shares.values()) < sample and shares[kind] < counts[kind]:
            shares[kind] += 1
    for kind in reversed(by_need):
        if sum(shares.values()) > sample and shares[kind] > 1:
            shares[kind] -= 1
    return shares


def _rank(fault: Fault) -> str:
    return hashlib.sha256(fault.id.encode()).hexdigest()
