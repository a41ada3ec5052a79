"""How the benchmarks measure: rivals take turns, and what counts is how each compares to one of them."""

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
    """Print calls a second of each rival, the median over the rounds, and its ratio to `base`: the median of
    the ratios within each round, since the load of a machine changes from round to round, and the ratio of
    the best rounds. `calls` are made in each round. Returns the ratios."""
    seconds: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(ROUNDS):
        for name, call in rivals.items():
            start = time.perf_counter()
            for _ in range(calls):
                call()
            seconds[name].append((time.perf_counter() - start) / calls)
    ratios = {}
    print(f"\n{title}")
    for name, each in seconds.items():
        ratios[name] = statistics.median(first / own for first, own in zip(seconds[base], each, strict=True))
        best = min(seconds[base]) / min(each)
        rate = 1 / statistics.median(each)
        print(f"  {name:<36}{rate:>10,.0f} /s{ratios[name]:>8.3f} (best {best:.3f}) of {base}")
    return ratios


def connection(place: str) -> http.client.HTTPConnection:
    """One connection that is kept; `post` uses it again and again."""
    return http.client.HTTPConnection(place)


def post(to: http.client.HTTPConnection, path: str, body: bytes, headers: Mapping[str, str]) -> Any:
    """Send and read one answer."""
    to.request("POST", path, body, dict(headers))
    return orjson.loads(to.getresponse().read())
