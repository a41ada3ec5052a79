"""Starts a faulty sandbox and a run against it, each a process of its own, and ends both whatever happens."""

import asyncio
import contextlib
import json
import os
import re
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from punchh_contract.errors import PunchhContractError
from punchh_contract.proof.budget import CLOCK, Budget
from punchh_contract.proof.finding import Told, told

NO_FAULT = "none"
REPORT = "receipt.json"
"""The report of a contract run that is read, in the folder of its reports."""
START = 60.0
"""Seconds that a sandbox has to start, on however loaded a machine."""
SLACK = 90.0
"""Seconds beyond its budget after which a run is ended that does not end by itself."""
GRACE = 20.0
"""Seconds that an interrupted run has to end what it started."""

_MAIN = "from punchh_contract.cli import main; main()"
_ADDRESS = re.compile(rb"http://127\.0\.0\.1:\d+")
_T = TypeVar("_T")
_K = TypeVar("_K")


class ProofError(PunchhContractError):
    """The proof itself cannot be carried out; the text says why."""


async def run(fault_id: str, budget: Budget) -> Told:
    """Serve a sandbox with a fault (`NO_FAULT`: without), run the contract against it, read the report."""
    with tempfile.TemporaryDirectory(prefix="punchh-contract-") as name:
        folder = Path(name)
        async with sandbox(fault_id) as url:
            command = [sys.executable, "-c", _MAIN, *budget.arguments(url, folder)]
            code, said, seconds = await finished(command, folder, budget.seconds + SLACK, {})
        return told(code, read(folder / REPORT), said, seconds)


@contextlib.asynccontextmanager
async def sandbox(fault_id: str) -> AsyncGenerator[str]:
    """A sandbox with a fault for the length of a `with`; gives its address. Raises ProofError if it does not
    start."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "punchh_contract.proof.faulty", fault_id),
        *("--port", "0", "--clock", CLOCK, "--end-with-input"),
        stdin=PIPE,  # ours alone: closed once we end, even killed
        stdout=PIPE,
        stderr=DEVNULL,
        start_new_session=True,
    )
    try:
        yield await _address(fault_id, process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()  # it holds nothing but memory
        await process.wait()


async def finished(
    command: Sequence[str], folder: Path, limit: float, more: Mapping[str, str]
) -> tuple[int, str, float]:
    """Run a command in a folder, with `more` in its environment, for `limit` seconds at most; returns exit
    code, last line of its errors and seconds."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=PIPE,
        cwd=folder,
        env={**environment(os.environ), **more},
        start_new_session=True,
    )
    try:
        _, text = await asyncio.wait_for(process.communicate(), limit)
    except TimeoutError:
        return -1, f"it did not end within {limit:.0f} s", loop.time() - started
    finally:
        await _end(process)
    lines = text.decode(errors="replace").strip().splitlines()
    return process.returncode or 0, lines[-1] if lines else "", loop.time() - started


async def each(
    items: Sequence[_K], work: Callable[[_K], Awaitable[_T]], jobs: int, say: Callable[[_K, _T], None]
) -> list[_T]:
    """Do the work for each item, so many at once; `say` is called as each is done. Results in the order of
    the items."""
    done: dict[int, _T] = {}
    left = iter(enumerate(items))

    async def worker() -> None:
        for place, item in left:
            done[place] = await work(item)
            say(item, done[place])

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(jobs):
                group.create_task(worker())
    except BaseExceptionGroup as errors:
        # One cause is enough, and says more than a group.
        raise errors.exceptions[0] from None
    return [done[place] for place in range(len(items))]


def environment(outer: Mapping[str, str]) -> dict[str, str]:
    """The environment of a run: ours, without what would change it or would make it tell more than us."""
    return {
        name: value
        for name, value in outer.items()
        if not name.upper().startswith(("PUNCHH_", "SCHEMATHESIS_", "GITHUB_"))
        and not name.lower().endswith("_proxy")
    }


def read(path: Path) -> dict[str, Any] | None:
    """The JSON of a report; None where there is none."""
    try:
        document: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return document


async def _address(fault_id: str, process: Process) -> str:
    line = b""
    if process.stdout is not None:
        with contextlib.suppress(TimeoutError):
            line = await asyncio.wait_for(process.stdout.readline(), START)
    found = _ADDRESS.search(line)
    if found is None:
        raise ProofError(
            "the faulty sandbox did not start; this shows why:"
            f" python -m punchh_contract.proof.faulty {fault_id}"
        )
    return found[0].decode()


async def _end(process: Process) -> None:
    """End a run in order: it has processes of its own to end."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), GRACE)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
