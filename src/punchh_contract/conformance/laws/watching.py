"""Judges what the fuzzing phase happens to see by the laws that one answer can break by itself."""

import requests

from punchh_contract.conformance.laws.book import BY_ID
from punchh_contract.conformance.laws.court import Breach, Court
from punchh_contract.conformance.laws.history import CODE_MADE, SUCCESS, History, Step
from punchh_contract.conformance.laws.judges.codes import Name, given_out
from punchh_contract.conformance.verdict.answers import Answer
from punchh_contract.contract import Operation

AS_IT_CAME, CODES_AS_THEY_CAME = "as it came", "codes as they came"
"""What the stories are called that nobody told: what the fuzzing phase happened to send."""
WATCHED = (
    "discount_within_receipt",
    "distribution_sums_to_discount",
    "basket_items_end_once",
    "ordered_times",
    "code_unique",
)
"""`documented_answer` is what the fuzzing phase checks itself, by the clause that is broken."""


class Watcher:
    """Sees one exchange after the other. Codes are remembered until the target forgets them (`forget`), each
    with the answer that gave it out first.
    """

    def __init__(self) -> None:
        self.court = Court(tuple(BY_ID[each] for each in WATCHED))
        self._codes: dict[Name, Step] = {}
        self._last: Step | None = None
        self._unique = Court((BY_ID["code_unique"],))
        self._unique.judged = self.court.judged
        self._seen = 0

    def forget(self) -> None:
        """The target was reset: it may give the same codes again."""
        self._codes.clear()
        self._last = None

    def see(
        self, operation: Operation, sent: requests.PreparedRequest, request: object, answer: Answer
    ) -> list[Breach]:
        """Judge an answer; `request` is the parsed body. Returns what it breaks."""
        self._seen += 1
        step = Step(
            self._seen, self._seen, operation, 0, request, answer.status, answer.json, sent=sent, raw=answer
        )
        if not isinstance(request, dict):
            return []
        if operation.id != CODE_MADE or step.outcome != SUCCESS:
            return self.court.judge(History(AS_IT_CAME, (step,)))
        names = sorted(given_out(step))
        first = next((self._codes[each] for each in names if each in self._codes), self._last)
        for each in names:
            self._codes.setdefault(each, step)
        self._last = step
        pair = (first, step) if first is not None else (step,)
        return [
            *self._unique.judge(History(CODES_AS_THEY_CAME, pair)),
            *self.court.judge(History(CODES_AS_THEY_CAME, (step,))),
        ]
