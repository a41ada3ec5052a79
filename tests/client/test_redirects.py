"""A 307 of the same host is signed anew and followed once; any other redirect is an error, goes nowhere."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from punchh_contract import AsyncPunchhClient, PunchhClient
from punchh_contract.client import OutcomeUnknown, UnexpectedRedirectError
from punchh_contract.signing import sign, verify

HOST = "https://example.com"
ONLINE = "/api/auth/redemptions/online_order"
MOVED = "/api/auth/v2/redemptions/online_order?shard=2"

Bodies = dict[str, dict[str, Any]]
Handler = Callable[[httpx.Request], httpx.Response]


class Server:
    """Answers the first path with redirects, every other with a redemption; keeps what it was sent."""

    def __init__(self, answer: Any, *redirects: httpx.Response) -> None:
        self.seen: list[httpx.Request] = []
        self._redirects = list(redirects)
        self._answer = answer

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        return self._redirects.pop(0) if self._redirects else httpx.Response(200, json=self._answer)

    def client(self, keys: dict[str, str], **options: Any) -> PunchhClient:
        return PunchhClient(environ={}, base_url=HOST, transport=httpx.MockTransport(self), **keys, **options)


def to(location: str, status: int = 307) -> httpx.Response:
    return httpx.Response(status, headers={"Location": location})


@pytest.mark.parametrize("location", [MOVED, HOST + MOVED, f"https://EXAMPLE.com:443{MOVED}"])
def test_a_307_is_signed_anew_for_where_it_leads(
    location: str, keys: dict[str, str], bodies: Bodies, answers: dict[str, Any]
) -> None:
    server = Server(answers["create_online_redemption"], to(location))
    with server.client(keys) as client:
        result = client.create_online_redemption(bodies["create_online_redemption"])
    assert result.committed
    first, second = server.seen
    assert second.url == HOST + MOVED
    assert first.content == second.content
    assert second.headers["Authorization"] == first.headers["Authorization"]
    secret = keys["secret"]
    assert verify("sha1", secret, ONLINE, first.content, first.headers["x-pch-digest"])
    assert verify("sha1", secret, MOVED, second.content, second.headers["x-pch-digest"])


def test_the_async_client_does_the_same(
    keys: dict[str, str], bodies: Bodies, answers: dict[str, Any]
) -> None:
    server = Server(answers["create_online_redemption"], to(MOVED))

    async def call() -> bool:
        transport = httpx.MockTransport(server)
        async with AsyncPunchhClient(environ={}, base_url=HOST, transport=transport, **keys) as client:
            return (await client.create_online_redemption(bodies["create_online_redemption"])).committed

    assert asyncio.run(call())
    digest = sign("sha1", keys["secret"], MOVED, server.seen[1].content)
    assert server.seen[1].headers["x-pch-digest"] == digest


@pytest.mark.parametrize(
    "redirect",
    [
        to("https://elsewhere.example" + ONLINE),
        to("http://example.com" + ONLINE),
        to("https://example.com:8443" + ONLINE),
        to("https://somebody@example.com" + ONLINE),
        to("//elsewhere.example/x"),
        to("http://[::1"),
        to(""),
        httpx.Response(307),
        to(MOVED, 301),
        to(MOVED, 302),
        to(MOVED, 308),
    ],
    ids=lambda response: f"{response.status_code} {response.headers.get('Location')}",
)
@pytest.mark.parametrize("operation", ["create_online_redemption", "force_redeem"])
def test_any_other_redirect_is_an_error_and_goes_nowhere(
    redirect: httpx.Response, operation: str, keys: dict[str, str], bodies: Bodies
) -> None:
    server = Server({}, redirect)
    with (
        server.client(keys, trust_external_uid=True) as client,
        pytest.raises(UnexpectedRedirectError) as caught,
    ):
        getattr(client, operation)(bodies[operation])
    assert len(server.seen) == 1
    assert caught.value.status == redirect.status_code
    assert "invented" not in str(caught.value)


def test_a_303_after_a_commit_may_mean_that_it_was_done(keys: dict[str, str], bodies: Bodies) -> None:
    # "See the result over there" is how a form is told that it was taken.
    server = Server({}, to(MOVED, 303))
    with server.client(keys) as client, pytest.raises(OutcomeUnknown):
        client.force_redeem(bodies["force_redeem"])
    assert len(server.seen) == 1


def test_a_second_307_is_not_followed(keys: dict[str, str], bodies: Bodies) -> None:
    server = Server({}, to(MOVED), to("/api/auth/v3/redemptions"))
    with server.client(keys) as client, pytest.raises(UnexpectedRedirectError):
        client.create_online_redemption(bodies["create_online_redemption"])
    assert len(server.seen) == 2


def test_a_brought_client_that_follows_redirects_does_not_follow_ours(
    keys: dict[str, str], bodies: Bodies
) -> None:
    server = Server({}, to("https://elsewhere.example" + ONLINE))
    with httpx.Client(transport=httpx.MockTransport(server), follow_redirects=True) as http:
        client = PunchhClient(environ={}, base_url=HOST, http_client=http, **keys)
        with pytest.raises(UnexpectedRedirectError):
            client.create_online_redemption(bodies["create_online_redemption"])
        assert len(server.seen) == 1
        client.close()
        assert not http.is_closed


def test_the_body_after_a_redirect_is_the_one_that_was_journaled(
    keys: dict[str, str], bodies: Bodies, answers: dict[str, Any]
) -> None:
    server = Server(answers["create_online_redemption"], to(MOVED))
    with server.client(keys) as client:
        result = client.create_online_redemption(bodies["create_online_redemption"])
    assert {json.loads(each.content)["external_uid"] for each in server.seen} == {result.external_uid}
