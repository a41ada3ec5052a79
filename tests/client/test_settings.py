"""What a client is told: arguments before variables, secrets in nobody's sight, mistakes named at once."""

import asyncio
import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from punchh_contract import auth, contract
from punchh_contract.client import PunchhClient, UserAgent
from punchh_contract.client.options import AsyncOptions, Options
from punchh_contract.client.settings import SECRETS, Settings
from punchh_contract.errors import UsageError

HERE = "http://127.0.0.1:8787"
OPERATIONS = contract.load().operations
GUEST = {"access_token", "id_token"}
USED = {
    "force_redeem": {"admin_key"},
    "create_online_redemption": {"client", "secret", "online_client", "online_secret", *GUEST},
    "process_batch_redemption": {"location_key", "business_key"},
    "create_subscription_redemption_code": {"client", "secret", "mobile_client", "mobile_secret", *GUEST},
}
"""The credentials that each operation can use, by hand (SEED-000 to SEED-003)."""


def settings(**arguments: Any) -> Settings:
    return Settings.read({}, {"base_url": HERE, "user_agent": "Example/POS/1.0", **arguments})


def test_an_argument_comes_before_a_variable_and_a_variable_before_the_default() -> None:
    environ = {
        "PUNCHH_BASE_URL": "https://example.com",
        "PUNCHH_TIMEOUT": "3.5",
        "PUNCHH_MAX_RETRIES": "0",
        "PUNCHH_TRUST_EXTERNAL_UID": "yes",
        "PUNCHH_JOURNAL": "redemptions.db",
        "PUNCHH_BUDGET": "off",
        "PUNCHH_DOCTOR": "",
        "PUNCHH_SECRET": "from-the-environment",
    }
    read = Settings.read(environ, {"base_url": HERE, "timeout": 2, "secret": None})
    assert read.base_url == HERE
    assert read.timeout == 2
    assert read.max_retries == 0
    assert read.trust_external_uid is True
    assert read.journal == "redemptions.db"
    assert read.budget is False
    assert read.doctor is True
    assert read.secret == "from-the-environment"
    assert Settings.read({**environ, "PUNCHH_BUDGET": "budget.db"}, {}).budget == "budget.db"


def test_the_promised_defaults() -> None:
    read = settings()
    assert (read.timeout, read.connect_timeout, read.max_retries) == (6.0, 2.0, 2)
    assert read.trust_external_uid is False
    assert read.journal is None


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"PUNCHH_TIMEOUT": "soon"}, "PUNCHH_TIMEOUT is no number"),
        ({"PUNCHH_MAX_RETRIES": "1.5"}, "PUNCHH_MAX_RETRIES is no number"),
        ({"PUNCHH_DOCTOR": "perhaps"}, "PUNCHH_DOCTOR is 1 or 0"),
    ],
)
def test_a_variable_that_cannot_be_read_is_named(environ: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        Settings.read({"PUNCHH_BASE_URL": HERE, **environ}, {})


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"timeout": 0}, "timeout"),
        ({"timeout": float("inf")}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
        ({"timeout": "6"}, "timeout"),
        ({"timeout": True}, "timeout"),
        ({"timeout": 1e10}, "timeout is a number of seconds above 0, at most 86400"),
        ({"timeout": 10**400}, "timeout"),
        ({"connect_timeout": 1e10}, "connect_timeout"),
        ({"connect_timeout": -1}, "connect_timeout"),
        ({"max_retries": -1}, "max_retries"),
        ({"max_retries": 1.0}, "max_retries"),
        ({"journal": True}, "journal"),
        ({"user_agent": 5}, "user_agent"),
        ({"user_agent": "Example\r\nX-Other: 1"}, "user_agent"),
        ({"accept_language": "es\n"}, "accept_language"),
        ({"trust_external_uid": "0"}, "trust_external_uid is True or False"),
        ({"allow_bulk_force_redeem": 1}, "allow_bulk_force_redeem"),
        ({"base_url": "example.com"}, "scheme and host"),
        ({"base_url": "ftp://example.com"}, "scheme and host"),
        ({"base_url": "https://example.com/api"}, "without a path"),
        ({"base_url": "https://example.com?x=1"}, "without a path"),
        ({"base_url": "https://example.com:port"}, "scheme and host"),
        ({"base_url": "https://"}, "scheme and host"),
        ({"base_url": "http://your-name.punchh.com"}, "use https"),
        ({"base_url": 5}, "base_url is a text"),
    ],
    ids=str,
)
def test_a_setting_that_makes_no_sense_is_named(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        settings(**arguments)


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        settings(base_url="https://somebody:invented-password@example.com")
    assert "invented-password" not in str(caught.value)


def test_without_an_address_the_next_step_is_said() -> None:
    with pytest.raises(UsageError, match="PUNCHH_BASE_URL"):
        Settings.read({}, {})


def test_the_credentials_are_those_of_auth() -> None:
    fields = {each.name for each in dataclasses.fields(auth.Credentials)}
    assert set(SECRETS) == fields - {"user_agent"}


def test_the_options_are_the_settings() -> None:
    names = {each.name for each in dataclasses.fields(Settings)}
    assert set(Options.__annotations__) == set(AsyncOptions.__annotations__) == names


@pytest.mark.parametrize("operation", OPERATIONS)
def test_only_the_functions_of_an_operation_are_called(operation: str) -> None:
    called: set[str] = set()

    def teller(name: str) -> Callable[[], str]:
        def tell() -> str:
            called.add(name)
            return f"invented-{name}"

        return tell

    held = settings(**{name: teller(name) for name in SECRETS}).credentials(OPERATIONS[operation])
    assert called == USED[operation]
    assert held.missing(OPERATIONS[operation]) == ()


def test_a_function_is_asked_anew_each_time() -> None:
    tokens = iter(["first", "second"])
    read = settings(access_token=lambda: next(tokens))
    operation = OPERATIONS["create_online_redemption"]
    assert [read.credentials(operation).access_token for _ in range(2)] == ["first", "second"]
    assert not read.fixed(operation)
    assert read.fixed(OPERATIONS["force_redeem"])


def test_a_function_that_returns_something_else_is_named() -> None:
    with pytest.raises(UsageError, match="admin_key is a text or a function"):
        settings(admin_key=lambda: b"bytes").credentials(OPERATIONS["force_redeem"])


def test_a_coroutine_function_needs_the_async_client() -> None:
    async def token() -> str:
        return "invented-key"

    read = settings(admin_key=token)
    with pytest.raises(UsageError, match="admin_key is a coroutine function: use AsyncPunchhClient"):
        read.credentials(OPERATIONS["force_redeem"])
    held = asyncio.run(read.credentials_async(OPERATIONS["force_redeem"]))
    assert held.admin_key == "invented-key"


def test_the_repr_shows_no_secret() -> None:
    read = settings(**{name: f"invented-{name}" for name in SECRETS})
    assert "invented" not in repr(read)
    assert repr(read).count("***") == len(SECRETS)
    client = PunchhClient(environ={}, base_url=HERE, secret="invented-secret", user_agent="Example/POS/1")
    assert "invented" not in repr(client)
    assert "user_agent='Example/POS/1'" in repr(client)


def test_changed_settings_are_another_object() -> None:
    first = settings(timeout=2.0)
    second = first.changed({"timeout": 5.0})
    assert (first.timeout, second.timeout) == (2.0, 5.0)
    with pytest.raises(UsageError, match="no such setting: speed"):
        first.changed({"speed": 5})


def test_a_user_agent_is_built_for_the_family_or_sent_as_it_is() -> None:
    built = settings(user_agent=UserAgent("Vendor1", "1.0", "POS"))
    assert built.user_agent_of(OPERATIONS["process_batch_redemption"]) == "Vendor1/POS/1.0"
    fixed = settings(user_agent="anything at all")
    assert {fixed.user_agent_of(each) for each in OPERATIONS.values()} == {"anything at all"}


@pytest.mark.parametrize("agent", [None, "", "  "])
def test_no_user_agent_is_an_error_with_a_way_out(agent: str | None) -> None:
    read = Settings(base_url=HERE, user_agent=agent)
    with pytest.raises(UsageError, match="PUNCHH_USER_AGENT"):
        read.user_agent_of(OPERATIONS["force_redeem"])
