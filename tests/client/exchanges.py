"""Requests and answers of the contract's own examples, one set for each operation, for the client's tests."""

import json
from typing import Any

from punchh_contract.client.answer import Answer
from punchh_contract.client.prepared import Prepared, prepare
from punchh_contract.contract import load

CONTRACT = load()
EXAMPLES: dict[str, Any] = {
    name: each["value"] for name, each in CONTRACT.document["components"]["examples"].items()
}

COMMITS = {
    "force_redeem": "ForceRedeemPoints",
    "create_online_redemption": "OnlineRewardCommit",
    "process_batch_redemption": "BatchCommit",
    "create_subscription_redemption_code": "SubscriptionCodeRequest",
}
QUOTES = {
    "create_online_redemption": "OnlineRewardQuote",
    "process_batch_redemption": "BatchQuote",
}
COMMITTED = {
    "force_redeem": "ForcedPoints",
    "create_online_redemption": "OnlineCommitted",
    "process_batch_redemption": "BatchCommitted",
    "create_subscription_redemption_code": "SubscriptionCode",
}
QUOTED = {
    "create_online_redemption": "OnlineQuoted",
    "process_batch_redemption": "BatchCommitted",
}
AGENT = "ExampleIntegrator/POS/1.0.0"


def commit(operation_id: str) -> Prepared:
    """Freeze the operation's example of a commit."""
    return prepare(CONTRACT.operation(operation_id), EXAMPLES[COMMITS[operation_id]], user_agent=AGENT)


def dry_run(operation_id: str) -> Prepared:
    """Freeze the operation's example of a dry run."""
    return prepare(CONTRACT.operation(operation_id), EXAMPLES[QUOTES[operation_id]], user_agent=AGENT)


def answer(status: int, body: Any, **headers: str) -> Answer:
    """Build an answer: bytes as they are, all else as JSON; `x_request_id` names the header."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)
