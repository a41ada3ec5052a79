"""Processes that redeem through a faulted way and are killed at random steps, for `test_faulted.py`.

`python redeemer.py` imports once, and forks a process for each line of JSON on its standard input: that is
what makes hundreds of kills affordable. It answers each with the process' end.
"""

import asyncio
import contextlib
import inspect
import json
import os
import random
import signal
import sys
from collections.abc import Iterator
from itertools import repeat
from typing import Any

import httpx

from punchh_contract.client import conversation
from punchh_contract.client.asynchronous import AsyncPunchhClient
from punchh_contract.client.chaos import EVERY_ACT, PASS, Act, ChaosTransport
from punchh_contract.client.errors import OutcomeUnknown, PunchhError
from punchh_contract.client.sync import PunchhClient

CALM = 0.5
"""Share of requests that chaos lets pass."""


def chaos(seed: int) -> Iterator[Act]:
    """An endless script."""
    dice = random.Random(seed)
    return (PASS if dice.random() < CALM else dice.choice(EVERY_ACT) for _ in repeat(None))


def client(job: dict[str, Any], transport: Any = None) -> PunchhClient | AsyncPunchhClient:
    """A client as a shop would make it; whatever is missing comes from the sandbox's credentials."""
    kind, inner = PunchhClient, httpx.HTTPTransport
    if job.get("async"):
        kind, inner = AsyncPunchhClient, httpx.AsyncHTTPTransport
    if job.get("chaos") and transport is None:
        transport = ChaosTransport(inner(), chaos(job["seed"]))
    return kind(
        base_url=job["url"],
        environ=job["environ"],
        journal=job["journal"],
        trust_external_uid=job["trust"],
        timeout=job["timeout"],
        max_retries=job["retries"],
        transport=transport,
        budget=False,
        user_agent="Sandbox/SystemIntegrator/1.0",
    )


def die_after(events: int) -> None:
    """Let this process be killed so many calls (of Python and of C) from now."""

    def count(*_: Any) -> None:
        nonlocal events
        events -= 1
        if events == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)


async def done(value: Any) -> Any:
    """What the sync client returns, and what the async one has to be awaited for."""
    return await value if inspect.isawaitable(value) else value


async def work(job: dict[str, Any]) -> None:
    """Recover what others left, then redeem each order once, writing down what was told."""
    told = os.open(job["told"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    dice, die = random.Random(job["seed"]), job.get("die")

    def tell(name: str, outcome: str) -> None:
        os.write(told, f"{name} {outcome}\n".encode())

    redeemer = client(job)
    if die is not None and die[0] < 0:
        die_after(die[1])
    for each in await done(redeemer.recover()):
        assert each.known or isinstance(each.error, OutcomeUnknown)
        if each.known:
            tell(json.loads(each.entry.body)["transaction_no"], "recovered")
    for place, (operation, name, body) in enumerate(job["orders"]):
        if die is not None and die[0] == place:
            die_after(die[1])
        try:
            result = await done(getattr(redeemer, operation)(body))
            tell(name, "committed" if result.committed else "refused")
        except OutcomeUnknown as unknown:
            tell(name, "unknown")
            if job["trust"] and unknown.external_uid is not None and dice.random() < 0.5:
                with contextlib.suppress(PunchhError):
                    resolved = await done(unknown.resolve())
                    tell(name, "committed" if resolved.committed else "refused")
        except PunchhError as error:
            tell(name, type(error).__name__)
    await done(redeemer.close())
    sys.setprofile(None)


def warm_up(job: dict[str, Any]) -> None:
    """Let everything be loaded that the orders of a job take, once for all that are forked later."""
    nobody = httpx.MockTransport(lambda _: httpx.Response(200, json={}))
    redeemer = client({**job, "journal": None, "async": False}, nobody)
    for operation, body in {operation: body for operation, _, body in job["orders"]}.items():
        with contextlib.suppress(PunchhError):
            getattr(redeemer, operation)(body)


def main() -> None:
    """Fork for each job until the input ends."""
    # The waits between attempts are another test's; here they would only take time.
    conversation.FIRST_WAIT = conversation.LONGEST_WAIT = 0.005
    for line in sys.stdin:
        warm_up(json.loads(line))
        child = os.fork()
        if child == 0:
            code = 1
            try:
                asyncio.run(work(json.loads(line)))
                code = 0
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        print(json.dumps(os.waitstatus_to_exitcode(status)), flush=True)  # noqa: T201  # for who started it


if __name__ == "__main__":
    main()
