"""Processes on one inbox, killed in the middle: nothing answered is lost, nothing runs twice at once."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from receiver.hooks import CREDENTIALS, URI, done, event, until
from sandbox.databases import DURABLE, database

from punchh_contract.receiver import Inbox
from punchh_contract.receiver.authorization import authorization_headers
from punchh_contract.receiver.database import Database
from punchh_contract.receiver.post import post

ROUNDS = int(os.environ.get("PUNCHH_KILLS", "3"))
"""In which one of two processes is killed; `make soak` may want more."""
EVENTS = 20
"""In each round."""
PATH = os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")]))

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")


class Worker:
    """A process of `worker.py`."""

    def __init__(self, url: str, journal: Path, *how: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("worker.py")), url, str(journal), *how],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": PATH},
        )  # fmt: skip
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        assert self.address, "the worker did not start"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextlib.contextmanager
def workers(url: str, journal: Path, count: int, *how: str) -> Iterator[list[Worker]]:
    started: list[Worker] = []
    try:
        for _ in range(count):
            started.append(Worker(url, journal, *how))  # noqa: PERF401  # what did start is ended
        yield started
    finally:
        for each in started:
            if each.process.poll() is None:
                each.kill()


def post_to(client: httpx.Client, address: str, body: bytes) -> int | None:
    """The answer to a delivery, None if there is none."""
    headers = authorization_headers("hmac-sha256", CREDENTIALS, URI, body)
    try:
        return client.post(address + URI, content=body, headers=headers).status_code
    except httpx.TransportError:
        return None


def told(journal: Path) -> list[tuple[str, int, int, int]]:
    """Word, process, redemption and attempt, of each whole line."""
    lines = journal.read_text().splitlines() if journal.exists() else []
    return [(word, int(a), int(b), int(c)) for word, a, b, c in map(str.split, lines)]


def check(lines: list[tuple[str, int, int, int]], killed: list[int]) -> dict[int, int]:
    """Hold a journal to the promise; how often the handler came to its end, by redemption."""
    running: dict[int, int] = {}
    attempts: dict[int, int] = defaultdict(int)
    ends: dict[int, int] = defaultdict(int)
    for word, process, redemption, attempt in lines:
        if word == "begin":
            before = running.get(redemption)
            assert before is None or before in killed, "handed over while another still had it"
            assert before != process
            assert attempt > attempts[redemption], "an attempt that is not told as one"
            running[redemption], attempts[redemption] = process, attempt
        else:
            assert running[redemption] == process
            ends[redemption] += 1
            del running[redemption]
    for redemption, count in ends.items():
        # A second end needs a death between the end of the handler and its being written down.
        assert count == 1 or attempts[redemption] > 1
    return ends


@pytest.mark.parametrize("kind", DURABLE)
def test_killed_again_and_again_it_loses_nothing_and_hands_nothing_to_two(kind: str, tmp_path: Path) -> None:
    url, journal = database(kind, tmp_path), tmp_path / "journal"
    Inbox(url).close()
    killed: list[int] = []
    taken: set[int] = set()
    for each in range(ROUNDS):
        dice = random.Random(each)
        owed = list(range(each * EVENTS + 1, (each + 1) * EVENTS + 1))
        with workers(url, journal, 2) as (doomed, other), httpx.Client(trust_env=False, timeout=20) as client:
            # Under load, and somewhere in the middle of it.
            enough, answered = dice.randrange(3, EVENTS - 3), threading.Event()

            def kill(doomed: Worker = doomed, answered: threading.Event = answered) -> None:
                assert answered.wait(60)
                doomed.kill()

            killer = threading.Thread(target=kill)
            killer.start()
            try:
                for place, number in enumerate(owed):
                    if place == enough:
                        answered.set()
                    # As the vendor does, who has got no answer: the same again.
                    while post_to(client, dice.choice([doomed, other]).address, event(number)) != 200:
                        pass
                    taken.add(number)
            finally:
                answered.set()
                killer.join()
            killed.append(doomed.process.pid)
            other.kill()
            killed.append(other.process.pid)
    with workers(url, journal, 1), Inbox(url) as inbox:
        done(inbox)
        assert inbox.counts() == {"waiting": 0, "handled": ROUNDS * EVENTS, "stale": 0, "parked": 0}
        attempts = {each.gist.redemption_id: each.attempts for each in inbox.entries(limit=1000)}
    ends = check(told(journal), killed)
    assert set(ends) == taken == set(attempts)
    again = sum(count > 1 for count in attempts.values())
    assert again <= 3 * len(killed), "more was handed over again than was in hand when a process died"


@pytest.mark.parametrize("kind", DURABLE)
def test_a_process_that_stands_still_keeps_its_event_and_a_killed_one_gives_it_up(
    kind: str, tmp_path: Path
) -> None:
    url, journal = database(kind, tmp_path), tmp_path / "journal"
    Inbox(url).close()
    with workers(url, journal, 1, "slow") as (slow,), httpx.Client(trust_env=False, timeout=20) as client:
        assert post_to(client, slow.address, event()) == 200
        until(lambda: len(told(journal)) == 1)
        kept = Database(url)
        ours = post(kept)
        slow.process.send_signal(signal.SIGSTOP)
        assert not ours.take()
        slow.kill()
        until(ours.take, "the post of a dead process was never free")
        ours.leave()
        kept.close()
    with workers(url, journal, 1), Inbox(url) as inbox:
        done(inbox)
    assert [(word, attempt) for word, _, _, attempt in told(journal)] == [
        ("begin", 1),
        ("begin", 2),
        ("end", 2),
    ]


def test_the_check_of_a_journal_can_fail() -> None:
    good = [("begin", 7, 1, 1), ("begin", 8, 1, 2), ("end", 8, 1, 2)]
    assert check(good, [7]) == {1: 1}
    for lines in (good, [*good, ("begin", 8, 1, 2)], [("begin", 7, 1, 1), ("end", 7, 1, 1)] * 2):
        with pytest.raises(AssertionError):
            check(lines, [])
