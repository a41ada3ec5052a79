"""The operations on the sandbox as a whole: how it is, what opens it, back to the seed or to a snapshot."""

from typing import Any

import yaml
from starlette.responses import Response

from punchh_contract.contract import Contract
from punchh_contract.sandbox import fixtures, seed
from punchh_contract.sandbox.control.asking import Ask
from punchh_contract.sandbox.control.clock import mode
from punchh_contract.sandbox.control.replies import ProblemError, done, reply
from punchh_contract.sandbox.documents import write_time
from punchh_contract.sandbox.faults import Faults
from punchh_contract.sandbox.requestlog import RequestLog
from punchh_contract.sandbox.store import Store
from punchh_contract.sandbox.threads import in_store


class StateHandlers:
    """Each method is named as its operationId in the document."""

    def __init__(self, contract: Contract, store: Store, log: RequestLog, faults: Faults) -> None:
        self._contract = contract
        self._store = store
        self._log = log
        self._faults = faults

    async def get_health(self, _: Ask) -> Response:
        """Whether it runs, on which contract, by which clock."""

        def look() -> dict[str, Any]:
            with self._store.transaction(write=False) as tx:
                return {
                    "clock": mode(tx.world.clock),
                    "now": write_time(tx.now),
                    "guests": tx.guests.count(),
                }

        broken = self._log.contract_breaks
        return reply(
            {
                "status": "contract_broken" if broken else "ok",
                "contract_version": self._contract.version,
                "contract_digest": self._contract.digest,
                **await in_store(self._store, look),
                "requests": self._log.requests,
                "contract_breaks": broken,
            }
        )

    async def get_credentials(self, _: Ask) -> Response:
        """The invented credentials."""
        return reply(await in_store(self._store, lambda: fixtures.credentials(self._store)))

    async def get_fixtures(self, _: Ask) -> Response:
        """Values that work right now."""

        def look() -> dict[str, Any]:
            with self._store.transaction(write=False) as tx:
                return fixtures.fixtures(tx)

        text = yaml.safe_dump(await in_store(self._store, look), sort_keys=False)
        return Response(text, media_type="application/yaml")

    async def get_openapi(self, ask: Ask) -> Response:
        """The document itself, with the address that the caller reached."""
        here = {"url": ask.base_url, "description": "This sandbox."}
        return reply({**seed.control_document(), "servers": [here]})

    async def reset(self, _: Ask) -> Response:
        """Everything as the seed has it."""
        await in_store(self._store, self._store.reset)
        self._log.reset()
        self._faults.clear()
        return done()

    async def get_snapshots(self, _: Ask) -> Response:
        """All of them, by name."""
        return reply(await in_store(self._store, self._list))

    async def take_snapshot(self, ask: Ask) -> Response:
        """Keep the present state under a name."""
        name = ask.path["name"]

        def take() -> list[dict[str, Any]]:
            self._store.snapshot(name)
            return self._list()

        return reply(next(each for each in await in_store(self._store, take) if each["name"] == name))

    async def restore_snapshot(self, ask: Ask) -> Response:
        """Everything as the snapshot has it."""
        if not await in_store(self._store, lambda: self._store.restore(ask.path["name"])):
            raise _no_snapshot()
        return done()

    async def delete_snapshot(self, ask: Ask) -> Response:
        """Forget a snapshot."""
        if not await in_store(self._store, lambda: self._store.drop_snapshot(ask.path["name"])):
            raise _no_snapshot()
        return done()

    def _list(self) -> list[dict[str, Any]]:
        return [{"name": name, "taken_at": write_time(at)} for name, at in self._store.snapshots()]


def _no_snapshot() -> ProblemError:
    return ProblemError(404, "no snapshot has this name")
