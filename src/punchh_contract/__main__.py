"""The start of `punchh-contract` and of `python -m punchh_contract`: the commands of `cli`.

One case is answered before they are loaded, which takes as long as all the rest: `validate FILE`, for one
valid event. A pre-commit hook asks nothing else, once for each file. Whatever is not that is left to `cli`.
"""

import os
import stat
import sys

_COMPLETING = "_PUNCHH_CONTRACT_COMPLETE"
"""The variable by which click is asked to complete a line of the shell."""
_MOST = 2**20
"""Bytes of a file that is answered here at most."""
_SAID = b"1 event in 1 file: no findings.\n"


def main() -> None:
    """Run the command of `sys.argv`; ends the process with its exit code."""
    completing = _COMPLETING in os.environ
    if sys.argv[1:-1] == ["validate"] and not completing and _is_one_valid_event(sys.argv[-1]) and _written():
        return
    from punchh_contract.cli import main as commands

    commands(prog_name="punchh-contract")


def _is_one_valid_event(path: str) -> bool:
    """Whether it is a plain file that holds one event without findings; False for whatever is in doubt."""
    # What ends otherwise may be lines, each of them an event.
    if path.startswith("-") or not path.lower().endswith(".json"):
        return False
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116  # pathlib is slow to load
            return False
        with open(path, "rb") as file:  # noqa: PTH123  # as above
            event = file.read(_MOST + 1)
    except (OSError, ValueError):
        return False
    from punchh_contract.errors import ContractError
    from punchh_contract.events.decoding import REFUSED, decoder

    try:
        decoder()(event)
    except (*REFUSED, ContractError):
        return False
    return len(event) <= _MOST


def _written() -> bool:
    """Say that there are no findings; False if that fails, and will fail in `cli` too, which can say so."""
    if sys.stdout is None:  # started without one (`>&-`), whatever the type says
        return False
    try:
        sys.stdout.buffer.write(_SAID)
        sys.stdout.buffer.flush()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
