"""The control plane over HTTP: routes, parameters and bodies come from control-openapi.yaml; the sections
here look and set, and decide nothing about redemptions."""

from dataclasses import dataclass

from starlette.routing import Route

from punchh_contract.contract import Contract
from punchh_contract.sandbox.control.business import BusinessHandlers
from punchh_contract.sandbox.control.clock import ClockHandlers
from punchh_contract.sandbox.control.faults import FaultHandlers
from punchh_contract.sandbox.control.guests import GuestHandlers
from punchh_contract.sandbox.control.observing import ObservingHandlers
from punchh_contract.sandbox.control.redemptions import RedemptionHandlers
from punchh_contract.sandbox.control.routing import assemble
from punchh_contract.sandbox.control.state import StateHandlers
from punchh_contract.sandbox.control.subscribers import SubscriberHandlers
from punchh_contract.sandbox.deliveries import Pump
from punchh_contract.sandbox.faults import Faults
from punchh_contract.sandbox.requestlog import RequestLog
from punchh_contract.sandbox.store import Store

__all__ = ["PREFIX", "Plane", "routes"]

PREFIX = "/_sandbox/"


@dataclass(frozen=True, slots=True)
class Plane:
    """What the control plane looks into and sets: the parts of one sandbox."""

    contract: Contract
    store: Store
    log: RequestLog
    faults: Faults
    pump: Pump


def routes(plane: Plane) -> list[Route]:
    """The routes of the control plane of one sandbox."""
    store, pump = plane.store, plane.pump
    return assemble(
        (
            StateHandlers(plane.contract, store, plane.log, plane.faults),
            GuestHandlers(store),
            BusinessHandlers(store),
            RedemptionHandlers(store),
            ClockHandlers(store, pump),
            ObservingHandlers(store, plane.log),
            SubscriberHandlers(store, pump),
            FaultHandlers(plane.faults),
        )
    )
