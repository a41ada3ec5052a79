"""The operations that look at what happened: the log of requests, and the events they caused. Who asks for
what comes next may wait for it."""

from typing import Any

from starlette.responses import Response

from punchh_contract.sandbox.control.asking import Ask
from punchh_contract.sandbox.control.replies import missing, reply
from punchh_contract.sandbox.control.waiting import Bell
from punchh_contract.sandbox.documents import write_time
from punchh_contract.sandbox.requestlog import Entry, Filter, RequestLog
from punchh_contract.sandbox.store import Store
from punchh_contract.sandbox.store.outgoing import Event
from punchh_contract.sandbox.threads import in_store


class ObservingHandlers:
    """Each method is named as its operationId in the document."""

    def __init__(self, store: Store, log: RequestLog) -> None:
        self._store = store
        self._log = log
        self._bell = Bell(store)

    async def get_log(self, ask: Ask) -> Response:
        """The last requests that fit."""
        query, method = ask.query, ask.query["method"]
        wanted = Filter(query["operation"], query["status"], method and method.upper())
        if query["wait"]:
            found = await self._log.wait(query["since"], query["wait"], wanted)
        else:
            found = self._log.find(query["since"], wanted)
        return reply([_written_entry(each) for each in found[: query["limit"]]])

    async def get_events(self, ask: Ask) -> Response:
        """A page of events."""
        query = ask.query

        def look() -> list[Event]:
            with self._store.transaction(write=False) as tx:
                found = tx.outbox.events(
                    query["since"],
                    query["limit"],
                    redemption_id=query["redemption_id"],
                    user_id=query["user_id"],
                )
                return list(found)

        found = await self._bell.first(lambda: in_store(self._store, look), query["wait"])
        return reply([_written_event(each) for each in found])

    async def get_event(self, ask: Ask) -> Response:
        """One event."""

        def look() -> Event | None:
            with self._store.transaction(write=False) as tx:
                return tx.outbox.event(ask.path["content_id"].lower())

        event = await in_store(self._store, look)
        if event is None:
            raise missing("event")
        return reply(_written_event(event))


def _written_entry(entry: Entry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "time": write_time(entry.time),
        "method": entry.method,
        "path": entry.path,
        "operation": entry.operation,
        "status": entry.status,
        "request_id": entry.request_id,
        "events": entry.events,
        "fault": entry.fault,
    }


def _written_event(event: Event) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "content_id": event.content_id,
        "redemption_id": event.redemption_id,
        "user_id": event.user_id,
        "created_at": write_time(event.created_at),
        "document": event.body,
    }
