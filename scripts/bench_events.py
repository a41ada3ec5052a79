"""The validator's speed, beside the parser's and the reference implementation's.

Events are the seed's, each with ids, dates and amounts of its own: 2.4 kB, valid without drift. The aims are
those of docs/events.md.
"""

import io
import itertools
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import orjson
from bench_measure import compare

from punchh_contract import contract
from punchh_contract.events import validate, validate_many
from punchh_contract.events.engines import reference
from punchh_contract.events.ranges import in_order, ranges, validate_range

SEED_EVENT = Path(__file__).parents[1] / "tests" / "data" / "seed-004-redemptions-event.json"
SCHEMA = "redemption-event.strict.schema.json"
EVENTS = 1000
SHARED = 40_000
"""Events of the file that two processes share: 100 MB."""
BAD_EVERY = 50
FOLDER = 1000
# Not `getrusage`, whose peak a child takes over from its parent.
_PEAK = "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"


def made(number: int, *, random_: random.Random) -> dict[str, Any]:
    """One event that is like no other."""
    event: dict[str, Any] = orjson.loads(SEED_EVENT.read_bytes())
    payload = event["payload"]
    code, user = payload["redemption_code"], payload["user"]
    event["content_id"] = f"{random_.getrandbits(128):032x}"
    event["timestamp"] += number
    payload["redemption_id"] += number
    payload["user"]["user_id"] += random_.randrange(10**6)
    for holder in (event, payload, code):
        for name in ("created_at", "updated_at"):
            holder[name] = _date_time(random_)
    user["last_activity_at"] = _date_time(random_)
    code["discount"] = random_.randrange(10_000) / 100
    user["email"] = f"guest.{number}@example.com"
    return event


def _date_time(random_: random.Random) -> str:
    day = f"{random_.randint(2019, 2026)}-{random_.randint(1, 12):02}-{random_.randint(1, 28):02}"
    clock = f"{random_.randrange(24):02}:{random_.randrange(60):02}:{random_.randrange(60):02}"
    return f"{day}T{clock}Z"


def spoiled(event: dict[str, Any], number: int) -> dict[str, Any]:
    """The event with one of four faults."""
    payload = event["payload"]
    match number % 4:
        case 0:
            payload["user"]["email"] = None
        case 1:
            del payload["redemption_id"]
        case 2:
            payload["redemption_code"]["redeemed_menu_items"][1]["item_qty"] = "two"
        case _:
            event["created_at"] = "2026-03-02 18:05:01"
    return event


def events() -> None:
    """One event from bytes: without a fault, with drift, with a fault; and files of them."""
    random_ = random.Random(1)  # noqa: S311  # the same events each time
    all_ = [made(number, random_=random_) for number in range(EVENTS)]
    good = [orjson.dumps(each) for each in all_]
    drift = [orjson.dumps({**each, "something_new": 1}) for each in all_]
    bad = [orjson.dumps(spoiled(orjson.loads(each), number)) for number, each in enumerate(good)]
    mixed = [bad[number] if number % BAD_EVERY == 0 else each for number, each in enumerate(good)]
    by_reference = reference(contract.event_schema(strict=True))
    compare(
        f"One event of {len(good[0])} bytes",
        {
            "orjson.loads alone": _each(orjson.loads, good),
            "validate": _each(validate, good),
            "validate, strict, events with drift": _each(lambda each: validate(each, strict=True), drift),
            "validate, events with drift": _each(validate, drift),
            "validate, events with a fault": _each(validate, bad),
            "validate, 2 % with a fault": _each(validate, mixed),
            "jsonschema on orjson": _each(lambda each: by_reference.is_valid(orjson.loads(each)), good),
        },
        calls=EVENTS,
        base="orjson.loads alone",
    )
    _files(good, mixed)
    _shared(good)
    _folder(good)
    _memory(good)


def _each(call: Callable[[bytes], object], those: list[bytes]) -> Callable[[], object]:
    """One call after the other on the next of `those`."""
    turn = itertools.cycle(those)
    return lambda: call(next(turn))


def _files(good: list[bytes], mixed: list[bytes]) -> None:
    files = {
        "lines": b"\n".join(good),
        "2 % bad": b"\n".join(mixed),
        "array": b"[" + b",\n".join(good) + b"]",
    }

    def parsed() -> None:
        for line in io.BytesIO(files["lines"]):
            orjson.loads(line)

    def judged(data: bytes) -> Callable[[], None]:
        def run() -> None:
            for _ in validate_many(data):
                pass

        return run

    compare(
        f"A file of {EVENTS} events",
        {
            "orjson.loads of each line": parsed,
            "validate_many, NDJSON": judged(files["lines"]),
            "validate_many, NDJSON, 2 % bad": judged(files["2 % bad"]),
            "validate_many, a JSON array": judged(files["array"]),
        },
        calls=2,
        base="orjson.loads of each line",
    )


def _shared(good: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "archive.ndjson")
        with path.open("wb") as file:
            file.writelines(each + b"\n" for each in itertools.islice(itertools.cycle(good), SHARED))
        parts = ranges(path, SHARED // 2500)

        def by(pool: ProcessPoolExecutor) -> Callable[[], None]:
            def run() -> None:
                total = sum(part.summary.events for part in in_order(pool.map(validate_range, parts)))
                if total != SHARED:
                    raise SystemExit(f"{total} events of {SHARED} were judged")

            run()  # the processes start, and import
            return run

        with ProcessPoolExecutor(1) as one, ProcessPoolExecutor(2) as two:
            compare(f"{SHARED} events", {"one process": by(one), "two": by(two)}, calls=1, base="one process")
            # Two cores of a shared machine are seldom twice one: this is all that two processes can come to.
            alone = {"one process": _looped(one), "two": _looped(two)}
            compare("A loop that shares nothing", alone, calls=1, base="one process")


def _looped(pool: ProcessPoolExecutor) -> Callable[[], object]:
    return lambda: list(pool.map(_loop, [10**6] * 8))


def _loop(number: int) -> int:
    return sum(each * each for each in range(number))


def _folder(good: list[bytes]) -> None:
    rival = shutil.which("check-jsonschema", path=str(Path(sys.executable).parent)) or shutil.which(
        "check-jsonschema"
    )
    with tempfile.TemporaryDirectory() as folder:
        for number in range(FOLDER):
            Path(folder, f"{number}.json").write_bytes(good[number % len(good)])
        ours = [str(Path(sys.executable).with_name("punchh-contract")), "validate"]
        rivals = {"validate": _process([*ours, folder])}
        if rival:
            schema = Path(__file__).parents[1] / "generated" / "schemas" / SCHEMA
            files = [str(path) for path in sorted(Path(folder).iterdir())]
            rivals["check-jsonschema"] = _process([rival, "--schemafile", str(schema), *files])
            rivals["validate, one file"] = _process([*ours, files[0]])
            rivals["check-jsonschema, one file"] = _process([rival, "--schemafile", str(schema), files[0]])
        else:
            print("\ncheck-jsonschema is not installed: a folder is not compared with it")
        compare(f"A folder of {FOLDER} files, whole process", rivals, calls=1, base="validate")


def _process(command: list[str]) -> Callable[[], object]:
    return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _memory(good: list[bytes]) -> None:
    """The most that a process holds; it is the same for 100 MB and for 2 GB, if it is the same for these."""
    if not Path("/proc/self/status").exists():
        return
    print("\nMemory of `validate_many` at its most, in MB")
    with tempfile.TemporaryDirectory() as folder:
        for size in (10, 100):
            path = Path(folder, f"{size}.ndjson")
            with path.open("wb") as file:
                file.writelines(
                    each + b"\n"
                    for each in itertools.islice(itertools.cycle(good), size * 2**20 // len(good[0]))
                )
            code = f"from punchh_contract.events import validate_many as m\nfor _ in m({str(path)!r}): pass\n"
            run = [sys.executable, "-c", code + _PEAK]
            done = subprocess.run(run, check=True, capture_output=True, text=True)
            print(f"  a file of {size:>4} MB: {int(done.stdout) // 1024}")
