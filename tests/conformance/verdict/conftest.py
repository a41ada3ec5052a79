"""Credentials, fixtures and exchanges for the tests of the verdict: all invented, all to be looked for."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from punchh_contract.auth import Credentials, authorization_headers, digest_header
from punchh_contract.conformance.fixtures import Fixture, Fixtures
from punchh_contract.conformance.verdict import exchanges
from punchh_contract.conformance.verdict.findings import Exchange
from punchh_contract.conformance.verdict.redaction import Redactor
from punchh_contract.contract import Contract, load

CREDENTIALS = Credentials(
    client="planted-client/+'\"\\<&>x",
    secret="planted-secret-0001",
    access_token="planted-access-token",
    id_token="planted-id-token",
    admin_key="planted-admin-key",
    location_key="planted-location-key",
    business_key="planted-business-key",
    user_agent="Planted/POS/1.0",
    online_secret="planted-online-secret",
)
FIXTURES = Fixtures(
    (
        Fixture("force_redeem", "user_id", 55501234, "guest", 1),
        Fixture("force_redeem", "user_id", 7, "guest", 1),
        Fixture("create_online_redemption", "authentication_token", "planted-guest-token", "guest", 1),
        Fixture("create_online_redemption", "email", "pat.planted+1@example.com", "guest", 1),
        Fixture("create_online_redemption", "email", "o'\"\\$`\u00fc@example.com", "guest", 1),
        Fixture("create_online_redemption", "client", "planted-other-client", "client"),
        Fixture("create_online_redemption", "reward_id", 70001, "asset", 1),
    )
)
SECRETS = (
    "planted-client/+'\"\\<&>x",
    "planted-secret-0001",
    "planted-access-token",
    "planted-id-token",
    "planted-admin-key",
    "planted-location-key",
    "planted-business-key",
    "planted-online-secret",
    "55501234",
    "planted-guest-token",
    "pat.planted+1@example.com",
    "planted-other-client",
    "HANDED-OUT-CODE",
)


@pytest.fixture(scope="session")
def contract() -> Contract:
    return load()


@pytest.fixture
def redactor(contract: Contract) -> Redactor:
    return Redactor(CREDENTIALS, FIXTURES, {"HANDED-OUT-CODE"}, contract)


Exchanged = Callable[..., Exchange]


@pytest.fixture
def exchanged(contract: Contract, redactor: Redactor) -> Exchanged:
    """Record a request as the run sends it; keywords go to `record`, `drop` and `add` change its headers."""

    def make(
        operation_id: str,
        body: Any,
        *,
        uri: str | None = None,
        drop: tuple[str, ...] = (),
        add: dict[str, str] | None = None,
        **keywords: Any,
    ) -> Exchange:
        operation = contract.operation(operation_id)
        content = (
            body
            if isinstance(body, bytes)
            else json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
        )
        path = uri or operation.path
        headers = {
            "User-Agent": "Planted/POS/1.0",
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
            **authorization_headers(operation, CREDENTIALS),
            **digest_header(operation, CREDENTIALS, path, content),
            **(add or {}),
        }
        return exchanges.record(
            operation,
            redactor,
            url=f"http://127.0.0.1:9{path}",
            headers={name: value for name, value in headers.items() if name not in drop},
            body=content,
            **{"phase": "fuzzing", "seed": 1, **keywords},
        )

    return make


@pytest.fixture
def credentials() -> Credentials:
    return CREDENTIALS


@pytest.fixture
def fixtures() -> Fixtures:
    return FIXTURES


@pytest.fixture
def secrets() -> tuple[str, ...]:
    return SECRETS
