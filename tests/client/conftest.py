"""What tests of the client share: a client at a sandbox, bodies that work there, and a world without time."""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from punchh_contract import PunchhClient, contract
from punchh_contract.client.conversation import Surroundings
from punchh_contract.sandbox import Sandbox

AGENT = "Example/Tests/OnlineOrder/1.0/Web/1/Linux/Example/Example"
KEYS = {
    "client": "invented-client",
    "secret": "invented-secret",
    "access_token": "invented-access-token",
    "admin_key": "invented-admin-key",
    "location_key": "invented-location-key",
    "business_key": "invented-business-key",
    "user_agent": AGENT,
}
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class Clock:
    """Time that passes only when somebody lets it."""

    seconds: float = 1000.0
    draws: Callable[[], float] = lambda: 1.0
    waited: list[float] = field(default_factory=list)

    def world(self) -> Surroundings:
        return Surroundings(
            lambda: self.seconds, lambda: NOON + timedelta(seconds=self.seconds - 1000), self.draws
        )

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.seconds += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def keys() -> dict[str, str]:
    """Invented credentials of every family."""
    return dict(KEYS)


@pytest.fixture
def bodies() -> dict[str, dict[str, Any]]:
    """For each operation a body that commits, as the contract has it; without `external_uid`."""
    examples = contract.load().document["components"]["examples"]
    names = {
        "create_online_redemption": "OnlineRewardCommit",
        "process_batch_redemption": "BatchCommit",
        "force_redeem": "ForceRedeemPoints",
        "create_subscription_redemption_code": "SubscriptionCodeRequest",
    }
    found = {}
    for operation, name in names.items():
        found[operation] = copy.deepcopy(examples[name]["value"])
        found[operation].pop("external_uid", None)
    return found


@pytest.fixture
def answers() -> dict[str, Any]:
    """For each operation an answer that redeems, as the contract has it."""
    examples = contract.load().document["components"]["examples"]
    return {
        "create_online_redemption": copy.deepcopy(examples["OnlineCommitted"]["value"]),
        "process_batch_redemption": copy.deepcopy(examples["BatchCommitted"]["value"]),
        "force_redeem": copy.deepcopy(examples["ForcedPoints"]["value"]),
        "create_subscription_redemption_code": copy.deepcopy(examples["SubscriptionCode"]["value"]),
    }


@pytest.fixture
def environ(punchh_sandbox: Sandbox) -> dict[str, str]:
    """The `PUNCHH_*` variables for the sandbox."""
    return {**punchh_sandbox.credentials, "PUNCHH_BASE_URL": punchh_sandbox.url}


@pytest.fixture
def client(environ: Mapping[str, str]) -> Iterator[PunchhClient]:
    """A client at the sandbox."""
    with PunchhClient(environ=environ) as client:
        yield client


@pytest.fixture
def order(punchh_sandbox: Sandbox, bodies: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """An online order that redeems a reward of the sandbox's guest, without a key of its own."""
    body = bodies["create_online_redemption"]
    del body["authentication_token"], body["client"]
    body["reward_id"] = fixture(punchh_sandbox, "create_online_redemption", "reward_id")
    return body


def fixture(sandbox: Sandbox, operation: str, name: str) -> Any:
    """A value that works at the sandbox right now."""
    return sandbox.control.fixtures()["operations"][operation][name][0]
