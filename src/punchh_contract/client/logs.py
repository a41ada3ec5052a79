"""What the client says while it works: to the logger `punchh_contract`, without a secret or a guest's data.

`PUNCHH_LOG=info` or `debug` shows it on stderr; without it a program's own logging decides. A line names
operation, status, ids and durations. Of a body it gives the length, of a header the name and, if it is no
credential, the value.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping

from punchh_contract.client.answer import Answer
from punchh_contract.client.attempt import current
from punchh_contract.client.faults import Fault
from punchh_contract.client.prepared import Prepared
from punchh_contract.errors import UsageError

__all__ = ["LOGGER", "masked", "received", "sent", "set_up"]

LOGGER = logging.getLogger("punchh_contract")
_WIRES = ("httpcore.http11", "httpcore.http2")

_LEVELS = {"info": logging.INFO, "debug": logging.DEBUG}
_OPEN = frozenset(
    ["accept", "accept-language", "accept-timezone", "content-length", "content-type", "host", "user-agent"]
)
"""Headers of ours whose values may be shown; whatever else comes is masked."""


def set_up(environ: Mapping[str, str]) -> None:
    """Show the log on stderr as `PUNCHH_LOG` says; once, however many clients there are. And keep httpcore's
    own log from telling the headers of our answers; what it says of others' calls stays.

    Raises UsageError for another value than info or debug.
    """
    for name in _WIRES:
        logging.getLogger(name).addFilter(_tells_no_answer)
    wanted = environ.get("PUNCHH_LOG", "").strip().lower()
    if not wanted:
        return
    if wanted not in _LEVELS:
        raise UsageError(f"PUNCHH_LOG is one of {', '.join(_LEVELS)}")
    LOGGER.setLevel(_LEVELS[wanted])
    if not LOGGER.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        LOGGER.addHandler(handler)


def _tells_no_answer(record: logging.LogRecord) -> bool:
    return current.get() is None or not str(record.msg).startswith("receive_response_headers.complete")


def masked(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers as they may be shown."""
    return {name: value if name.lower() in _OPEN else "***" for name, value in headers.items()}


def sent(prepared: Prepared, number: int, headers: Mapping[str, str]) -> None:
    """Say that an attempt leaves."""
    if LOGGER.isEnabledFor(logging.DEBUG):
        LOGGER.debug(
            "%s attempt %d: %s %s, %d bytes, fingerprint %s, headers %s",
            prepared.operation.id,
            number,
            prepared.operation.method,
            prepared.uri.partition("?")[0],
            len(prepared.body),
            prepared.fingerprint[:12],
            masked(headers),
        )


def received(prepared: Prepared, number: int, event: Answer | Fault, seconds: float) -> None:
    """Say what came of it. Never raises: a filter that fails must not cost the outcome."""
    if LOGGER.isEnabledFor(logging.INFO):
        with contextlib.suppress(Exception):
            _received(prepared, number, event, seconds)


def _received(prepared: Prepared, number: int, event: Answer | Fault, seconds: float) -> None:
    name, mark = prepared.operation.id, prepared.fingerprint[:12]
    if isinstance(event, Answer):
        LOGGER.info(
            "%s attempt %d: status %d in %.3f s, %d bytes, request id %s, fingerprint %s",
            *(name, number, event.status, seconds, len(event.body), event.request_id, mark),
        )
    else:
        LOGGER.info(
            "%s attempt %d: no answer (%s, %s) after %.3f s, fingerprint %s",
            *(name, number, event.kind, "written" if event.written else "not written", seconds, mark),
        )
