"""The doctor names the mistake that was made, and only that one; it shows no secret."""

import base64
import hashlib
import hmac
import itertools
import json
import pickle
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from punchh_contract.auth import Credentials
from punchh_contract.client.answer import Answer
from punchh_contract.client.doctor import Diagnosis, check_up, diagnose, examine
from punchh_contract.client.doctor.mistakes import decoded
from punchh_contract.client.doctor.renderings import renderings
from punchh_contract.client.errors import SignatureError
from punchh_contract.client.prepared import prepare
from punchh_contract.client.sync import PunchhClient
from punchh_contract.contract import load
from punchh_contract.sandbox import running
from punchh_contract.signing import sign

ONLINE = load().operation("create_online_redemption")
MOBILE = load().operation("create_subscription_redemption_code")
BATCH = load().operation("process_batch_redemption")
SECRET = "sandbox-secret-not-a-real-one-" + "5e" * 17
CLIENT = "sandbox-client-not-a-real-one-" + "c1" * 17
OTHER = "sandbox-secret-of-the-app-not-a-real-one"
CREDENTIALS = Credentials(
    client=CLIENT, secret=SECRET, access_token="sandbox-token", mobile_secret=OTHER, user_agent="a/b/c"
)
BASE = "https://sandbox.punchh.com"
URI = f"{ONLINE.path}?trace=1"
DOCUMENT = {
    "client": CLIENT,
    "store_number": "401",
    "receipt_amount": 10.50,
    "note": 'Café & <b>, a/b: "c"',
    "menu_items": [{"item_name": "Coffee", "item_qty": 1}, {}],
    "nothing": None,
}
TEXT = json.dumps(DOCUMENT, separators=(",", ":"), ensure_ascii=False).replace("10.5,", "10.50,")
BODY = TEXT.encode()


def look(
    digest: str | None, body: bytes = BODY, credentials: Credentials = CREDENTIALS, **how: Any
) -> Diagnosis:
    headers = {"User-Agent": "a/b/c"} | ({} if digest is None else {"X-PCH-Digest": digest})
    return examine(ONLINE, URI, body, headers, credentials, **{"base_url": BASE, **how})


def ids(diagnosis: Diagnosis) -> list[str]:
    return [each.id for each in diagnosis.mistakes]


def made(secret: str = SECRET, uri: str = URI, body: bytes = BODY, algorithm: str = "sha1") -> str:
    return hmac.digest(secret.encode(), uri.encode() + body, algorithm).hex()


def pretty(indent: int | str) -> bytes:
    return json.dumps(DOCUMENT, indent=indent, ensure_ascii=False).replace("10.5,", "10.50,").encode()


SPACED = json.dumps(DOCUMENT, ensure_ascii=False).replace("10.5,", "10.50,").encode()
ESCAPED = json.dumps(DOCUMENT, separators=(",", ":")).replace("10.5,", "10.50,").encode()
MISTAKES: dict[str, tuple[str, list[str]]] = {
    "the other algorithm": (made(algorithm="sha256"), ["algorithm"]),
    "an algorithm of neither family": (made(algorithm="sha512"), ["algorithm"]),
    "the whole URL": (made(uri=BASE + URI), ["full_url"]),
    "no query": (made(uri=ONLINE.path), ["without_query"]),
    "the whole URL without query": (made(uri=BASE + ONLINE.path), ["full_url_without_query"]),
    "host and path": (made(uri="sandbox.punchh.com" + URI), ["host_and_path"]),
    "no slash at the beginning": (made(uri=URI[1:]), ["no_leading_slash"]),
    "spaces after separators": (made(body=SPACED), ["spaces"]),
    "two spaces": (made(body=pretty(2)), ["pretty_2"]),
    "four spaces": (made(body=pretty(4)), ["pretty_4"]),
    "tabs": (made(body=pretty("\t")), ["pretty_tab"]),
    "escaped Unicode": (made(body=ESCAPED), ["escaped_unicode"]),
    "a newline": (made(body=BODY + b"\n"), ["trailing_newline"]),
    "CR and LF": (made(body=BODY + b"\r\n"), ["trailing_newline"]),
    "Python's own writing": (
        made(body=json.dumps(DOCUMENT).replace("10.5,", "10.50,").encode()),
        ["spaces+escaped_unicode"],
    ),
    "numbers written anew": (made(body=BODY.replace(b"10.50", b"10.5")), ["rewritten"]),
    "sorted keys": (
        made(body=json.dumps(DOCUMENT, separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode()),
        ["sorted_keys"],
    ),
    "escaped slashes": (made(body=BODY.replace(b"/", b"\\/")), ["escaped_slashes"]),
    "escaped HTML": (
        made(body=BODY.replace(b"&", b"\\u0026").replace(b"<", b"\\u003c").replace(b">", b"\\u003e")),
        ["escaped_html"],
    ),
    "white space removed in texts": (made(body=BODY.replace(b" ", b"")), ["no_white_space"]),
    "no body": (made(body=b""), ["uri_only"]),
    "no URI": (made(uri=""), ["body_only"]),
    "body before URI": (hmac.digest(SECRET.encode(), BODY + URI.encode(), "sha1").hex(), ["body_first"]),
    "the method": (made(uri=f"POST{URI}"), ["method_first"]),
    "key and message swapped": (hmac.digest(URI.encode() + BODY, SECRET.encode(), "sha1").hex(), ["swapped"]),
    "a plain hash": (hashlib.sha1(URI.encode() + BODY, usedforsecurity=False).hexdigest(), ["no_hmac"]),
    "a newline after the secret": (made(secret=SECRET + "\n"), ["key_newline"]),
    "quotation marks around it": (made(secret=f'"{SECRET}"'), ["key_quoted"]),
    "the client's id as key": (made(secret=CLIENT), ["key_client"]),
    "another family's secret": (made(secret=OTHER), ["key_family"]),
    "the guest's token as key": (made(secret="sandbox-token"), ["key_access_token"]),
    "capitals": (made().upper(), ["uppercase"]),
    "a prefix": (f"sha1={made()}", ["prefix"]),
    "Base64": (base64.b64encode(bytes.fromhex(made())).decode(), ["base64"]),
    "Base64 of the hexadecimal": (base64.b64encode(made().encode()).decode(), ["base64_of_hex"]),
    "no digest at all": ("hello world!", ["unreadable"]),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_it_names_the_one_mistake(name: str) -> None:
    digest, expected = MISTAKES[name]
    diagnosis = look(digest)
    assert diagnosis.verdict == "mistake"
    assert ids(diagnosis) == expected
    assert all(each.done and each.advice for each in diagnosis.mistakes)
    assert not diagnosis.sound


def test_the_right_digest_is_called_right() -> None:
    diagnosis = look(sign("sha1", SECRET, URI, BODY))
    assert (diagnosis.verdict, diagnosis.mistakes) == ("right", ())
    assert diagnosis.sound
    assert diagnosis.body_sha256 == hashlib.sha256(BODY).hexdigest()
    assert (diagnosis.body_length, diagnosis.algorithm, diagnosis.header) == (
        len(BODY),
        "SHA1",
        "x-pch-digest",
    )


def test_every_pair_of_mistakes_is_told_from_every_other() -> None:
    """Algorithm, key, URI and body may each be wrong: what is named gives that very digest, no less does."""
    algorithms = {"": "sha1", "algorithm": "sha256"}
    secrets = {"": SECRET, "key_newline": SECRET + "\n", "key_client": CLIENT}
    uris = {"": URI, "full_url": BASE + URI, "without_query": ONLINE.path}
    bodies = {"": BODY, "pretty_2": pretty(2), "trailing_newline": BODY + b"\n", "spaces": SPACED}
    for algorithm, secret, uri, body in itertools.product(algorithms, secrets, uris, bodies):
        digest = made(secrets[secret], uris[uri], bodies[body], algorithms[algorithm])
        assert ids(look(digest)) == [each for each in (algorithm, secret, uri, body) if each]


def test_what_no_usual_mistake_gives_is_not_guessed() -> None:
    for digest in (made(secret="sandbox-another-secret"), made(body=b"{}"), "ab" * 16, "ab" * 13):
        diagnosis = look(digest)
        assert (diagnosis.verdict, diagnosis.mistakes) == ("unexplained", ())
    assert look(None).verdict == "absent"
    assert look(made(), credentials=Credentials(client=CLIENT)).verdict == "unexplained"


def test_what_only_looks_like_base64_is_not_called_that() -> None:
    """Any word can be read as Base64: it was written so only if what it says is a digest of ours."""
    for word in ("xyz", "signature", "wxyz", "Y2FmZQ=="):
        diagnosis = look(word)
        assert (diagnosis.verdict, ids(diagnosis)) == ("mistake", ["unreadable"])
    for size in (20, 32, 48):
        other = look(base64.b64encode(bytes(range(size))).decode())
        assert (other.verdict, other.mistakes) == ("unexplained", ())
    # That is certain, whatever it is the digest of.
    assert ids(look(made(secret="sandbox-another-secret").upper())) == ["uppercase"]
    assert ids(look(f"sha1={made(secret='sandbox-another-secret')}")) == ["prefix"]
    assert ids(look("abc", credentials=Credentials(client=CLIENT))) == ["unreadable"]


def test_the_secret_sent_as_the_digest_is_named_and_not_shown() -> None:
    for secret in (SECRET, "5e" * 32, "c2VjcmV0LXNlY3JldC1z", "x"):
        diagnosis = look(secret, credentials=Credentials(client=CLIENT, secret=secret))
        assert (diagnosis.verdict, ids(diagnosis)) == ("mistake", ["secret_itself"])
        assert len(secret) == 1 or secret not in str(diagnosis)
    assert look("\udcff").verdict == "mistake"


def test_random_bodies_are_told_too() -> None:
    for seed in range(20):
        dice = random.Random(seed)
        document = {
            f"k{dice.randrange(10**6)}": dice.choice(
                [1, 1.25, "ü ß", "a\\b", [], [1, {"x": "  "}], {}, None, True]
            )
            for _ in range(dice.randint(1, 12))
        }
        body = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
        known: dict[bytes, str] = {}
        for name, _, rendering in renderings(body):
            known.setdefault(rendering, name)
        for rendering, name in dice.sample(sorted(known.items()), min(8, len(known))):
            assert ids(look(made(body=rendering), body)) == ([name] if name else [])
        for indent in (2, 4, "\t"):
            assert json.dumps(document, indent=indent, ensure_ascii=False).encode() in known


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"[" * 5000, b"{", b"\xef\xbb\xbf{}", b'"\\ud800"', b"1e999", b"NaN"]
)
def test_any_body_will_do(body: bytes) -> None:
    assert look(made(body=body), body).verdict == "right"
    # Of no body at all some mistakes are none.
    assert look(made(secret="x", body=body), body).verdict == "unexplained"


def test_a_long_body_takes_no_long_time() -> None:
    """Fewer mistakes at a time are tried then, but each of them still is."""
    body = json.dumps({"client": CLIENT, "lines": ["x" * 80] * 2000}, separators=(",", ":")).encode()
    assert ids(look(made(body=body + b"\n"), body)) == ["trailing_newline"]
    assert ids(look(made(uri=BASE + URI, body=body, algorithm="sha256"), body)) == ["algorithm", "full_url"]


def test_mobile_is_signed_otherwise() -> None:
    body = json.dumps({"client": CLIENT, "subscription_id": "23"}, separators=(",", ":")).encode()
    for algorithm, expected in (("sha1", ["algorithm"]), ("sha256", [])):
        digest = hmac.digest(OTHER.encode(), MOBILE.path.encode() + body, algorithm).hex()
        diagnosis = examine(MOBILE, MOBILE.path, body, {"x-pch-digest": digest}, CREDENTIALS)
        assert ids(diagnosis) == expected


def test_a_digest_is_read_however_it_is_written() -> None:
    raw = bytes(range(20))
    for text in (raw.hex(), f" {raw.hex()}\n", f"HMAC {raw.hex()}", f"signature: {raw.hex()}"):
        assert decoded(text)[0] == raw
    assert decoded(base64.urlsafe_b64encode(raw).decode().rstrip("="))[0] == raw
    assert decoded("§")[0] is None


def prepared_online(**more: Any) -> Any:
    body = {
        "client": CLIENT,
        "discount_type": "reward",
        "reward_id": 70001,
        "store_number": "401",
        "receipt_amount": 30,
        "subtotal_amount": 30,
        "receipt_datetime": "2026-03-02T18:05:01Z",
        "transaction_no": "5678",
    }
    return prepare(ONLINE, {**body, **more}, user_agent="Cafe/Vendor1/OnlineOrder/1.0/Web/Safari/604.1")


def checked(diagnosis: Diagnosis, name: str) -> list[bool | None]:
    return [each.ok for each in diagnosis.checks if each.name == name]


def test_a_412_on_the_right_digest_looks_elsewhere() -> None:
    prepared = prepared_online()
    now = datetime(2026, 3, 2, 18, 5, 1, tzinfo=UTC)
    digest = sign("sha1", SECRET, prepared.uri, prepared.body)
    sent = {**prepared.headers, "x-pch-digest": digest, "Authorization": "Bearer sandbox-token"}
    answer = Answer(412, {"Date": format_datetime(now, usegmt=True), "x-pch-env": "production"}, b"[]")
    diagnosis = diagnose(prepared, sent, CREDENTIALS, base_url=BASE, answer=answer, now=now)
    assert diagnosis.verdict == "right"
    assert not diagnosis.sound
    assert "knows another secret for this client" in str(diagnosis)
    assert "calls itself production" in str(diagnosis)
    for name in ("credentials", "client", "User-Agent", "host", "clock"):
        assert True in checked(diagnosis, name)


def test_it_sees_what_stands_beside_the_digest() -> None:
    prepared = prepared_online(client="sandbox-client-of-another-business")
    now = datetime(2026, 3, 2, 18, 5, 1, tzinfo=UTC)
    answer = Answer(
        412,
        {"date": format_datetime(now - timedelta(hours=1), usegmt=True)},
        b"<html>Captcha verification failed",
    )
    sent = {
        "x-pch-digest": sign("sha1", SECRET, prepared.uri, prepared.body),
        "Authorization": "Bearer other",
    }
    diagnosis = diagnose(
        prepared, sent, CREDENTIALS, base_url="http://api.example.com/punchh", answer=answer, now=now
    )
    assert checked(diagnosis, "client") == [False]
    assert checked(diagnosis, "User-Agent") == [False]
    assert checked(diagnosis, "clock") == [False]
    assert checked(diagnosis, "allow-list") == [False]
    assert checked(diagnosis, "host") == [False, False, None]
    assert checked(diagnosis, "Authorization") == [None]
    assert "3600 seconds ahead of" in str(diagnosis)


@pytest.mark.parametrize(
    ("operation", "credentials", "name"),
    [
        (ONLINE, Credentials(client=CLIENT, access_token="sandbox-token"), "credentials"),
        (BATCH, Credentials(location_key="sandbox-location-key"), "credentials"),
        (
            BATCH,
            Credentials(
                location_key="00000000-0000-4000-8000-000000009054", business_key="sandbox-location-key"
            ),
            "location_key",
        ),
        (ONLINE, Credentials(client=SECRET, secret=SECRET, access_token="sandbox-token"), "secret"),
        (
            ONLINE,
            Credentials(client=CLIENT, secret=SECRET, access_token="Bearer sandbox-token"),
            "access_token",
        ),
        (ONLINE, Credentials(client=CLIENT, secret=SECRET, access_token="k", admin_key="k"), "access_token"),
    ],
    ids=["no secret", "half of the keys", "swapped keys", "pasted twice", "Bearer in it", "one for two"],
)
def test_credentials_of_the_wrong_kind_are_seen(operation: Any, credentials: Credentials, name: str) -> None:
    wrong = [each.name for each in check_up(operation, credentials, user_agent="a/b/c") if each.ok is False]
    assert wrong == [name]


def test_sound_credentials_are_sound() -> None:
    for operation in (ONLINE, MOBILE):
        checks = check_up(operation, CREDENTIALS, base_url=BASE, user_agent="a/b/c")
        assert [each for each in checks if each.ok is False] == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://pos.punchh.com", [True]),
        ("https://punchh.com.example.com", [None]),
        ("https://notpunchh.com", [None]),
        ("http://127.0.0.1:8787", [None]),
        ("http://[::1]:8787", [None]),
        ("http://pos.punchh.com", [False, True]),
        ("https://pos.punchh.com/api", [False, True]),
        ("pos.punchh.com", [False]),
        ("https://[", [False]),
    ],
)
def test_the_address_is_looked_at(url: str, expected: list[bool | None]) -> None:
    checks = check_up(
        BATCH, Credentials(location_key="a", business_key="b"), base_url=url, user_agent="a/b/c"
    )
    assert [each.ok for each in checks if each.name == "host"] == expected


SECRETS = (
    SECRET,
    CLIENT,
    OTHER,
    "sandbox-token",
    "sandbox-admin-key",
    "Café",
    "Coffee",
    "secret-query-value",
)


@pytest.mark.parametrize("show", [str, repr], ids=["str", "repr"])
def test_it_shows_no_secret_no_token_and_no_body(show: Callable[[Any], str]) -> None:
    credentials = Credentials(
        client=CLIENT,
        secret=SECRET,
        access_token="sandbox-token",
        admin_key="sandbox-admin-key",
        mobile_secret=OTHER,
    )
    for digest, _ in MISTAKES.values():
        headers = {"x-pch-digest": digest, "Authorization": "Bearer sandbox-token", "User-Agent": "a/b/c"}
        answer = Answer(412, {"x-pch-env": SECRET, "Date": SECRET}, BODY)
        diagnosis = examine(
            ONLINE,
            f"{ONLINE.path}?token=secret-query-value",
            BODY,
            headers,
            credentials,
            base_url=BASE,
            answer=answer,
        )
        shown = show(diagnosis)
        assert [each for each in SECRETS if each in shown] == []
        assert "token=…" in shown


def test_it_can_be_pickled_with_its_error() -> None:
    diagnosis = look(made(algorithm="sha256"))
    assert pickle.loads(pickle.dumps(diagnosis)) == diagnosis  # noqa: S301  # our own


def test_a_client_that_is_answered_412_brings_the_diagnosis_along() -> None:
    with running() as sandbox:
        environ = {**sandbox.credentials, "PUNCHH_SECRET": "sandbox-secret-of-another-environment"}
        order = {
            "discount_type": "reward",
            "reward_id": 70001,
            "store_number": "401",
            "receipt_amount": 30,
            "subtotal_amount": 30,
            "receipt_datetime": "2026-03-02T18:05:01Z",
            "transaction_no": "5678",
        }
        with PunchhClient(base_url=sandbox.url, environ=environ, user_agent="a/b/c") as client:
            with pytest.raises(SignatureError) as refused:
                client.create_online_redemption(order)
            with pytest.raises(SignatureError) as silent:
                client.with_options(doctor=False).create_online_redemption(order)
    diagnosis = refused.value.diagnosis
    assert isinstance(diagnosis, Diagnosis)
    assert diagnosis.verdict == "right"
    assert not diagnosis.sound
    assert "knows another secret for this client" in str(refused.value)
    assert "another-environment" not in str(refused.value)
    assert (True in checked(diagnosis, "client"), True in checked(diagnosis, "clock")) == (True, True)
    assert pickle.loads(pickle.dumps(refused.value)).diagnosis == diagnosis  # noqa: S301  # our own
    assert silent.value.diagnosis is None
