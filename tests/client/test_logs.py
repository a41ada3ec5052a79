"""What is logged, shown and raised holds no secret and no guest's data, at any level."""

import copy
import json
import logging
import pickle
import socket
import threading
import traceback
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from client.test_deadline import serving, swallow

from punchh_contract import PunchhClient
from punchh_contract.client import AuthenticationError, OutcomeUnknown, PunchhError, logs
from punchh_contract.errors import UsageError

HOST = "https://example.com"
GUEST = {
    "email": "jane.invented@example.com",
    "authentication_token": "guests-invented-token",
    "employee_name": "Pat Invented",
    "cc_last4": "4242",
    "force_message": "Jane called from 555-0100",
}
Bodies = dict[str, dict[str, Any]]


@pytest.fixture(autouse=True)
def level() -> Iterator[None]:
    """The logger as it was."""
    before, handlers = logs.LOGGER.level, list(logs.LOGGER.handlers)
    yield
    logs.LOGGER.setLevel(before)
    logs.LOGGER.handlers[:] = handlers


@pytest.fixture
def secrets(keys: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in keys.items() if name != "user_agent"}


def personal(operation: str, bodies: Bodies) -> dict[str, Any]:
    body = copy.deepcopy(bodies[operation])
    if operation == "force_redeem":
        body["redemption"]["force_message"] = GUEST["force_message"]
    else:
        body |= {name: value for name, value in GUEST.items() if name != "force_message"}
    return body


@pytest.mark.parametrize("status", [200, 201, 401, 412, 422, 429, 502])
@pytest.mark.parametrize(
    "operation",
    [
        "create_online_redemption",
        "process_batch_redemption",
        "force_redeem",
        "create_subscription_redemption_code",
    ],
)
def test_nothing_of_a_guest_and_no_secret_is_told(
    operation: str,
    status: int,
    keys: dict[str, str],
    secrets: dict[str, str],
    bodies: Bodies,
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = {"error": "No guest jane.invented@example.com with token guests-invented-token", "echo": secrets}

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            status, json=said, headers={"X-Request-Id": "req-1", "Set-Cookie": "sid=sid-invented"}
        )

    told = []
    with (
        caplog.at_level(logging.DEBUG, "punchh_contract"),
        PunchhClient(environ={}, base_url=HOST, transport=httpx.MockTransport(answer), **keys) as client,
    ):
        try:
            told.append(repr(getattr(client, operation)(personal(operation, bodies))))
        except PunchhError as error:
            again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
            told += [str(error), repr(error), str(again), "".join(traceback.format_exception(error))]
        told.append(repr(client))
    told += [record.getMessage() for record in caplog.records]
    text = "\n".join(told)
    for each in (*secrets.values(), *GUEST.values(), "sid-invented"):
        assert each not in text
    assert any(f"status {status}" in line for line in told)
    assert any("x-pch-digest" in line or "Authorization" in line or "authorization" in line for line in told)


def test_httpcores_own_log_does_not_tell_our_answers(
    keys: dict[str, str], bodies: Bodies, caplog: pytest.LogCaptureFixture
) -> None:
    def play(connection: socket.socket, over: threading.Event) -> None:
        swallow(connection)
        connection.sendall(
            b"HTTP/1.1 401 X\r\nX-Guest: jane.invented@example.com\r\nContent-Length: 2\r\n\r\n{}"
        )

    with caplog.at_level(logging.DEBUG), serving(play) as url:
        with PunchhClient(environ={}, base_url=url, **keys) as client, pytest.raises(AuthenticationError):
            client.force_redeem(bodies["force_redeem"])
        assert "jane" not in caplog.text
        assert "receive_response_headers.started" in caplog.text  # it does tell of the call
        httpx.post(url, content=b"of somebody else")
        assert "jane" in caplog.text


def test_a_log_that_fails_does_not_cost_the_outcome(
    keys: dict[str, str], bodies: Bodies, answers: dict[str, Any]
) -> None:
    def fail(_: logging.LogRecord) -> bool:
        raise RuntimeError("a filter of somebody's")

    logs.LOGGER.setLevel(logging.INFO)
    logs.LOGGER.addFilter(fail)
    transport = httpx.MockTransport(lambda _: httpx.Response(201, json=answers["force_redeem"]))
    try:
        with PunchhClient(environ={}, base_url=HOST, transport=transport, **keys) as client:
            assert client.force_redeem(bodies["force_redeem"]).committed
    finally:
        logs.LOGGER.removeFilter(fail)


def test_a_lost_answer_is_logged_as_what_it_was(
    keys: dict[str, str], bodies: Bodies, caplog: pytest.LogCaptureFixture
) -> None:
    def lose(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("cut")

    with (
        caplog.at_level(logging.INFO, "punchh_contract"),
        PunchhClient(environ={}, base_url=HOST, transport=httpx.MockTransport(lose), **keys) as client,
        pytest.raises(OutcomeUnknown) as caught,
    ):
        client.force_redeem(bodies["force_redeem"])
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("force_redeem attempt 1: no answer (read, written) after ")
    assert str(caught.value.fingerprint)[:12] in line


def test_nothing_is_logged_unless_somebody_listens(
    keys: dict[str, str], bodies: Bodies, answers: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(201, json=answers["force_redeem"]))
    with PunchhClient(environ={}, base_url=HOST, transport=transport, **keys) as client:
        assert client.force_redeem(bodies["force_redeem"]).committed
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("wanted", "lines"), [("info", 1), ("DEBUG", 2)])
def test_punchh_log_shows_it_on_stderr(
    wanted: str,
    lines: int,
    keys: dict[str, str],
    bodies: Bodies,
    answers: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(201, json=answers["force_redeem"]))
    environ = {"PUNCHH_LOG": wanted}
    # A second client does not say everything twice.
    PunchhClient(environ=environ, base_url=HOST, transport=transport, **keys).close()
    with PunchhClient(environ=environ, base_url=HOST, transport=transport, **keys) as client:
        client.force_redeem(bodies["force_redeem"])
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == lines
    assert "force_redeem attempt 1: status 201" in err


def test_another_level_is_refused() -> None:
    with pytest.raises(UsageError, match="PUNCHH_LOG is one of info, debug"):
        PunchhClient(environ={"PUNCHH_LOG": "all"}, base_url=HOST)


def test_headers_that_are_not_known_to_be_harmless_are_masked() -> None:
    shown = logs.masked({"Authorization": "Bearer x", "id-token": "y", "X-New": "z", "Host": "example.com"})
    assert shown == {"Authorization": "***", "id-token": "***", "X-New": "***", "Host": "example.com"}
    assert json.dumps(shown)
