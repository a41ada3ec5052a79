"""What the doctor found, as values that can be printed, pickled and put into a ticket: no secret, no body."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Check", "Diagnosis", "Mistake", "Verdict"]

Verdict = Literal["right", "mistake", "unexplained", "absent", "unsigned"]

_VERDICTS: dict[Verdict, str] = {
    "right": "the digest is what these credentials give for these bytes",
    "mistake": "the digest was made with the mistake named below",
    "unexplained": "no usual mistake gives this digest: likely another secret, or other bytes",
    "absent": "no digest was sent",
    "unsigned": "this operation takes no digest",
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing done otherwise than PAR says: a short `id`, what was done, and what to do instead."""

    id: str
    done: str
    advice: str


@dataclass(frozen=True, slots=True)
class Check:
    """One look at something beside the digest. `ok` is None where it cannot be told, or is only a note."""

    name: str
    ok: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was signed, whether the digest fits, which mistakes explain it, and what else was looked at.

    `path` is without the query's values. `body_sha256` (hexadecimal) and `body_length` (bytes) tell whether
    two parties speak of the same body, and give nothing away. `mistakes` together give the digest that was
    sent; they are the fewest that do.
    """

    operation_id: str
    verdict: Verdict
    path: str
    header: str | None = None
    algorithm: str | None = None
    body_sha256: str = ""
    body_length: int = 0
    mistakes: tuple[Mistake, ...] = ()
    checks: tuple[Check, ...] = field(default=())

    @property
    def sound(self) -> bool:
        """Nothing was found that has to be mended."""
        return self.verdict in ("right", "unsigned") and all(each.ok is not False for each in self.checks)

    def __str__(self) -> str:
        lines = [f"doctor: {self.operation_id}: {_VERDICTS[self.verdict]}"]
        if self.header is not None:
            lines.append(
                f"  signed   {self.path} + {self.body_length} bytes of body with HMAC-{self.algorithm}, in"
                f" lowercase hexadecimal, as {self.header}"
            )
            lines.append(f"  body     SHA-256 {self.body_sha256}")
        lines += [f"  mistake  {each.done}: {each.advice}" for each in self.mistakes]
        marks = {True: "ok      ", False: "wrong   ", None: "note    "}
        lines += [f"  {marks[each.ok]} {each.name}: {each.text}" for each in self.checks]
        return "\n".join(lines)
