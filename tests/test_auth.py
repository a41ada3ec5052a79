"""Credentials and signatures, as headers and on the wire: real sockets, real httpx, real requests."""

import asyncio
import dataclasses
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import httpx
import pytest
import requests

from punchh_contract.auth import (
    Credentials,
    PunchhAuth,
    PunchhRequestsAuth,
    authorization_headers,
    digest_header,
)
from punchh_contract.contract import load
from punchh_contract.errors import UsageError
from punchh_contract.signing import sign, verify

SECRET = "sandbox-secret"
FULL = Credentials(
    client="sandbox-client",
    secret=SECRET,
    access_token="sandbox-access",
    id_token="sandbox-id",
    admin_key="sandbox-admin",
    location_key="sandbox-location",
    business_key="sandbox-business",
    user_agent="ExampleCafe/POS/1.0",
)
VALUES = [value for value in vars(FULL).values() if value]

ONLINE, MOBILE = "create_online_redemption", "create_subscription_redemption_code"
FORCE, BATCH = "force_redeem", "process_batch_redemption"
FORCE_HEADERS = {"Authorization": "Bearer sandbox-admin"}
BATCH_HEADERS = {"Authorization": "Token token=sandbox-location, btoken=sandbox-business"}
GUEST_HEADERS = {"Authorization": "Bearer sandbox-access", "id-token": "sandbox-id"}

ALGORITHMS = {ONLINE: "sha1", MOBILE: "sha256"}
CREDENTIAL_HEADERS = ("authorization", "id-token", "x-pch-digest")


class Seen(NamedTuple):
    """One request as it came over the socket."""

    target: str
    headers: dict[str, str]
    body: bytes


class Server(NamedTuple):
    url: str
    seen: list[Seen]
    redirects: dict[str, tuple[int, str]]


@pytest.fixture
def start() -> Iterator[Callable[[], Server]]:
    running: list[ThreadingHTTPServer] = []

    def start() -> Server:
        seen: list[Seen] = []
        redirects: dict[str, tuple[int, str]] = {}

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                seen.append(Seen(self.requestline.split(" ")[1], headers, body))
                status, place = redirects.get(self.path, (200, ""))
                self.send_response(status)
                if place:
                    self.send_header("Location", place)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            do_GET = do_POST  # noqa: N815  # the name that http.server calls

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # http.server's name
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        running.append(server)
        return Server(f"http://127.0.0.1:{server.server_port}", seen, redirects)

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.fixture
def server(start: Callable[[], Server]) -> Server:
    return start()


def path(operation_id: str) -> str:
    return load().operation(operation_id).path


def assert_signed(seen: Seen, operation_id: str) -> None:
    digest = seen.headers["x-pch-digest"]
    assert verify(ALGORITHMS[operation_id], SECRET, seen.target, seen.body, digest)  # type: ignore[arg-type]  # a plain dict


# --- credentials ---


def test_no_repr_shows_a_credential() -> None:
    shown = f"{FULL!r} {FULL} {[FULL]} {PunchhAuth(FULL)!r} {PunchhRequestsAuth(FULL)!r}"
    assert not [value for value in VALUES if value in shown]
    assert "secret=***" in shown
    assert repr(Credentials(secret="x")).startswith("Credentials(client=None, secret=***,")


def test_from_mapping_reads_the_eight_names_and_takes_empty_as_absent() -> None:
    names = (
        "CLIENT",
        "SECRET",
        "ACCESS_TOKEN",
        "ID_TOKEN",
        "ADMIN_KEY",
        "LOCATION_KEY",
        "BUSINESS_KEY",
        "USER_AGENT",
    )
    mapping = {f"PUNCHH_{name}": value for name, value in zip(names, VALUES, strict=True)}
    assert Credentials.from_mapping({**mapping, "HOME": "/"}) == FULL
    assert Credentials.from_mapping({**mapping, "PUNCHH_ID_TOKEN": ""}).id_token is None
    assert Credentials.from_mapping({}) == Credentials()


@pytest.mark.parametrize("value", ["sandbox-s\n", " sandbox-s", "sandbox\r\nX-Evil: 1", "sandbox-ü", "\x00"])
def test_a_value_that_no_header_can_carry_is_refused_and_not_shown(value: str) -> None:
    with pytest.raises(UsageError, match="PUNCHH_ADMIN_KEY") as refusal:
        Credentials.from_mapping({"PUNCHH_ADMIN_KEY": value})
    assert "sandbox" not in str(refusal.value)


@pytest.mark.parametrize(
    ("operation_id", "credentials", "lacking"),
    [
        (FORCE, Credentials(), ("PUNCHH_ADMIN_KEY",)),
        (BATCH, Credentials(), ("PUNCHH_LOCATION_KEY", "PUNCHH_BUSINESS_KEY")),
        (BATCH, Credentials(location_key="x"), ("PUNCHH_BUSINESS_KEY",)),
        (ONLINE, Credentials(), ("PUNCHH_CLIENT", "PUNCHH_SECRET")),
        (ONLINE, Credentials(client="x", secret="x"), ()),
        (MOBILE, Credentials(client="x"), ("PUNCHH_SECRET", "PUNCHH_ACCESS_TOKEN")),
        (MOBILE, Credentials(client="x", secret="x", id_token="x"), ("PUNCHH_ACCESS_TOKEN",)),
        *((each, FULL, ()) for each in (FORCE, BATCH, ONLINE, MOBILE)),
    ],
)
def test_missing_names_what_the_nearest_alternative_lacks(
    operation_id: str, credentials: Credentials, lacking: tuple[str, ...]
) -> None:
    assert sorted(credentials.missing(load().operation(operation_id))) == sorted(lacking)


@pytest.mark.parametrize(
    ("operation_id", "credentials", "headers"),
    [
        (FORCE, FULL, FORCE_HEADERS),
        (BATCH, FULL, BATCH_HEADERS),
        (ONLINE, FULL, GUEST_HEADERS),
        (MOBILE, FULL, GUEST_HEADERS),
        (ONLINE, Credentials(access_token="a"), {"Authorization": "Bearer a"}),
        (ONLINE, Credentials(id_token="i"), {}),
        (BATCH, Credentials(location_key="l"), {}),
        (FORCE, Credentials(access_token="a"), {}),
        (MOBILE, Credentials(admin_key="a"), {}),
    ],
)
def test_an_operation_gets_the_headers_of_its_own_schemes_only(
    operation_id: str, credentials: Credentials, headers: dict[str, str]
) -> None:
    assert authorization_headers(load().operation(operation_id), credentials) == headers


def test_the_digest_header_follows_the_contracts_algorithm() -> None:
    assert digest_header(load().operation(ONLINE), FULL, "/api/x", b"{}") == {
        "x-pch-digest": sign("sha1", SECRET, "/api/x", b"{}")
    }
    assert digest_header(load().operation(MOBILE), FULL, "/api2/x", b"{}") == {
        "x-pch-digest": sign("sha256", SECRET, "/api2/x", b"{}")
    }
    assert digest_header(load().operation(BATCH), FULL, "/api/pos/x", b"{}") == {}
    with pytest.raises(UsageError, match="PUNCHH_SECRET"):
        digest_header(load().operation(ONLINE), Credentials(), "/api/x", b"{}")


# --- a client and secret of one family's own ---

ALL = dataclasses.replace(
    FULL,
    online_client="sandbox-online-client",
    online_secret="sandbox-online-secret",
    mobile_client="sandbox-mobile-client",
    mobile_secret="sandbox-mobile-secret",
)


@pytest.mark.parametrize(
    ("operation_id", "client", "secret"),
    [
        (ONLINE, "sandbox-online-client", "sandbox-online-secret"),
        (MOBILE, "sandbox-mobile-client", "sandbox-mobile-secret"),
        (FORCE, FULL.client, FULL.secret),
        (BATCH, FULL.client, FULL.secret),
    ],
)
def test_an_override_counts_for_its_own_family(operation_id: str, client: str, secret: str) -> None:
    operation = load().operation(operation_id)
    held = ALL.of(operation)

    assert (held.client, held.secret, held.access_token) == (client, secret, FULL.access_token)
    assert held.of(operation) == held
    assert FULL.of(operation) == FULL


@pytest.mark.parametrize("name", ["client", "secret"])
def test_half_of_an_overridden_pair_falls_back_to_the_plain_one(name: str) -> None:
    held = Credentials(client="c", secret="s", **{f"online_{name}": "o"}).of(load().operation(ONLINE))

    assert {"client": held.client, "secret": held.secret} == {"client": "c", "secret": "s", name: "o"}


@pytest.mark.parametrize(
    ("operation_id", "mapping", "lacking"),
    [
        (ONLINE, {"PUNCHH_ONLINE_CLIENT": "x", "PUNCHH_ONLINE_SECRET": "x"}, ()),
        (ONLINE, {"PUNCHH_ONLINE_SECRET": "x"}, ("PUNCHH_CLIENT",)),
        (ONLINE, {"PUNCHH_CLIENT": "x", "PUNCHH_ONLINE_SECRET": "x"}, ()),
        (
            ONLINE,
            {"PUNCHH_MOBILE_CLIENT": "x", "PUNCHH_MOBILE_SECRET": "x"},
            ("PUNCHH_CLIENT", "PUNCHH_SECRET"),
        ),
        (MOBILE, {"PUNCHH_MOBILE_CLIENT": "x", "PUNCHH_MOBILE_SECRET": "x"}, ("PUNCHH_ACCESS_TOKEN",)),
    ],
)
def test_missing_knows_the_overrides(
    operation_id: str, mapping: dict[str, str], lacking: tuple[str, ...]
) -> None:
    assert Credentials.from_mapping(mapping).missing(load().operation(operation_id)) == lacking


@pytest.mark.parametrize(
    ("operation_id", "secret"), [(ONLINE, "sandbox-online-secret"), (MOBILE, "sandbox-mobile-secret")]
)
def test_a_digest_is_made_with_the_familys_own_secret(operation_id: str, secret: str) -> None:
    operation = load().operation(operation_id)
    assert operation.signature is not None

    assert digest_header(operation, ALL, "/api/x", b"{}") == {
        "x-pch-digest": sign(operation.signature.algorithm, secret, "/api/x", b"{}")
    }


def test_no_repr_shows_an_override() -> None:
    assert not [value for value in vars(ALL).values() if value and value in f"{ALL!r}"]
    assert "mobile_secret=***" in repr(ALL)


# --- on the wire ---

Post = Callable[[str, Credentials, dict[str, Any]], None]


def _httpx(url: str, credentials: Credentials, arguments: dict[str, Any]) -> None:
    with httpx.Client(auth=PunchhAuth(credentials), trust_env=False) as client:
        client.post(url, **arguments)


def _httpx_async(url: str, credentials: Credentials, arguments: dict[str, Any]) -> None:
    async def post() -> None:
        async with httpx.AsyncClient(auth=PunchhAuth(credentials), trust_env=False) as client:
            await client.post(url, **arguments)

    asyncio.run(post())


def _requests(url: str, credentials: Credentials, arguments: dict[str, Any]) -> None:
    arguments = {"data" if name == "content" else name: value for name, value in arguments.items()}
    with requests.Session() as session:
        session.trust_env = False
        session.post(url, auth=PunchhRequestsAuth(credentials), timeout=5, **arguments)


every_client = pytest.mark.parametrize("post", [_httpx, _httpx_async, _requests])

BODIES: dict[str, dict[str, Any]] = {
    "json": {"json": {"client": "sandbox-client", "note": "Crème ☕"}},
    "bytes": {"content": b'{"client":"sandbox-client"}'},
    "text": {"content": '{ "note": "Crème ☕" }\n'},
    "form": {"data": {"client": "sandbox-client", "note": "a b&c"}},
    "empty": {"content": b""},
    "none": {},
    "not text": {"content": b"\x00\xff\xfe"},
}


@every_client
@pytest.mark.parametrize("operation_id", [ONLINE, MOBILE])
@pytest.mark.parametrize("arguments", BODIES.values(), ids=BODIES)
def test_what_is_signed_is_what_the_server_receives(
    server: Server, post: Post, operation_id: str, arguments: dict[str, Any]
) -> None:
    post(f"{server.url}{path(operation_id)}", FULL, arguments)
    (seen,) = server.seen
    assert seen.target == path(operation_id)
    assert_signed(seen, operation_id)
    assert seen.headers["authorization"] == "Bearer sandbox-access"
    assert seen.headers["id-token"] == "sandbox-id"


@every_client
@pytest.mark.parametrize("seed", range(20))
def test_any_query_is_signed_as_it_stands_in_the_request_line(server: Server, post: Post, seed: int) -> None:
    chance = random.Random(seed)
    pieces = ["a", "=", "&", "%20", "%2f", "%2F", "%c3%a9", "é", " ", "+", "~", "%7E", "[", "]", "'", '"',
              "?", "/", "|", "{}", "%", "@", ":", ";", ",", "<", "\\", "^", "`", "%zz", "☕", "!", "*", "(",
              "$", "//api/"]  # fmt: skip
    query = "".join(chance.choices(pieces, k=chance.randrange(1, 15)))
    post(f"{server.url}{path(MOBILE)}?{query}", FULL, BODIES["bytes"])
    (seen,) = server.seen
    assert seen.target.startswith(f"{path(MOBILE)}?")
    assert_signed(seen, MOBILE)


@every_client
def test_a_fragment_is_neither_sent_nor_signed(server: Server, post: Post) -> None:
    post(f"{server.url}{path(ONLINE)}?a=1#b", FULL, BODIES["bytes"])
    assert server.seen[0].target == f"{path(ONLINE)}?a=1"
    assert_signed(server.seen[0], ONLINE)


@every_client
@pytest.mark.parametrize(("operation_id", "headers"), [(FORCE, FORCE_HEADERS), (BATCH, BATCH_HEADERS)])
def test_an_unsigned_operation_gets_its_key_and_no_digest(
    server: Server, post: Post, operation_id: str, headers: dict[str, str]
) -> None:
    post(f"{server.url}{path(operation_id)}", FULL, BODIES["json"])
    assert server.seen[0].headers["authorization"] == headers["Authorization"]
    assert not {"id-token", "x-pch-digest"} & set(server.seen[0].headers)


@every_client
def test_an_online_order_without_access_token_names_the_guest_in_the_body(server: Server, post: Post) -> None:
    credentials = Credentials(client="sandbox-client", secret=SECRET, id_token="sandbox-id")
    post(f"{server.url}{path(ONLINE)}", credentials, BODIES["json"])
    assert_signed(server.seen[0], ONLINE)
    assert not {"authorization", "id-token"} & set(server.seen[0].headers)


@every_client
@pytest.mark.parametrize("place", ["/elsewhere", "/api/auth/checkins/balance", "/_sandbox/reset"])
def test_a_request_to_no_operation_passes_untouched(server: Server, post: Post, place: str) -> None:
    post(f"{server.url}{place}", FULL, BODIES["json"])
    assert not set(CREDENTIAL_HEADERS) & set(server.seen[0].headers)


def test_another_method_on_the_path_of_an_operation_passes_untouched(server: Server) -> None:
    with httpx.Client(auth=PunchhAuth(FULL), trust_env=False) as client:
        client.get(f"{server.url}{path(ONLINE)}")
    assert not set(CREDENTIAL_HEADERS) & set(server.seen[0].headers)


@every_client
def test_headers_that_the_caller_set_stay_as_they_are(server: Server, post: Post) -> None:
    own = {"authorization": "Bearer mine", "ID-Token": "mine", "X-PCH-Digest": "mine"}
    post(f"{server.url}{path(ONLINE)}", FULL, {**BODIES["json"], "headers": own})
    assert {server.seen[0].headers[name] for name in CREDENTIAL_HEADERS} == {"Bearer mine", "mine"}


@every_client
def test_a_header_that_the_caller_set_fills_an_alternative(server: Server, post: Post) -> None:
    credentials = Credentials(client="sandbox-client", secret=SECRET)
    post(
        f"{server.url}{path(MOBILE)}",
        credentials,
        {**BODIES["json"], "headers": {"Authorization": "Bearer mine"}},
    )
    assert_signed(server.seen[0], MOBILE)


@every_client
@pytest.mark.parametrize(
    ("operation_id", "credentials", "lacking"),
    [
        (FORCE, Credentials(access_token="sandbox-access"), "PUNCHH_ADMIN_KEY"),
        (BATCH, Credentials(location_key="sandbox-l"), "PUNCHH_BUSINESS_KEY"),
        (ONLINE, Credentials(access_token="sandbox-access"), "PUNCHH_SECRET"),
        (MOBILE, Credentials(client="sandbox-client", secret=SECRET), "PUNCHH_ACCESS_TOKEN"),
    ],
)
def test_a_call_that_could_only_be_refused_is_not_sent(
    server: Server, post: Post, operation_id: str, credentials: Credentials, lacking: str
) -> None:
    with pytest.raises(UsageError, match=f"{operation_id}.*{lacking}") as refusal:
        post(f"{server.url}{path(operation_id)}", credentials, BODIES["json"])
    assert "sandbox" not in str(refusal.value)
    assert server.seen == []


def test_a_generated_stream_is_read_and_signed_by_httpx(server: Server) -> None:
    _httpx(f"{server.url}{path(ONLINE)}", FULL, {"content": iter([b"{", b"}"])})
    # Content of unknown length goes out in chunks, which the plain server above does not put together.
    assert server.seen[0].headers["x-pch-digest"] == sign("sha1", SECRET, path(ONLINE), b"{}")


def test_a_stream_given_to_requests_is_refused(server: Server) -> None:
    with pytest.raises(UsageError, match="streamed body"):
        _requests(f"{server.url}{path(ONLINE)}", FULL, {"data": iter([b"{", b"}"])})
    assert server.seen == []


@pytest.mark.parametrize(
    "body", ['{"note":"é"}', '{"note":"é"}'.encode(), None], ids=["text", "bytes", "none"]
)
def test_a_prepared_request_is_signed_over_its_final_bytes(body: str | bytes | None) -> None:
    prepared = requests.Request(
        "POST", f"https://demo.example.com{path(MOBILE)}?q=a%2Fb c", data=body, auth=PunchhRequestsAuth(FULL)
    ).prepare()
    sent = '{"note":"é"}'.encode() if body else b""
    assert prepared.path_url == f"{path(MOBILE)}?q=a%2Fb%20c"
    assert prepared.headers["x-pch-digest"] == sign("sha256", SECRET, prepared.path_url, sent)
    assert prepared.headers["Content-Length"] == str(len(sent))
    assert (prepared.body or b"") == sent


# --- redirects ---


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_httpx_follows_no_redirect_by_default_so_nothing_leaves(
    start: Callable[[], Server], status: int
) -> None:
    home, abroad = start(), start()
    home.redirects[path(ONLINE)] = (status, f"{abroad.url}/elsewhere")
    _httpx(f"{home.url}{path(ONLINE)}", FULL, BODIES["json"])
    assert len(home.seen) == 1
    assert abroad.seen == []


def test_httpx_told_to_follow_drops_authorization_only_which_is_why_we_say_not_to() -> None:
    """Pins what httpx does out of an auth's reach; if this fails, httpx changed: mend auth's docstring."""
    abroad: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "home.example.com":
            return httpx.Response(307, headers={"Location": "https://abroad.example.com/x"})
        abroad.append(request)
        return httpx.Response(200)

    with httpx.Client(
        auth=PunchhAuth(FULL), transport=httpx.MockTransport(answer), follow_redirects=True
    ) as client:
        client.post(f"https://home.example.com{path(ONLINE)}", json={})
    assert [name for name in CREDENTIAL_HEADERS if name in abroad[0].headers] == ["id-token", "x-pch-digest"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("operation_id", [ONLINE, MOBILE, BATCH, FORCE])
def test_requests_carries_no_credential_to_another_origin(
    start: Callable[[], Server], operation_id: str, status: int
) -> None:
    home, abroad = start(), start()
    home.redirects[path(operation_id)] = (status, f"{abroad.url}{path(operation_id)}")
    _requests(f"{home.url}{path(operation_id)}", FULL, BODIES["json"])
    assert len(abroad.seen) == 1
    assert not set(CREDENTIAL_HEADERS) & set(abroad.seen[0].headers)
    assert "authorization" in home.seen[0].headers


def test_requests_carries_none_abroad_by_a_detour_at_home(start: Callable[[], Server]) -> None:
    home, abroad = start(), start()
    home.redirects[path(ONLINE)] = (307, "/detour")
    home.redirects["/detour"] = (307, f"{abroad.url.replace('http:', '')}/end")
    _requests(f"{home.url}{path(ONLINE)}", FULL, BODIES["json"])
    assert [each.target for each in home.seen] == [path(ONLINE), "/detour"]
    assert len(abroad.seen) == 1
    assert not set(CREDENTIAL_HEADERS) & set(abroad.seen[0].headers)


# --- installed without the extra ---


def test_auth_imports_and_signs_without_requests() -> None:
    code = """
import sys
sys.modules["requests"] = None
import httpx
from punchh_contract.auth import Credentials, PunchhAuth, PunchhRequestsAuth
auth = PunchhAuth(Credentials(client="c", secret="s"))
url = "http://127.0.0.1/api/auth/redemptions/online_order"
request = next(auth.auth_flow(httpx.Request("POST", url, content=b"{}")))
PunchhRequestsAuth(Credentials())
print(request.headers["x-pch-digest"])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == sign("sha1", "s", "/api/auth/redemptions/online_order", b"{}")
