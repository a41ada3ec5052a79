"""Serves a sandbox with one fault of the zoo, in a process of its own, as `punchh-contract sandbox` serves
one without: `python -m punchh_contract.proof.faulty FAULT_ID --port 0`."""

import argparse
import contextlib
import os
import sys
import threading
from collections.abc import Callable, Sequence

from punchh_contract.contract import load
from punchh_contract.errors import PunchhContractError
from punchh_contract.proof.planting import find, planted
from punchh_contract.sandbox import server

CANNOT = 2
"""Exit code of what could not run."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; the first line of standard output has the address. Returns the exit code."""
    options = _parser().parse_args(arguments)
    if options.end_with_input:
        threading.Thread(target=_end_with_input, daemon=True).start()
    try:
        serve(options.fault_id, options.port, options.clock, _tell)
    except PunchhContractError as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT
    return 0


def serve(fault_id: str, port: int, clock: str | None, tell: Callable[[str], None]) -> None:
    """Serve a sandbox with a fault on 127.0.0.1, and `tell` its address once it answers.

    `none` is no fault: the same process around the sandbox as it is, to compare with. Port 0 takes a free
    one; `clock` (ISO 8601) freezes time.

    Raises:
        UsageError: there is no such fault, the port is taken, or the clock is none. ContractError: the
            contract cannot be read.
    """
    with contextlib.ExitStack() as stack:
        if fault_id != "none":
            stack.enter_context(planted(find(fault_id)))
        listener = stack.enter_context(contextlib.closing(server.bind("127.0.0.1", port)))
        app = server.build(clock)
        stack.callback(app.state.store.close)
        stack.enter_context(contextlib.suppress(KeyboardInterrupt))
        served = server.server(app, ready=lambda: tell(server.address(listener)))
        served.run(sockets=[listener])


def _tell(url: str) -> None:
    sys.stdout.write(f"Sandbox at {url} (contract {load().version}).\n")
    sys.stdout.flush()


def _end_with_input() -> None:
    os.read(0, 1)
    os._exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m punchh_contract.proof.faulty", description=__doc__)
    parser.add_argument("fault_id", help="An id of the zoo, or `none`.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one.")
    parser.add_argument("--clock", metavar="ISO8601", help="Freeze the sandbox's clock at this time.")
    parser.add_argument(
        "--end-with-input",
        action="store_true",
        help="End when standard input is closed: with who started it.",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
