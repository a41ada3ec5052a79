"""`verify` knows what is authentic in every form that the vendor may send, and raises for nothing.

The digests are known answers made with OpenSSL 3.0, not with the code under test:
`printf '%s%s' "$URI" "$BODY" | openssl dgst -sha256 -hmac sandbox-webhook-secret -binary | xxd -p -c 100`
(`| openssl base64 -A` for base64), and `printf 'sandbox-user:pass:wörd' | openssl base64 -A`.
"""

import dataclasses
from collections.abc import Callable

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import Headers

from punchh_contract.errors import UsageError
from punchh_contract.receiver import SCHEMES, Credentials, Form, Scheme, Verification, verify
from punchh_contract.receiver.authorization import authorization_headers

KEY = "sandbox-webhook-client"
SECRET = "sandbox-webhook-secret"
OLD = "sandbox-webhook-old-secret"
HMAC = Credentials(key=KEY, secrets=(SECRET,))
BASIC = Credentials(user="sandbox-user", password="pass:wörd")
BEARER = Credentials(token="sandbox-webhook-token")
ALL = Credentials("sandbox-user", "pass:wörd", "sandbox-webhook-token", KEY, (SECRET,))

URI = "/hook/punchh?store=401&x=%C3%A9"
HOST = "receiver.example.com"
URL = f"https://{HOST}{URI}"
BODY = b'{"content_id":"00000000-0000-4000-8000-000000000001","action":"create"}'
VECTORS = {
    ("path", "hmac-sha1", "hex"): "38d4afe42be8b2f2a946fac082de9bece65a9b0c",
    ("path", "hmac-sha1", "base64"): "ONSv5CvosvKpRvrAgt6b7OZamww=",
    ("path", "hmac-sha256", "hex"): "904741bfe778169ed8e6571a1a37bd8ee76e469a61892b7a05bf1bdd3b44651e",
    ("path", "hmac-sha256", "base64"): "kEdBv+d4Fp7Y5lcaGje9juduRpphiSt6Bb8b3TtEZR4=",
    ("url", "hmac-sha1", "hex"): "0c44d5c2b69fe7cd57d9da6eb7460ec276c8ce94",
    ("url", "hmac-sha1", "base64"): "DETVwraf581X2dput0YOwnbIzpQ=",
    ("url", "hmac-sha256", "hex"): "0d243b189301452117e20845df6cc5084adcfe51e82cb562d60e9d4724f118a1",
    ("url", "hmac-sha256", "base64"): "DSQ7GJMBRSEX4ghF32zFCErc/lHoLLVi1g6dRyTxGKE=",
}
DIGEST = VECTORS["path", "hmac-sha256", "hex"]
EMPTY = "65ae2891bb418c6ac51b4b205086dabc9ece1aa2923dfbf8afe429dca0b41a05"
"""SHA-256, over `/hook` and no body: a check."""
BASIC_VALUE = "c2FuZGJveC11c2VyOnBhc3M6d8O2cmQ="


def signed(value: str, key: str | None = KEY, host: str = HOST) -> dict[str, str]:
    return {"Authorization": value, "Host": host, **({"X-Pch-Key": key} if key else {})}


def judged(
    headers: dict[str, str], credentials: Credentials = HMAC, scheme: Scheme | None = None
) -> Verification:
    return verify(headers, "POST", URI, BODY, credentials, scheme=scheme)


@pytest.mark.parametrize("word", ["hmac ", "", "HMAC ", "Hmac\t"])
@pytest.mark.parametrize(("form", "digest"), VECTORS.items(), ids=lambda value: "-".join(value)[:20])
def test_each_form_of_the_hmac_is_known_and_told(
    form: tuple[str, Scheme, str], digest: str, word: str
) -> None:
    what, scheme, encoding = form
    found = judged(signed(word + digest))
    assert found == Verification(True, scheme, Form(what, encoding, bool(word), 0))  # type: ignore[arg-type]


def test_hexadecimal_may_be_uppercase_and_base64_may_not_change() -> None:
    assert judged(signed(DIGEST.upper())).authentic
    base64 = VECTORS["path", "hmac-sha256", "base64"]
    assert not judged(signed(base64.swapcase())).authentic


def test_a_full_url_from_the_caller_counts_instead_of_the_host_header() -> None:
    over_url, over_path = VECTORS["url", "hmac-sha1", "hex"], VECTORS["path", "hmac-sha1", "hex"]
    for value, what in ((over_url, "url"), (over_path, "path")):
        found = verify(signed(value, host="10.0.0.1"), "POST", URL, BODY, HMAC)
        assert found.form == Form(what, "hex", word=False, secret=0)  # type: ignore[arg-type]
    assert not judged(signed(over_url, host="10.0.0.1")).authentic


def test_an_empty_body_is_signed_too() -> None:
    assert verify(signed(f"hmac {EMPTY}"), "GET", "/hook", b"", HMAC).authentic
    assert not verify(signed(f"hmac {EMPTY}"), "GET", "/hook", b" ", HMAC).authentic


@pytest.mark.parametrize("word", ["basic", "Basic", "BASIC"])
def test_basic(word: str) -> None:
    assert judged({"authorization": f"{word} {BASIC_VALUE}"}, BASIC) == Verification(True, "basic")


@pytest.mark.parametrize("word", ["bearer", "Bearer", "BEARER  "])
def test_bearer(word: str) -> None:
    assert judged({"authorization": f"{word} sandbox-webhook-token"}, BEARER) == Verification(True, "bearer")


@pytest.mark.parametrize(
    ("headers", "credentials", "reason"),
    [
        pytest.param({}, ALL, "no Authorization", id="no authorization"),
        pytest.param({"X-Pch-Key": KEY}, ALL, "no Authorization", id="a key alone"),
        pytest.param(signed(""), ALL, "neither", id="an empty header"),
        pytest.param(signed("hmac"), ALL, "the length of none", id="a word alone"),
        pytest.param(signed("digest abc"), ALL, "neither", id="another word"),
        pytest.param(signed(f"hmac {DIGEST} {DIGEST}"), ALL, "neither", id="two digests"),
        pytest.param(signed(f"hmac {DIGEST}\n"), ALL, "neither", id="a line break"),
        pytest.param(signed(f"hmac {DIGEST[:-1]}"), ALL, "the length of none", id="a digest cut short"),
        pytest.param(signed(f"hmac {'0' * 64}"), ALL, "digest is wrong", id="a wrong digest"),
        pytest.param(signed(f"hmac {'é' * 64}"), ALL, "neither", id="letters that no digest has"),
        pytest.param(signed(f"hmac {DIGEST}", key=None), ALL, "x-pch-key is another", id="no key"),
        pytest.param(signed(f"hmac {DIGEST}", key="x"), ALL, "x-pch-key is another", id="another key"),
        pytest.param(signed(f"basic {BASIC_VALUE}"), HMAC, "comes with basic", id="basic is not taken"),
        pytest.param(signed("basic !"), ALL, "user or password is wrong", id="basic that is no base64"),
        pytest.param(signed("basic c2FuZGJveC11c2Vy"), ALL, "user or password", id="basic without a colon"),
        pytest.param(signed("bearer other"), ALL, "token is wrong", id="another token"),
        pytest.param(signed("bearer x"), BASIC, "comes with bearer", id="bearer is not taken"),
        pytest.param(signed(f"hmac {DIGEST}"), BEARER, "comes with hmac-sha256", id="hmac is not taken"),
        pytest.param(signed(f"bearer {SECRET}"), Credentials(), "comes with bearer", id="nothing is shared"),
    ],
)
def test_what_is_not_authentic_is_told_why(
    headers: dict[str, str], credentials: Credentials, reason: str
) -> None:
    found = judged(headers, credentials)
    assert (found.authentic, found.scheme, found.form) == (False, None, None)
    assert reason in (found.reason or "")
    assert str(found) == f"not authentic: {found.reason}"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda uri, body: (uri + "&", body), id="another query"),
        pytest.param(lambda uri, body: (uri.partition("?")[0], body), id="no query"),
        pytest.param(lambda uri, body: (uri.replace("%C3%A9", "%c3%a9"), body), id="escaped otherwise"),
        pytest.param(lambda uri, body: (uri, body + b"\n"), id="a line break more"),
        pytest.param(lambda uri, body: (uri, body.replace(b":", b": ")), id="reformatted"),
        pytest.param(lambda uri, body: ("/other", body), id="another path"),
        pytest.param(lambda uri, body: ("\ud800", body), id="no URI at all"),
    ],
)
def test_other_bytes_than_those_signed_are_refused(change: Callable[[str, bytes], tuple[str, bytes]]) -> None:
    uri, body = change(URI, BODY)
    assert not verify(signed(f"hmac {DIGEST}"), "POST", uri, body, HMAC).authentic


def test_secrets_rotate() -> None:
    both = dataclasses.replace(HMAC, secrets=(OLD, SECRET))
    found = judged(signed(DIGEST), both)
    assert found.form == Form("path", "hex", word=False, secret=1)
    assert str(found) == "authentic (hmac-sha256 over the path, hex, without `hmac`, secret 2)"
    assert not judged(signed(DIGEST), dataclasses.replace(HMAC, secrets=(OLD,))).authentic


def test_without_a_key_of_ours_the_secret_decides() -> None:
    open_key = Credentials(secrets=(SECRET,))
    assert judged(signed(DIGEST, key="any"), open_key).authentic
    assert judged(signed(DIGEST, key=None), open_key).authentic


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_scheme_that_is_asked_for_is_the_only_one(scheme: Scheme) -> None:
    sent = {
        "basic": signed(f"basic {BASIC_VALUE}"),
        "bearer": signed("bearer sandbox-webhook-token"),
        "hmac-sha1": signed(VECTORS["path", "hmac-sha1", "hex"]),
        "hmac-sha256": signed(DIGEST),
        "nothing": {},
    }
    taken = {name for name, headers in sent.items() if judged(headers, ALL, scheme).authentic}
    assert taken == (set(sent) if scheme == "none" else {scheme})


def test_a_scheme_without_its_credentials_takes_nothing() -> None:
    assert not judged(signed("hmac " + DIGEST), BEARER, "hmac-sha256").authentic
    assert not judged({"authorization": "bearer None"}, Credentials(), "bearer").authentic
    assert not judged({"authorization": "basic Tm9uZTpOb25l"}, Credentials(), "basic").authentic


def test_only_what_the_vendor_does_is_authentic() -> None:
    assert not verify(signed(DIGEST), "PUT", URI, BODY, HMAC).authentic
    assert verify(signed(DIGEST), "post", URI, BODY, HMAC).authentic


def test_headers_come_in_every_form_there_is() -> None:
    pairs = [(b"host", HOST.encode()), (b"x-pch-key", KEY.encode()), (b"AUTHORIZATION", DIGEST.encode())]
    texts = {name.decode(): value.decode() for name, value in pairs}
    for headers in (pairs, texts, list(texts.items()), Headers(raw=pairs), httpx.Headers(pairs)):
        assert verify(headers, "POST", URI, BODY, HMAC).authentic, type(headers)


@pytest.mark.parametrize("name", ["authorization", "x-pch-key"])
def test_a_header_that_stands_twice_is_refused(name: str) -> None:
    pairs = [(key.lower(), value) for key, value in signed(DIGEST).items()]
    pairs += [each for each in pairs if each[0] == name]
    for headers in (pairs, httpx.Headers(pairs)):
        assert not verify(headers, "POST", URI, BODY, HMAC).authentic


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_our_sender_makes_our_receiver_takes(scheme: Scheme) -> None:
    headers = authorization_headers(scheme, ALL, URI, BODY)
    found = judged(headers, ALL, scheme)
    assert (found.authentic, found.scheme) == (True, scheme)
    if scheme == "hmac-sha256":
        assert headers == {"authorization": f"hmac {DIGEST}", "x-pch-key": KEY}
    if scheme == "basic":
        assert headers == {"authorization": f"basic {BASIC_VALUE}"}


WORDS = st.sampled_from([b"", b"basic ", b"Bearer ", b"hmac ", b"HMAC\t"])
PIECES = st.sampled_from(
    [DIGEST.encode(), BASIC_VALUE.encode(), *(each.encode() for each in VECTORS.values())]
)
VALUES = st.binary(max_size=90) | st.builds(bytes.__add__, WORDS, st.binary(max_size=70) | PIECES)
NAMES = st.sampled_from([b"authorization", b"Authorization", b"x-pch-key", b"host"]) | st.binary(max_size=20)


@settings(max_examples=2000, deadline=None)
@given(
    headers=st.lists(st.tuples(NAMES, VALUES), max_size=5),
    method=st.sampled_from(["GET", "POST"]) | st.text(max_size=5),
    uri=st.just(URI) | st.text(st.characters(exclude_categories=()), max_size=40),
    body=st.just(BODY) | st.binary(max_size=40),
    scheme=st.sampled_from([None, *SCHEMES]),
)
def test_whatever_comes_is_judged_and_nothing_raised(
    headers: list[tuple[bytes, bytes]], method: str, uri: str, body: bytes, scheme: Scheme | None
) -> None:
    found = verify(headers, method, uri, body, ALL, scheme=scheme)
    assert found.authentic == (found.reason is None) == (found.scheme is not None)
    shown = f"{found!r} {found}"
    assert [each for each in (SECRET, KEY, "pass:wörd", "sandbox-webhook-token") if each in shown] == []
    as_text = verify(
        [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers],
        method, uri, body, ALL, scheme=scheme,
    )  # fmt: skip
    assert as_text == found


@settings(max_examples=500, deadline=None)
@given(value=st.text(st.characters(exclude_categories=()), max_size=80))
def test_text_that_no_header_holds_is_refused(value: str) -> None:
    for word in ("", "basic ", "bearer ", "hmac "):
        found = verify(
            {"authorization": word + value, "host": value, "x-pch-key": value}, "POST", URI, BODY, ALL
        )
        assert not found.authentic


def test_the_repr_of_credentials_shows_none() -> None:
    assert repr(ALL) == "Credentials(user=***, password=***, token=***, key=***, secrets=1)"
    assert repr(Credentials()) == "Credentials(user=None, password=None, token=None, key=None, secrets=0)"


def test_credentials_come_from_the_environment() -> None:
    names = {
        "PUNCHH_WEBHOOK_USER": "sandbox-user",
        "PUNCHH_WEBHOOK_PASSWORD": "pass:wörd",
        "PUNCHH_WEBHOOK_TOKEN": "sandbox-webhook-token",
        "PUNCHH_WEBHOOK_KEY": KEY,
        "PUNCHH_WEBHOOK_SECRET": SECRET,
    }
    assert Credentials.from_mapping(names) == ALL
    assert Credentials.from_mapping({}) == Credentials()
    assert Credentials.from_mapping({"A": SECRET, "B": OLD, "C": ""}, ["B", "A", "C"]).secrets == (
        OLD,
        SECRET,
    )


@pytest.mark.parametrize(
    ("credentials", "schemes", "strongest"),
    [
        (Credentials(), (), "none"),
        (Credentials(user="u"), (), "none"),
        (BASIC, ("basic",), "basic"),
        (Credentials(key=KEY), (), "none"),
        (HMAC, ("hmac-sha1", "hmac-sha256"), "hmac-sha256"),
        (ALL, SCHEMES[1:], "hmac-sha256"),
    ],
)
def test_credentials_know_what_they_can_check(
    credentials: Credentials, schemes: tuple[Scheme, ...], strongest: Scheme
) -> None:
    assert (credentials.schemes, credentials.strongest) == (schemes, strongest)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"token": "sandbox\n"}, "PUNCHH_WEBHOOK_TOKEN"),
        ({"token": "two words"}, "PUNCHH_WEBHOOK_TOKEN"),
        ({"key": "schlüssel"}, "PUNCHH_WEBHOOK_KEY"),
        ({"user": "a:b"}, "PUNCHH_WEBHOOK_USER"),
        ({"password": "pass\udc80"}, "PUNCHH_WEBHOOK_PASSWORD"),
        ({"password": "pass\r\n"}, "PUNCHH_WEBHOOK_PASSWORD"),
        ({"secrets": ("",)}, "PUNCHH_WEBHOOK_SECRET"),
        ({"secrets": ("\udc80",)}, "PUNCHH_WEBHOOK_SECRET"),
    ],
)
def test_a_value_that_no_header_carries_is_refused_and_not_repeated(
    values: dict[str, str | tuple[str, ...]], says: str
) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        Credentials(**values)  # type: ignore[arg-type]
    (value,) = values.values()
    assert not value or value == ("",) or str(value) not in str(caught.value)


@pytest.mark.parametrize(
    ("scheme", "credentials", "names"),
    [
        ("basic", Credentials(user="u"), ["PUNCHH_WEBHOOK_PASSWORD"]),
        ("bearer", HMAC, ["PUNCHH_WEBHOOK_TOKEN"]),
        ("hmac-sha1", Credentials(), ["PUNCHH_WEBHOOK_SECRET", "PUNCHH_WEBHOOK_KEY"]),
        ("hmac-sha256", Credentials(secrets=(SECRET,)), ["PUNCHH_WEBHOOK_KEY"]),
    ],
)
def test_a_sender_is_told_what_it_lacks(scheme: Scheme, credentials: Credentials, names: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        authorization_headers(scheme, credentials, URI, BODY)
    assert f"{scheme} needs {' and '.join(names)}:" in str(caught.value)
