"""The start of `punchh-contract` and of `python -m punchh_contract`: the commands of `cli`.

One case is answered before they are loaded, which takes as long as all the rest: `validate PATH...`, where
each file holds one valid event. A hook before a commit asks nothing else. Whatever is not that is left to
`cli`.
"""

import os
import stat
import sys
from collections.abc import Iterable, Iterator

_COMPLETING = "_PUNCHH_CONTRACT_COMPLETE"
"""The variable by which click is asked to complete a line of the shell."""
_MOST = 2**20
"""Bytes of a file that is answered here at most."""
_INTERRUPTED = 130
_IN_ALL = 8 * 2**20
"""Bytes of all files; `cli` reads them once more where one of them is not that."""


def main() -> None:
    """Run the command of `sys.argv`; ends the process with its exit code."""
    if sys.argv[1:2] == ["validate"] and _COMPLETING not in os.environ:
        try:
            events = _valid_events(sys.argv[2:])
            if events and _written(events):
                return
        except KeyboardInterrupt:
            sys.stderr.write("Interrupted: no verdict.\n")
            sys.exit(_INTERRUPTED)
    from punchh_contract.cli import main as commands

    commands(prog_name="punchh-contract")


def _valid_events(paths: list[str]) -> int:
    """How many files there are, if each is a plain one that holds one event without findings; 0 for whatever
    is in doubt."""
    if any(path.startswith("-") for path in paths):
        return 0
    events = read = 0
    try:
        for path in _files(paths):
            found = os.stat(path)  # noqa: PTH116  # pathlib is slow to load
            # What ends otherwise may be lines, each of them an event.
            if not stat.S_ISREG(found.st_mode) or os.path.splitext(path.lower())[1] != ".json":  # noqa: PTH122
                return 0
            events += 1
            read += found.st_size
            if found.st_size > _MOST or read > _IN_ALL or not _is_valid(path):
                return 0
    except (OSError, ValueError):
        return 0
    return events


def _files(paths: Iterable[str]) -> Iterator[str]:
    """The files, and what is in the folders, an empty one itself; a folder in a folder is in doubt."""
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112  # as above
            names = os.listdir(path)  # noqa: PTH208  # as above
            yield from (os.path.join(path, name) for name in names or [""])  # noqa: PTH118  # as above
        else:
            yield path


def _is_valid(path: str) -> bool:
    from punchh_contract.errors import ContractError
    from punchh_contract.events.decoding import REFUSED, decoder

    with open(path, "rb", buffering=0) as file:  # noqa: PTH123  # as above
        event = file.read()
    try:
        decoder()(event)
    except (*REFUSED, ContractError):
        return False
    return True


def _written(events: int) -> bool:
    """Say that there are no findings; False if that fails, and will fail in `cli` too, which can say so."""
    if sys.stdout is None:  # started without one (`>&-`), whatever the type says
        return False
    try:
        said = "1 event in 1 file" if events == 1 else f"{events:,} events in {events:,} files"
        line = f"{said}: no findings.\n".encode(sys.stdout.encoding)
        taken = sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    except OSError:
        return False
    return taken == len(line)  # unbuffered, it may be a part


if __name__ == "__main__":
    main()
