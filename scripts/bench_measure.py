"""How the benchmarks measure: rivals take turns, medians count, and ratios to one of them are what is told."""

import http.client
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson

ROUNDS = 9


def compare(
    title: str, rivals: Mapping[str, Callable[[], object]], *, calls: int, base: str
) -> dict[str, float]:
    """Print calls a second of each rival and its ratio to `base`; `calls` are made in each round. Returns the
    median seconds of one call."""
    seconds: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(ROUNDS):
        for name, call in rivals.items():
            start = time.perf_counter()
            for _ in range(calls):
                call()
            seconds[name].append((time.perf_counter() - start) / calls)
    medians = {name: statistics.median(each) for name, each in seconds.items()}
    print(f"\n{title}")
    for name, median in medians.items():
        print(f"  {name:<44}{1 / median:>12,.0f} /s{medians[base] / median:>10.3f} of {base}")
    return medians


def connection(place: str) -> http.client.HTTPConnection:
    """One connection that is kept; `post` uses it again and again."""
    return http.client.HTTPConnection(place)


def post(to: http.client.HTTPConnection, path: str, body: bytes, headers: Mapping[str, str]) -> Any:
    """Send and read one answer."""
    to.request("POST", path, body, dict(headers))
    return orjson.loads(to.getresponse().read())
