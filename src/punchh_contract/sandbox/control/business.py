"""The operations on the business: its settings, its program, and which of its locations redeem."""

from dataclasses import asdict
from typing import Any

from starlette.responses import Response

from punchh_contract.sandbox.business import Business
from punchh_contract.sandbox.control.asking import Ask
from punchh_contract.sandbox.control.replies import ProblemError, reply
from punchh_contract.sandbox.store import Store
from punchh_contract.sandbox.threads import in_store


class BusinessHandlers:
    """Each method is named as its operationId in the document."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get_business(self, _: Ask) -> Response:
        """The business, without its keys."""

        def look() -> dict[str, Any]:
            with self._store.transaction(write=False) as tx:
                return _written(tx.business)

        return reply(await in_store(self._store, look))

    async def change_business(self, ask: Ask) -> Response:
        """Change what is given."""

        def change() -> dict[str, Any]:
            with self._store.transaction() as tx:
                tx.world.hold()
                tx.world.set_business(_changed(dict(tx.business.document), ask.body))
                return _written(tx.business)

        return reply(await in_store(self._store, change))


def _changed(document: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """The document of a business with a `BusinessChange` in it."""
    if "program" in change:
        document["program"] = change["program"]
    if "settings" in change:
        document["settings"] = {**document.get("settings", {}), **change["settings"]}
    # Copies: what the store knows is not changed in place.
    document["locations"] = [dict(each) for each in document["locations"]]
    for index, flag in enumerate(change.get("locations", ())):
        meant = [each for each in document["locations"] if each["store_number"] == flag["store_number"]]
        if not meant:
            raise ProblemError(404, "no location has this number", f"/locations/{index}/store_number")
        for each in meant:
            each["redemptions_disabled"] = flag["redemptions_disabled"]
    return document


def _written(business: Business) -> dict[str, Any]:
    return {
        "program": business.catalogue.program.value,
        "settings": asdict(business.settings),
        "locations": [
            {
                "store_number": each.store_number,
                "location_id": each.location_id,
                "name": each.name,
                "redemptions_disabled": each.redemptions_disabled,
            }
            for each in business.locations
        ],
    }
