"""Plays the vendor to one handler: finds out how it wants its proof, then sends each case and grades it."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from punchh_contract.errors import UsageError
from punchh_contract.receiver.certify.cases import CASES, GOOD, Case
from punchh_contract.receiver.certify.consequences import OK, Consequence
from punchh_contract.receiver.certify.events import Maker, compact, rewritten
from punchh_contract.receiver.certify.grading import Played, Result, graded, skipped
from punchh_contract.receiver.certify.proofs import Prover, writings
from punchh_contract.receiver.certify.sending import Answer, Hold, Wire, target
from punchh_contract.receiver.certify.shots import Shot
from punchh_contract.receiver.credentials import Credentials, Scheme

__all__ = ["Report", "certify"]

_AHEAD = 0.2
"""Seconds that a connection stands still before another delivery is sent."""


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a certification. No secret, no guest's data, and of the address nothing is in it."""

    scheme: Scheme
    proof: str
    """How deliveries were proved, for a person."""
    limit: float
    """Seconds that an answer could take."""
    slowest: float
    """Seconds of the slowest answer that came."""
    results: tuple[Result, ...]

    @property
    def failed(self) -> int:
        """How many cases failed."""
        return sum(each.grade == "fail" for each in self.results)

    @property
    def asked(self) -> Iterator[tuple[str, str]]:
        """What cannot be seen from outside: a case and a question about it, of each that was played."""
        for each in self.results:
            if each.case.asked and each.grade != "skipped":
                yield each.case.id, each.case.asked


def certify(
    url: str,
    credentials: Credentials,
    *,
    run: str,
    now: datetime,
    scheme: Scheme | None = None,
    limit: float = 15.0,
    stall: float = 5.0,
    concurrency: int = 20,
    progress: Callable[[Result], object] | None = None,
) -> Report:
    """Play the vendor at its worst to the handler at `url`, and grade its answers.

    Whether that is an address to send to is the caller's to decide. `scheme` is the strongest that
    `credentials` can prove if it is not given. `run` names the run, from which all ids follow, and `now` is
    when its events are of. `limit` is how many seconds an answer may take, `stall` how many a connection
    stands still at least, `concurrency` how many deliveries are sent at once; `progress` is told each result.

    Raises UsageError if something is missing to prove a delivery, or nobody listens at the address.
    """
    scheme = scheme or credentials.strongest
    full, uri = target(url)
    prover = Prover(scheme, credentials, full, uri)
    prover.headers(b"")  # for its UsageError
    player = _Player(prover, Maker(run, now), limit, stall, concurrency, progress)
    return asyncio.run(player.play())


class _Player:
    def __init__(
        self,
        prover: Prover,
        maker: Maker,
        limit: float,
        stall: float,
        concurrency: int,
        progress: Callable[[Result], object] | None,
    ) -> None:
        self._prover = prover
        self._maker = maker
        self._limit = limit
        self._stall = stall
        self._concurrency = concurrency
        self._progress = progress
        self._slowest = 0.0
        self._behind = False
        """Whether the last case was not answered in time, so that the handler may be at it still."""
        self._wire = Wire(prover.url, limit)

    async def play(self) -> Report:
        try:
            first = await self._first()
            taken = first.grade != "fail" or self._understood
            results = [self._noted(first)]
            for case in CASES[1:]:
                result = self._noted(await self._case(case, taken=taken))
                results.append(result)
        finally:
            await self._wire.close()
        return Report(
            self._prover.scheme,
            self._prover.writing.told(self._prover.scheme),
            self._limit,
            self._slowest,
            tuple(results),
        )

    _understood = False
    """Whether there is a proof that the handler takes, though it is not the vendor's."""

    def _noted(self, result: Result) -> Result:
        if self._progress is not None:
            self._progress(result)
        return result

    # The first delivery

    async def _first(self) -> Result:
        (shot,) = GOOD.make(self._maker, 1)[0]
        played = Played(shot, await self._send(shot))
        if played.answer.trouble == "nobody":
            raise UsageError(
                "nobody listens at the address (or, with https, its certificate is not to be trusted): start"
                " your receiver, and give the URL of its handler"
            )
        result = graded(GOOD, [played], _ids([shot]))
        status = played.answer.status
        if result.grade == "fail" and status is not None and 400 <= status < 500:
            return await self._written_otherwise(result)
        return result

    async def _written_otherwise(self, result: Result) -> Result:
        """Find out what proof it would have taken. PAR does not say how an HMAC is written."""
        scheme, first = self._prover.scheme, self._prover
        for writing in writings(scheme)[1:]:
            self._prover = replace(first, writing=writing)
            if not await self._takes(compact(self._maker.event())):
                continue
            self._understood = True
            told = f"{result.said}; it takes {writing.told(scheme)}"
            if writing.word:
                said = "PAR prints the scheme's word in lowercase, so each delivery is refused"
                advice = "compare the scheme's word without regard to case"
                source = Consequence(f"{said}: {_LOST}", "documented", "WH-CONF")
                return replace(result, said=told, consequence=source, advice=advice)
            open_form = Consequence(
                "PAR does not say how it writes an HMAC. If it is not this one, each delivery is refused:"
                f" {_LOST}",
                "ours",
            )
            advice = (
                "look at a delivery of PAR's own, or take each form (`punchh_contract.receiver.verify` does)"
            )
            return replace(result, grade="note", said=told, consequence=open_form, advice=advice)
        self._prover = first
        for body in rewritten(self._maker.event()) if scheme.startswith("hmac") else ():
            if await self._takes(body):
                told = f"{result.said}; it takes the same JSON in the bytes in which it would write it itself"
                advice = "compute the digest over the raw body, before any parser"
                return replace(result, said=told, advice=advice)
        return result

    async def _takes(self, body: bytes) -> bool:
        return (await self._send(Shot("a try", body))).status in OK

    # Each case

    async def _case(self, case: Case, *, taken: bool) -> Result:
        scheme = self._prover.scheme
        if case.schemes == "hmac" and not scheme.startswith("hmac"):
            return skipped(case, f"{scheme} signs nothing")
        if case.schemes == "proved" and scheme == "none":
            return skipped(case, "with `none` whoever knows the address is believed")
        if not taken:
            return skipped(case, "not played, since a good delivery is not taken")
        if self._behind:
            await asyncio.sleep(self._limit)
        played: list[Played] = []
        for wave in case.make(self._maker, self._concurrency):
            known = [shot for shot in wave if self._headers(shot) is not None]
            played += await self._wave(known)
        self._behind = any(each.answer.trouble == "late" for each in played)
        return graded(case, played, _ids([each.shot for each in played]))

    async def _wave(self, shots: Sequence[Shot]) -> list[Played]:
        hold = Hold()
        slow = [asyncio.create_task(self._send(each, hold)) for each in shots if each.stalls]
        started = asyncio.get_running_loop().time()
        if slow:
            reached = asyncio.create_task(hold.reached.wait())
            await asyncio.wait([reached, *slow], return_when=asyncio.FIRST_COMPLETED)
            reached.cancel()
            await asyncio.sleep(min(_AHEAD, self._stall))
        quick = await asyncio.gather(*(self._send(each) for each in shots if not each.stalls))
        if slow:
            rest = started + self._stall - asyncio.get_running_loop().time()
            await asyncio.wait(slow, timeout=max(0.0, rest))
        hold.released.set()
        halted = await asyncio.gather(*slow)
        answers = {True: iter(halted), False: iter(quick)}
        return [Played(each, next(answers[each.stalls])) for each in shots]

    def _headers(self, shot: Shot) -> dict[str, str] | None:
        return self._prover.headers(shot.body if shot.proves is None else shot.proves, shot.proof)

    async def _send(self, shot: Shot, hold: Hold | None = None) -> Answer:
        answer = await self._wire.send(shot.method, shot.body, self._headers(shot) or {}, hold)
        if answer.status is not None and hold is None:
            self._slowest = max(self._slowest, answer.seconds)
        return answer


_LOST = "whether it is sent again is not stated, and we assume that it is lost"


def _ids(shots: Sequence[Shot]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The ids of what was sent, each once, as far as it can be read."""
    messages: dict[str, None] = {}
    redemptions: dict[int, None] = {}
    for shot in shots:
        try:
            event: Any = orjson.loads(shot.body)
        except orjson.JSONDecodeError:
            continue
        if isinstance(event, dict):
            messages[event["content_id"]] = None
            if "redemption_id" in event["payload"]:
                redemptions[event["payload"]["redemption_id"]] = None
    return tuple(messages), tuple(redemptions)
