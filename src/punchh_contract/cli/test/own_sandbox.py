"""The sandbox that `punchh-contract test` starts for itself: a process of its own that ends when we do."""

import contextlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator
from importlib.resources import files
from pathlib import Path
from types import FrameType

import yaml

from punchh_contract.conformance import target
from punchh_contract.errors import UsageError

CLOCK = "2026-03-02T18:05:01Z"
"""The sandbox's time stands still, or codes would expire in one run and not in the next."""

START = 60.0
"""Seconds that it has to start, on however loaded a machine."""
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
_SANDBOX = """
import os, threading

def end_with_parent():
    os.read(0, 1)
    os._exit(0)

threading.Thread(target=end_with_parent, daemon=True).start()
from punchh_contract.cli import main
main()
"""
"""The sandbox's program. Its standard input is a pipe that only we hold: closed once we end, even killed."""


@contextlib.contextmanager
def sandbox(db: str = "sqlite://") -> Generator[str]:
    """A sandbox on a free port for the length of a `with`, in a process of its own; gives its address.

    `db` is where its state lives, as for `punchh-contract sandbox --db`.

    Of its own, so that it does not share an interpreter with the run. Raises UsageError if it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="punchh-contract-") as folder:
        process = subprocess.Popen(  # noqa: S603  # our own command, in our own interpreter
            [sys.executable, "-c", _SANDBOX, *_options(Path(folder), db)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            # Ctrl-C must not take it away while the run still closes its reports.
            start_new_session=True,
        )
        with _ending(process):
            yield _address(process)


def _options(folder: Path, db: str) -> list[str]:
    """How the sandbox is started: in its usual world, but for the rate limits.

    The clock stands still, so all force redeems of a run fall into one minute, which has 500. Not switched
    off over the control plane, because the run resets the sandbox now and then: to its seed.
    """
    world = yaml.safe_load(files("punchh_contract.sandbox").joinpath("seed.yaml").read_bytes())
    world["business"].setdefault("settings", {})["rate_limits"] = False
    file = folder / "seed.yaml"
    file.write_text(yaml.safe_dump(world), encoding="utf-8")
    return ["sandbox", "--port", "0", "--clock", CLOCK, "--seed", str(file), "--db", db]


@contextlib.contextmanager
def _ending(process: "subprocess.Popen[str]") -> Generator[None]:
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


def _address(process: "subprocess.Popen[str]") -> str:
    timer = threading.Timer(START, process.kill)  # which ends the line that is waited for
    timer.start()
    try:
        line = process.stdout.readline() if process.stdout else ""
    finally:
        timer.cancel()
    found = _ADDRESS.search(line)
    if found is None:
        raise UsageError("the sandbox did not start; `punchh-contract sandbox --port 0` shows why")
    target.wait_until_up(found[0])
    return found[0]


@contextlib.contextmanager
def terminated() -> Generator[None]:
    """Let SIGTERM and a terminal that closes end us as Ctrl-C does: no process of ours stays behind."""

    def stop(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    # Windows has no SIGHUP.
    ends = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {each: signal.getsignal(each) for each in ends}
    for each, handler in before.items():
        if handler != signal.SIG_IGN:  # nohup means it
            signal.signal(each, stop)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
