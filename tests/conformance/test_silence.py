"""Silence: what is secret, or a guest's, is in no byte that a run leaves, however the target fails.

The run is given planted credentials and fixtures, which a front turns into the sandbox's, and the sandbox's
answers come back with planted guests. All of them hold one word, so that looking for it finds each of them in
any encoding that keeps letters; in base64 it is looked for at each of its three places.
"""

import base64
import html
import json
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from conformance import foreign
from conformance.foreign import ALL, BATCH, FORCE, MOBILE, ONLINE
from conformance.plants import example
from conformance.proxies import Answer, Request

from punchh_contract.auth import Credentials, PunchhRequestsAuth
from punchh_contract.contract import load
from punchh_contract.signing import sign, verify

WORD = "zqx7leak"
GUEST = 7340518269
"""A guest's id, to be looked for as digits."""
ODD = "/+=&<'%41>"
"""What encodings change, and what headers allow."""
NOWHERE = ("--target", "http://127.0.0.1:1")
"""Nobody listens on that port."""


def secret(name: str) -> str:
    return f"{WORD}-{name}{ODD}"


class Front:
    """Turns planted values into the sandbox's in requests, the sandbox's into planted ones in answers."""

    def __init__(self, place: foreign.Place) -> None:
        real = place.credentials
        self.credentials = {name: secret(name.lower()) for name in real if name != "PUNCHH_USER_AGENT"}
        self.credentials["PUNCHH_USER_AGENT"] = f"{WORD}-agent/POS/1.0"
        # Of one family, so that both the usual pair and the overriding one are at work.
        self.credentials |= {
            name: secret(name.lower()) for name in ("PUNCHH_ONLINE_CLIENT", "PUNCHH_ONLINE_SECRET")
        }
        self._real: dict[Any, Any] = {
            planted: real[name.replace("_ONLINE", "")] for name, planted in self.credentials.items()
        }
        self._secrets = {
            self.credentials[name]: real["PUNCHH_SECRET"]
            for name in ("PUNCHH_SECRET", "PUNCHH_ONLINE_SECRET")
        }
        fixtures = place.fixtures["operations"]
        self._real |= {
            GUEST: fixtures[FORCE]["user_id"][0],
            secret("token"): fixtures[ONLINE]["authentication_token"][0],
            f"{WORD}.mail+x@example.com": fixtures[ONLINE]["email"][0],
        }
        self._real |= {WORD + each: each for each in fixtures[ONLINE]["redemption_code"]}
        planted = {(type(value), value): key for key, value in self._real.items()}
        # Whose basket it is, is a guest's as well.
        for number, user in enumerate(fixtures[BATCH]["user_id"]):
            planted.setdefault((int, user), int(f"{GUEST}{number}"))
            self._real.setdefault(planted[int, user], user)
        # The second client and secret stand for the same values as the first.
        self.fixtures = foreign.spending(
            {
                "operations": {
                    operation: {
                        field: [planted.get((type(each), each), each) for each in values]
                        for field, values in fields.items()
                        if field != "client"
                    }
                    for operation, fields in fixtures.items()
                }
            }
        )

    def __call__(self, request: Request) -> Request:
        body = request.body
        if request.json is not None:
            real = self._translated(request.json)
            body = json.dumps(real, separators=(",", ":"), ensure_ascii=False).encode()
        headers = tuple((name, self._opened(value)) for name, value in request.headers)
        changed = Request(request.method, request.target, headers, body)
        return self._signed(request, changed)

    def answer(self, answer: Answer) -> Answer:
        """An answer whose codes and guests are planted ones."""
        if not isinstance(answer.json, dict):
            return answer
        body = dict(answer.json)
        if isinstance(code := body.get("redemption_tracking_code"), str):
            body["redemption_tracking_code"] = WORD + code
        return answer.but_json(body).but_header("set-cookie", f"session={WORD}; path=/")

    def _signed(self, request: Request, changed: Request) -> Request:
        signature = request.operation.signature if request.operation else None
        digest = request.header(signature.header) if signature else None
        if signature is None or digest is None:
            return changed
        for planted, real in self._secrets.items():
            if verify(signature.algorithm, planted, request.target, request.body, digest):
                right = sign(signature.algorithm, real, changed.target, changed.body)
                headers = tuple(
                    (name, right if name.lower() == signature.header else value)
                    for name, value in changed.headers
                )
                return Request(changed.method, changed.target, headers, changed.body)
        return changed

    def _opened(self, value: str) -> str:
        for planted, real in self._real.items():
            if isinstance(planted, str):
                value = value.replace(planted, str(real))
        return value

    def _translated(self, node: Any) -> Any:
        if isinstance(node, dict):
            return {key: self._translated(value) for key, value in node.items()}
        if isinstance(node, list):
            return [self._translated(value) for value in node]
        if type(node) is int or isinstance(node, str):
            handed_out = isinstance(node, str) and node.removeprefix(WORD).isdigit()
            return str(node).removeprefix(WORD) if handed_out else self._real.get(node, node)
        return node


def spoilt(front: Front, request: Request, answer: Answer, turn: int) -> Answer | None:
    """Every kind of failure, each with all that it can repeat."""
    answer = front.answer(answer)
    guest = {"first_name": f"{WORD}-Ada", "email": f"{WORD}@example.com", "user_id": GUEST}
    match request.operation.id if request.operation else "":
        case "create_subscription_redemption_code" if answer.status == 200:
            wrong = {"redemption_id": f"{WORD}-id", "redemption_status": [WORD], f"{WORD}-key": guest}
            return answer.but_json({**answer.json, **wrong})
        case "create_subscription_redemption_code" if answer.status == 422:
            return answer.but_json(
                {"errors": {f"{WORD}@example.com": [f"{WORD}-Ada may not"]}, "guest": guest}
            )
        case "create_online_redemption" if turn % 5 == 0:
            echo = request.wire()
            page = b"<pre>%s</pre>%s<a href='/?%s'>" % (
                html.escape(echo.decode("latin-1")).encode(),
                base64.b64encode(echo),
                urllib.parse.quote(echo).encode(),
            )
            return answer.but_header("content-type", f"text/{WORD}").but(
                status=500, reason=f"{WORD} failed", body=page
            )
        case "create_online_redemption" if turn % 7 == 0:
            return Answer(302, (("location", f"https://{WORD}.example/?token={WORD}"),))
        case "force_redeem" if answer.status == 401:
            changed = example(FORCE, 201)(request, answer)
            return changed and changed.but_json({**changed.json, "redemption_message": f"for {WORD}-Ada"})
        case "force_redeem" if turn % 9 == 0:
            return None
        case "process_batch_redemption" if turn % 9 == 0:
            return answer.but(raw=f"HTTP/1.1 {WORD} {WORD}\r\n{WORD}\r\n\r\n".encode())
        case "process_batch_redemption" if answer.status == 404:
            return answer.but_json({"fault": f"{WORD}-Ada", "user_id": GUEST}).but_header(
                "content-type", WORD
            )
    return answer


@pytest.fixture(scope="module")
def place() -> Iterator[foreign.Place]:
    with foreign.place() as place:
        yield place


def plant(place: foreign.Place) -> Front:
    place.reset()
    front = Front(place)
    turns = iter(range(1, 1_000_000))
    place.proxy.front = front
    place.proxy.plant = lambda request, answer: spoilt(front, request, answer, next(turns))
    return front


def arguments(place: foreign.Place, *more: str) -> tuple[str, ...]:
    return ("--target", place.proxy.url, "--max-examples", "5", *more)


@pytest.fixture(scope="module")
def failed(place: foreign.Place, tmp_path_factory: pytest.TempPathFactory) -> foreign.Ran:
    """A run over all operations in which everything fails that can."""
    front = plant(place)
    home = tmp_path_factory.mktemp("silence")
    ran = foreign.run(
        home,
        *arguments(place),
        credentials=front.credentials,
        fixtures=front.fixtures,
        more={"GITHUB_STEP_SUMMARY": str(home / "step-summary.md")},
    )
    assert place.proxy.failures == []
    return ran


def leaks(ran: foreign.Ran) -> list[str]:
    """Where something planted stands; the fixtures file is the test's own."""
    places = {"standard output": ran.stdout.encode(), "standard error": ran.stderr.encode()}
    for path in ran.folders.files():
        if path.name != "fixtures.yaml":
            places[str(path)] = path.read_bytes() + str(path).encode()
    return [
        f"{name}: {each!r}" for name, content in places.items() for each in NEEDLES if found(each, content)
    ]


def found(needle: bytes, content: bytes) -> bool:
    # Letters of base64 mean something else in the other case.
    return needle in content or (needle == WORD.encode() and needle in content.lower())


def in_base64(word: bytes) -> Iterator[bytes]:
    """The characters of base64 that only the word decides, for each place that it can begin at."""
    for before in range(3):
        text = base64.b64encode(b"\0" * before + word).rstrip(b"=")
        start = -(-before * 8 // 6)
        yield text[start : (before + len(word)) * 8 // 6]


NEEDLES = (
    WORD.encode(),
    str(GUEST).encode(),
    *in_base64(WORD.encode()),
    *in_base64(str(GUEST).encode()),
)


def test_a_run_that_fails_in_every_way_gives_nothing_away(failed: foreign.Ran) -> None:
    assert failed.code == 1, failed.said().replace(WORD, "***")
    assert leaks(failed) == []


@pytest.mark.parametrize(
    ("operation", "checks"),
    [
        (MOBILE, {"response_schema"}),
        (ONLINE, {"server_error", "undocumented_status"}),  # a 5xx says it all, its content type nothing more
        (FORCE, {"no_answer", "probe:no credential"}),
        (BATCH, {"no_answer", "content_type"}),
    ],
)
def test_it_did_fail_in_every_way(failed: foreign.Ran, operation: str, checks: set[str]) -> None:
    assert checks <= {check for check, where in failed.found if where == operation}


def test_a_story_failed_as_well(failed: foreign.Ran) -> None:
    """Stories are told at length: each request of one is in the reports, its guest and asset too."""
    told = {operation for check, operation in failed.found if check.startswith("law:")}

    assert ONLINE in told, failed.found
    assert "story: " in failed.stdout


def test_it_was_planted_what_nobody_may_see(failed: foreign.Ran, place: foreign.Place) -> None:
    """Each planted thing went over the wire, or not finding it would mean nothing."""
    sent = b"".join(each.request.head + each.request.body for each in place.proxy.exchanges)
    came = b"".join(each.sent.wire() for each in place.proxy.exchanges if each.sent)

    for name in ("PUNCHH_CLIENT", "PUNCHH_ONLINE_CLIENT", "PUNCHH_ACCESS_TOKEN", "PUNCHH_ADMIN_KEY"):
        assert secret(name.lower()).encode() in sent
    for each in ("punchh_location_key", "punchh_business_key", "punchh_id_token"):
        assert secret(each).encode() in sent
    assert f"{WORD}.mail+x@example.com".encode() in sent
    assert f"{WORD}SANDBOX-ADA".encode() in sent
    assert str(GUEST).encode() in sent
    assert WORD.encode() in came
    assert {each.request.operation.id for each in place.proxy.exchanges if each.request.operation} == set(ALL)


def test_the_front_is_not_in_the_way(failed: foreign.Ran, place: foreign.Place) -> None:
    """Planted credentials open the sandbox: there are redemptions of each operation."""
    statuses = {
        (each.request.operation.id, each.right.status)
        for each in place.proxy.exchanges
        if each.request.operation and each.right
    }
    assert {(FORCE, 201), (ONLINE, 200), (BATCH, 200), (MOBILE, 200)} <= statuses


def test_the_front_opens_the_sandbox_for_planted_values(place: foreign.Place) -> None:
    front = plant(place)
    place.proxy.plant = lambda _, answer: front.answer(answer)
    auth = PunchhRequestsAuth(Credentials.from_mapping(front.credentials))
    given = {
        operation: {
            field: [each["value"] for each in values if isinstance(each, dict)]
            for field, values in fields.items()
        }
        for operation, fields in front.fixtures["operations"].items()
    }
    order = {
        "store_number": "401",
        "receipt_amount": 30,
        "subtotal_amount": 30,
        "receipt_datetime": "2026-03-02T18:05:01Z",
        "transaction_no": "1",
    }
    line = {"item_name": "x", "item_qty": 1, "amount": 30, "item_type": "M", "item_id": 1}
    online = {
        **order,
        "client": front.credentials["PUNCHH_ONLINE_CLIENT"],
        "discount_type": "redemption_code",
    }
    points = {"requested_punches": 1}

    def send(operation: str, body: dict[str, Any]) -> Any:
        url = place.proxy.url + load().operation(operation).path
        headers = {"User-Agent": front.credentials["PUNCHH_USER_AGENT"]}
        answer = requests.post(url, json=body, headers=headers, auth=auth, timeout=20)
        assert answer.ok, answer.text
        assert "session" in answer.headers["set-cookie"]
        return answer.json()

    for user in given[FORCE]["user_id"]:
        assert send(FORCE, {"user_id": user, "redemption": points})["redemption_id"]
    code = given[ONLINE]["redemption_code"][0]
    assert code.startswith(WORD)
    assert send(ONLINE, {**online, "redemption_code": code})["category"] == "redeemable"
    basket = {**order, "line_items": [{**line, "item_family": "", "item_group": ""}]}
    assert send(BATCH, {**basket, "user_id": given[BATCH]["user_id"][0]})["success"]
    subscription = given[MOBILE]["subscription_id"][0]
    made = send(MOBILE, {"client": front.credentials["PUNCHH_CLIENT"], "subscription_id": subscription})
    handed_out = made["redemption_tracking_code"]
    assert handed_out.startswith(WORD)
    assert send(ONLINE, {**online, "redemption_code": handed_out})["category"] == "redeemable"
    token = {"authentication_token": given[ONLINE]["authentication_token"][0], "query": True}
    again = {
        **online,
        "discount_type": "redeemable",
        "redeemable_id": given[ONLINE]["redeemable_id"][0],
        **token,
    }
    assert send(ONLINE, again)["category"] == "redeemable"
    assert place.proxy.failures == []


def test_a_replay_gives_nothing_away(failed: foreign.Ran, place: foreign.Place, tmp_path: Path) -> None:
    files = sorted((failed.folders.reports / "replay").glob("*.json"))
    assert files
    front = plant(place)
    for number, file in enumerate(files[:3]):
        ran = foreign.run(
            tmp_path / str(number),
            *arguments(place, "--replay", str(file)),
            credentials=front.credentials,
            fixtures=front.fixtures,
        )
        said = ran.said().replace(WORD, "***")
        # 2 only where one request cannot show the finding, or a code would have to be handed out anew.
        assert ran.code in (0, 1) or "inconclusive" in ran.stdout or "an earlier answer" in ran.stderr, said
        assert leaks(ran) == []
    assert place.proxy.requests, "nothing was sent again"


def test_a_plan_gives_nothing_away(place: foreign.Place, tmp_path: Path) -> None:
    front = plant(place)

    ran = foreign.run(
        tmp_path, *arguments(place, "--plan"), credentials=front.credentials, fixtures=front.fixtures
    )

    assert ran.code == 0, ran.said().replace(WORD, "***")
    assert leaks(ran) == []


@pytest.mark.parametrize(
    ("options", "credentials", "fixtures"),
    [
        (("--target", f"http://{WORD}:{WORD}@127.0.0.1:1"), {}, None),
        (NOWHERE, {"PUNCHH_ADMIN_KEY": f"{WORD} \n"}, None),
        (NOWHERE, {"PUNCHH_ADMIN_KEY": WORD}, {"operations": {FORCE: {"x": [WORD]}}}),
        (NOWHERE, {"PUNCHH_ADMIN_KEY": WORD}, {"operations": {FORCE: {"user_id": [WORD, GUEST]}}}),
        (NOWHERE, {"PUNCHH_ADMIN_KEY": WORD}, None),
    ],
    ids=["a password in the URL", "a line break", "no such field", "text for a number", "nobody there"],
)  # fmt: skip
def test_a_mistake_gives_nothing_away(
    tmp_path: Path, options: tuple[str, ...], credentials: dict[str, str], fixtures: Any
) -> None:
    ran = foreign.run(
        tmp_path,
        *options,
        *("--operation", FORCE, "--max-examples", "2"),
        credentials=credentials,
        fixtures=fixtures,
    )

    assert ran.code == 2, ran.said().replace(WORD, "***")
    assert leaks(ran) == []


@pytest.mark.parametrize("encode", [
    bytes,
    bytes.upper,
    lambda each: urllib.parse.quote(each, safe="").encode(),
    lambda each: html.escape(each.decode()).encode(),
    lambda each: json.dumps(each.decode()).encode(),
    base64.b64encode,
    lambda each: base64.urlsafe_b64encode(b"Bearer " + each),
    lambda each: base64.b64encode(b"ab" + each),
    lambda each: base64.b64encode(b"user:" + each + b"\n"),
])  # fmt: skip
def test_no_encoding_hides_it(encode: Any, tmp_path: Path) -> None:
    folders = foreign.Folders(tmp_path)
    ran = foreign.Ran(1, "", "", folders)
    folders.reports.mkdir()
    (folders.reports / "page.html").write_bytes(b"<b>" + encode(secret("x").encode()) + b"</b>")

    assert leaks(ran)
    (folders.reports / "page.html").write_bytes(b"<b>$PUNCHH_SECRET</b>")
    assert leaks(ran) == []


def test_a_guests_token_in_the_body_is_given_away_as_little(place: foreign.Place, tmp_path: Path) -> None:
    """Without an access token it is what names the guest, so it is in every order."""
    front = plant(place)
    credentials = {name: value for name, value in front.credentials.items() if name != "PUNCHH_ACCESS_TOKEN"}

    ran = foreign.run(
        tmp_path,
        *arguments(place, "--operation", ONLINE, *foreign.FUZZ),
        credentials=credentials,
        fixtures=front.fixtures,
    )

    assert ran.code == 1, ran.said().replace(WORD, "***")
    assert leaks(ran) == []
    sent = b"".join(each.request.body for each in place.proxy.exchanges)
    assert json.dumps(secret("token")).encode() in sent
