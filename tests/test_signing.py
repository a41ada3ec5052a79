"""The digest, against answers that openssl gave; its comparison, against what is nearly right."""

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from punchh_contract.signing import ALGORITHMS, sign, verify

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "signing_vectors.json").read_text("utf-8")
)["vectors"]
each_vector = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])

SECRET = "sandbox-secret"
URI = "/api/auth/redemptions/online_order"
BODY = b'{"client":"sandbox-client"}'


def _arguments(vector: dict[str, Any]) -> tuple[Any, ...]:
    return vector["algorithm"], vector["secret"], vector["uri"], vector["body"].encode()


@each_vector
def test_sign_gives_what_openssl_gave(vector: dict[str, Any]) -> None:
    assert sign(*_arguments(vector)) == vector["digest"]
    algorithm, secret, uri, body = _arguments(vector)
    assert verify(algorithm, secret, uri, body, vector["digest"])


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
@each_vector
def test_the_recorded_command_still_prints_the_digest(vector: dict[str, Any]) -> None:
    printed = subprocess.run(
        ["sh", "-c", vector["command"]], capture_output=True, text=True, check=True
    ).stdout
    assert printed.split()[0] == vector["digest"]


def test_the_vectors_hold_both_documented_strings_and_every_hard_case() -> None:
    payloads = {(each["algorithm"], each["uri"] + each["body"]) for each in VECTORS}
    assert ("sha1", '/api/auth/checkins/balance{"client":"CLIENT_GOES_HERE"}') in payloads
    assert ("sha256", '/api2/mobile/users/profile{"client":"CLIENT_GOES_HERE"}') in payloads
    assert any("?" in each["uri"] for each in VECTORS)
    assert any(each["body"] == "" for each in VECTORS)
    assert any(not each["body"].isascii() for each in VECTORS)
    assert any(each["body"].endswith("\n") for each in VECTORS)
    assert {each["algorithm"] for each in VECTORS} == set(ALGORITHMS)


@pytest.mark.parametrize("seed", range(20))
def test_any_other_byte_anywhere_is_refused(seed: int) -> None:
    chance = random.Random(seed)
    algorithm = chance.choice(ALGORITHMS)
    body = chance.randbytes(chance.randrange(1, 200))
    digest = sign(algorithm, SECRET, URI, body)
    place = chance.randrange(len(body))
    changed = body[:place] + bytes([body[place] ^ (1 << chance.randrange(8))]) + body[place + 1 :]
    wrong_digit = chance.choice([each for each in "0123456789abcdef" if each != digest[-1]])

    assert verify(algorithm, SECRET, URI, body, digest)
    assert not verify(algorithm, SECRET, URI, changed, digest)
    assert not verify(algorithm, SECRET, URI, body + b" ", digest)
    assert not verify(algorithm, SECRET, URI + "?a=1", body, digest)
    assert not verify(algorithm, SECRET + "x", URI, body, digest)
    assert not verify("sha256" if algorithm == "sha1" else "sha1", SECRET, URI, body, digest)
    assert not verify(algorithm, SECRET, URI, body, digest[:-1] + wrong_digit)


DIGEST = sign("sha1", SECRET, URI, BODY)


@pytest.mark.parametrize(
    "digest",
    [
        "",
        DIGEST.upper(),
        DIGEST + "0",
        DIGEST[:-1],
        f" {DIGEST}",
        "é" * 40,
        "\ud800" * 40,
        "\x00",
        f"sha1={DIGEST}",
    ],
    ids=["empty", "upper case", "too long", "too short", "space", "not ASCII", "surrogates", "NUL", "prefix"],
)
def test_a_digest_of_another_form_is_wrong_and_never_an_exception(digest: str) -> None:
    assert verify("sha1", SECRET, URI, BODY, digest) is False


def test_a_uri_of_undecodable_bytes_is_signed_by_its_bytes() -> None:
    uri = b"/api/auth/\xff?q=\xc3\xa9"
    expected = sign("sha1", SECRET, "", uri + BODY)
    assert sign("sha1", SECRET, uri.decode("utf-8", "surrogateescape"), BODY) == expected


@pytest.mark.parametrize("algorithm", ["md5", "SHA1", "sha512", ""])
def test_another_algorithm_is_refused_by_name(algorithm: Any) -> None:
    with pytest.raises(ValueError, match="sha1, sha256"):
        sign(algorithm, SECRET, URI, BODY)
    with pytest.raises(ValueError, match="sha1, sha256"):
        verify(algorithm, SECRET, URI, BODY, DIGEST)
