"""From the answers of a case to its grade, and to what would have happened at the vendor's."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from punchh_contract.receiver.certify.cases import Case
from punchh_contract.receiver.certify.consequences import CHECK_FAILED, OK, TRUSTED, Consequence, after
from punchh_contract.receiver.certify.sending import Answer
from punchh_contract.receiver.certify.shots import Shot

__all__ = ["EXPECTED", "Grade", "Played", "Result", "graded", "skipped"]

Grade = Literal["pass", "note", "fail", "skipped"]
"""A `note` is what PAR does not say enough about, or does not do: worth a look, and nobody's fault."""

EXPECTED = {
    "taken": "200 or 202",
    "borne": "200 or 202",
    "refused": "401",
    "checked": "200",
    "endured": "200, 202 or 408",
}
_RANK: dict[Grade, int] = {"pass": 0, "skipped": 0, "note": 1, "fail": 2}


@dataclass(frozen=True, slots=True)
class Played:
    """One request with its answer."""

    shot: Shot
    answer: Answer

    @property
    def grade(self) -> Grade:
        """What this one is worth."""
        status, expects = self.answer.status, self.shot.expects
        if expects == "checked":
            return "pass" if status == 200 else "fail"
        if expects == "refused":
            if status is not None and 200 <= status < 300:
                return "fail"
            return "pass" if _refuses(status) else "note"
        if status in OK:
            return "pass"
        if expects == "borne" and _refuses(status):
            return "note"
        if expects == "endured" and (status == 408 or self.answer.trouble == "closed"):
            return "pass"
        return "fail"

    def consequence(self, stake: str) -> Consequence:
        """What would have happened."""
        status, expects = self.answer.status, self.shot.expects
        if expects == "checked":
            return CHECK_FAILED
        if expects == "refused":
            if self.grade == "fail":
                return TRUSTED
            told = after(status, stake)
            return Consequence(
                f"nothing, it is not PAR's. But if PAR's secret differs: {told.text}", told.known, told.source
            )
        return after(status, stake)


@dataclass(frozen=True, slots=True)
class Result:
    """How one case went. There is no secret and nothing of an answer's text in it."""

    case: Case
    grade: Grade
    said: str
    """What was answered, as a sentence without its full stop; why not, of what was not played."""
    expected: str = ""
    """What should have been answered, of a note or a failure."""
    consequence: Consequence | None = None
    """What would have happened at PAR, of a note or a failure."""
    advice: str = ""
    content_ids: tuple[str, ...] = ()
    """Of the events that were sent, to look for."""
    redemption_ids: tuple[int, ...] = ()


def graded(
    case: Case, played: Sequence[Played], ids: tuple[tuple[str, ...], tuple[int, ...]] = ((), ())
) -> Result:
    """Grade a case by the worst of its answers."""
    worst = max(played, key=lambda each: _RANK[each.grade])
    if worst.grade == "pass":
        return Result(case, "pass", _summary(played), content_ids=ids[0], redemption_ids=ids[1])
    return Result(
        case,
        worst.grade,
        _told(played),
        EXPECTED[worst.shot.expects],
        worst.consequence(case.stake),
        case.advice,
        *ids,
    )


def skipped(case: Case, why: str) -> Result:
    """A case that was not played."""
    return Result(case, "skipped", why)


def _refuses(status: int | None) -> bool:
    return status is not None and 400 <= status < 500 and status not in (408, 429)


def _summary(played: Sequence[Played]) -> str:
    if len(played) == 1:
        return str(played[0].answer)
    counted = Counter("closed" if each.answer.status is None else str(each.answer.status) for each in played)
    slowest = max((each.answer.seconds for each in played if not each.shot.stalls), default=0.0)
    told = ", ".join(f"{count} times {status}" if count > 1 else status for status, count in counted.items())
    return f"{told}; the slowest in {slowest * 1000:.0f} ms"


def _told(played: Sequence[Played]) -> str:
    if len(played) == 1:
        return str(played[0].answer)
    wrong = [each for each in played if each.grade != "pass"]
    if len(wrong) > 3:
        return f"{len(wrong)} of {len(played)} not so, such as {wrong[0].shot.label}: {wrong[0].answer}"
    return "; ".join(f"{each.shot.label}: {each.answer}" for each in wrong)
