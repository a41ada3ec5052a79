"""`punchh-contract sandbox`: serve a sandbox until Ctrl-C, and print what is needed to call it."""

import contextlib
import gc
import json
import shlex
import threading
from collections.abc import Generator, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from punchh_contract.cli import Seconds
from punchh_contract.contract import Operation, load


@contextlib.contextmanager
def _undisturbed() -> Generator[None]:
    """A fifth of the start would go into looking for garbage among what is made to stay."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if before:
            gc.enable()


with _undisturbed():
    from punchh_contract.sandbox import server
    from punchh_contract.sandbox.fixtures import credentials, fixtures
    from punchh_contract.sandbox.store import Store

_ITEM = {"item_name": "Sandbox Pizza", "item_qty": 1}


@click.command(name="sandbox")
@click.option(
    "--port", default=8787, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="A loopback address; no other is accepted."
)
@click.option(
    "--db",
    default="sqlite://",
    show_default=True,
    metavar="URL",
    help="Where the state lives: sqlite:// is memory and gone at the end; sqlite:///file.db and "
    "postgresql+psycopg://user@host/name keep it, and go on with what they hold.",
)
@click.option("--clock", metavar="ISO8601", help="Freeze the sandbox's clock at this time.")
@click.option(
    "--seed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Another invented world, for a new database; the form is that of punchh_contract/sandbox/seed.yaml.",
)
@click.option(
    "--deliver-to",
    multiple=True,
    metavar="HOST",
    help="A host besides this machine that events may be delivered to, as it stands in a subscriber's URL. "
    "May be repeated.",
)
@click.option(
    "--delivery-timeout",
    default=15.0,
    show_default=True,
    type=Seconds(0.01, 600),
    help="Seconds that a receiver has to answer a delivery.",
)
def command(
    port: int,
    host: str,
    db: str,
    clock: str | None,
    seed: Path | None,
    deliver_to: tuple[str, ...],
    delivery_timeout: float,
) -> None:
    """Serve a sandbox of the four operations on this machine. Everything in it is invented.

    It prints its address, its keys and a ready curl for each operation; Ctrl-C ends it. A database that is
    there already brings its own keys and, unless --clock is given, its own clock.
    """
    with contextlib.closing(server.bind(host, port)) as listener:
        with _undisturbed():
            app = server.build(clock, seed, db, deliver_to, delivery_timeout)
        with contextlib.closing(app.state.store) as store:
            # Beside the server, which answers meanwhile: to work out what works takes as long as to start.
            telling = threading.Thread(target=_tell, args=(server.address(listener), store))
            # uvicorn has shut down in order by the time it raises this: Ctrl-C is how a sandbox ends well.
            with contextlib.suppress(KeyboardInterrupt):
                server.server(app, ready=telling.start).run(sockets=[listener])
            if telling.ident is not None:
                telling.join()


def _tell(url: str, store: Store) -> None:
    variables = credentials(store)
    with store.transaction(write=False) as tx:
        bodies = first_bodies(fixtures(tx)["operations"], tx.now)
    lines = [
        f"Sandbox at {url} (contract {load().version}). Stop it with Ctrl-C.\n",
        *(f"export {name}={shlex.quote(value)}" for name, value in variables.items()),
        *curls(url, variables, bodies),
        f"\nLook inside: {url}/_sandbox/openapi.json",
    ]
    click.echo("\n".join(lines))


def curls(url: str, variables: Mapping[str, str], bodies: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """A shell command for each operation, signed over the very bytes that it sends."""
    # Not above: it brings httpx, which the server can start without.
    from punchh_contract.auth import Credentials, authorization_headers, digest_header

    credentials = Credentials.from_mapping(variables)
    for operation_id, body in bodies.items():
        operation = load().operation(operation_id)
        content = json.dumps(body, separators=(",", ":"))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": credentials.user_agent or "",
            **authorization_headers(operation, credentials),
            **digest_header(operation, credentials, operation.path, content.encode()),
        }
        yield f"\n# {operation.id}\n{_curl(operation, url, headers, content)}"


def _curl(operation: Operation, url: str, headers: Mapping[str, str], content: str) -> str:
    parts = [f"curl -sS -X {operation.method} {shlex.quote(url + operation.path)}"]
    parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items()]
    parts.append(f"--data-binary {shlex.quote(content)}")
    return " \\\n  ".join(parts)


def first_bodies(known: Mapping[str, Mapping[str, Any]], now: datetime) -> dict[str, dict[str, Any]]:
    """A request for each operation that the sandbox, as its seed has it, grants.

    `known` is what the fixtures hold; an operation for which a seed lacks the values is left out.
    """
    force, online = known["force_redeem"], known["create_online_redemption"]
    batch, mobile = known["process_batch_redemption"], known["create_subscription_redemption_code"]
    at = now.replace(microsecond=0).isoformat()
    receipt = {"receipt_amount": 30, "subtotal_amount": 30, "receipt_datetime": at, "transaction_no": "1001"}
    bodies: dict[str, dict[str, Any]] = {
        "force_redeem": {
            "user_id": force["user_id"][0],
            "redemption": {"requested_punches": 1, "force_message": "Tried from the command line"},
        }
    }
    if "reward_id" in online:
        bodies["create_online_redemption"] = {
            "client": online["client"][0],
            "discount_type": "reward",
            "reward_id": online["reward_id"][0],
            "store_number": online["store_number"][0],
            **receipt,
            "menu_items": [
                {
                    **_ITEM,
                    "item_amount": 30,
                    "menu_item_type": "M",
                    "menu_item_id": "331",
                    "menu_family": "10",
                    "menu_major_group": "gp",
                    "serial_number": "1.0",
                }
            ],
        }
    if "user_id" in batch:
        line = {"amount": 30, "item_type": "M", "item_id": 331, "item_family": "10", "item_group": "gp"}
        bodies["process_batch_redemption"] = {
            "user_id": batch["user_id"][0],
            **receipt,
            "line_items": [{**_ITEM, **line, "serial_number": 1.0}],
        }
    if "subscription_id" in mobile:
        bodies["create_subscription_redemption_code"] = {
            "client": mobile["client"][0],
            "subscription_id": mobile["subscription_id"][0],
        }
    return bodies
