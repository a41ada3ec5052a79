"""The parts of a certification that need no socket: its events, its proofs, and what the vendor does next."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from receiver.certify.handlers import CREDENTIALS

from punchh_contract.events import validate
from punchh_contract.receiver import SCHEMES, Credentials, Scheme, judge, verify
from punchh_contract.receiver.certify.cases import CASES
from punchh_contract.receiver.certify.consequences import BREAKER, BROKEN, BUSY, OK, after
from punchh_contract.receiver.certify.events import MARK, Maker
from punchh_contract.receiver.certify.proofs import Proof, Prover, Writing, writings
from punchh_contract.receiver.certify.sending import target
from punchh_contract.receiver.certify.shots import Shot
from punchh_contract.receiver.incoming import Incoming
from punchh_contract.sandbox.deliveries import ladder

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
URL, URI = "http://127.0.0.1:8000/hook?store=401", "/hook?store=401"
# printf '%s' '/hook?store=401{"a":1}' | openssl dgst -sha256 -hmac sandbox-webhook-secret
# and the same with -sha1; with the full URL; and with -binary | base64.
SHA256 = "db6482d643c170975dca76591ad0af19b15cb359e4e9a924fb36dfdad961870c"
SHA1 = "d8894ea3574882ef359bf21106b1271cb3d7b367"
SHA256_URL = "db5559b1c5faeb89ed45e8ec9785069bf6a6801d84373a60ea1e4563b1675c6d"
SHA256_BASE64 = "22SC1kPBcJddynZZGtCvGbFcs1nk6akk+zbf2tlhhww="


def prover(scheme: Scheme = "hmac-sha256", writing: Writing | None = None) -> Prover:
    return Prover(scheme, CREDENTIALS, URL, URI, writing or Writing())


def shots() -> list[tuple[str, Shot]]:
    make = Maker("run", NOW)
    return [(case.id, shot) for case in CASES for wave in case.make(make, 3) for shot in wave]


@pytest.mark.parametrize(
    ("scheme", "writing", "value"),
    [
        ("hmac-sha256", Writing(), f"hmac {SHA256}"),
        ("hmac-sha256", Writing(word=""), SHA256),
        ("hmac-sha256", Writing(word="HMAC"), f"HMAC {SHA256}"),
        ("hmac-sha256", Writing(encoding="base64"), f"hmac {SHA256_BASE64}"),
        ("hmac-sha256", Writing(signed="url"), f"hmac {SHA256_URL}"),
        ("hmac-sha1", Writing(), f"hmac {SHA1}"),
        # printf '%s' 'sandbox-user:sandbox-webhook-password' | base64
        ("basic", Writing(), "basic c2FuZGJveC11c2VyOnNhbmRib3gtd2ViaG9vay1wYXNzd29yZA=="),
        ("bearer", Writing(word="Bearer"), "Bearer sandbox-webhook-token"),
    ],
)
def test_a_proof_is_what_openssl_says(scheme: Scheme, writing: Writing, value: str) -> None:
    headers = prover(scheme, writing).headers(b'{"a":1}')
    assert headers is not None
    assert headers["authorization"] == value
    assert headers.get("x-pch-key") == ("sandbox-client" if scheme.startswith("hmac") else None)


@pytest.mark.parametrize("scheme", [each for each in SCHEMES if each != "none"])
def test_right_proofs_are_right_in_every_writing_and_wrong_ones_in_none(scheme: Scheme) -> None:
    proofs: tuple[Proof, ...] = ("other secret", "nearly", "other case", "other uri", "absent", "word")
    for writing in writings(scheme):

        def authentic(proof: Proof, writing: Writing = writing) -> bool | None:
            headers = prover(scheme, writing).headers(b"{}", proof)
            if headers is None:
                return None
            return verify({"host": "127.0.0.1:8000", **headers}, "POST", URI, b"{}", CREDENTIALS).authentic

        assert authentic("right") is True
        hmac = scheme.startswith("hmac")
        # Of basic and bearer nothing is signed; of an HMAC no case is secret.
        assert [authentic(each) for each in proofs] == [
            False, False, None if hmac else False, not hmac, False, False,
        ]  # fmt: skip


def test_a_secret_without_letters_has_no_other_case() -> None:
    held = Credentials(token="12345")
    assert Prover("bearer", held, URL, URI).headers(b"", "other case") is None
    headers = Prover("bearer", held, URL, URI).headers(b"", "nearly")
    assert headers == {"authorization": "bearer 1234x"}


def test_a_prover_shows_no_secret() -> None:
    assert "sandbox-webhook" not in repr(prover())


def test_what_is_to_be_taken_is_valid_and_what_is_borne_is_not() -> None:
    for case, shot in shots():
        if shot.method == "POST" and shot.expects in ("taken", "endured"):
            assert validate(shot.body).valid, case
        if case in ("unknown-event", "unreadable"):
            assert not validate(shot.body).valid, shot.label


def test_only_what_is_to_be_unknown_is_drift() -> None:
    strange = {case for case, shot in shots() if shot.expects == "taken" and validate(shot.body).drifts}
    assert strange == {"unknown-fields", "unknown-values"}


def test_our_own_judgement_takes_what_is_to_be_taken() -> None:
    for case, shot in shots():
        if shot.expects in ("taken", "borne") and shot.method == "POST":
            status = judge(Incoming("POST", URI, {}, shot.body), Credentials(), scheme="none").status
            assert status in OK, case


def test_events_are_of_now_and_found_again() -> None:
    make = Maker("run", NOW)
    events = [make.event(), make.event("update"), *make.big()]
    for event in events:
        assert event["content_id"].startswith(MARK)
        sent = datetime.fromtimestamp(event["timestamp"], UTC)
        assert NOW - timedelta(minutes=6) < sent <= NOW
        assert event["payload"]["updated_at"].startswith("2026-11-22T07:2")
    assert len({each["content_id"] for each in events}) == len(events)
    assert len({each["payload"]["redemption_id"] for each in events}) == len(events)
    assert events[0]["payload"]["updated_at"] < events[1]["payload"]["updated_at"]
    again: list[dict[str, Any]] = [Maker("run", NOW).event(), Maker("other", NOW).event()]
    assert again[0] == events[0]
    assert again[1]["content_id"] != events[0]["content_id"]


def test_two_of_the_big_ids_are_one_double_and_all_fit_64_bits() -> None:
    for number in range(20):
        first, second, last = [each["payload"]["redemption_id"] for each in Maker(f"run {number}", NOW).big()]
        assert first != second
        assert float(first) == float(second)
        assert 2**53 <= first < second < last < 2**63
        assert orjson.loads(orjson.dumps(last)) == last


def test_the_same_bytes_come_again_and_the_same_id_with_others() -> None:
    make = Maker("run", NOW)
    found = {case.id: [shot.body for wave in case.make(make, 3) for shot in wave] for case in CASES}
    assert len(set(found["replay"])) == len(set(found["replay-at-once"])) == 1
    first, second = map(orjson.loads, found["same-id"])
    assert (first["content_id"], first["timestamp"]) == (second["content_id"], second["timestamp"])
    assert first != second
    update, create = map(orjson.loads, found["update-first"])
    assert update["payload"]["redemption_id"] == create["payload"]["redemption_id"]
    assert create["payload"]["updated_at"] < update["payload"]["updated_at"]


def test_the_vendor_does_here_what_it_does_in_the_sandbox() -> None:
    assert (OK, BREAKER) == (ladder.OK, ladder.BREAKER)
    for status, waits in ((408, BUSY), (429, BUSY), (500, BROKEN), (503, BROKEN), (None, BROKEN), (302, ())):
        given = [ladder.wait(status, attempt) for attempt in range(1, 10)]
        assert [int(each.total_seconds()) for each in given if each is not None] == list(waits)


@pytest.mark.parametrize(
    ("status", "known", "said"),
    [
        (200, "documented", "it is taken"),
        (202, "documented", "it is taken"),
        (204, "inferred", "only 200 and 202 are success"),
        (301, "documented", "never sent again: it goes"),
        (400, "inferred", "whether it is sent again is not stated"),
        (408, "documented", "after 15, 45 and 180 s"),
        (429, "documented", "after 15, 45 and 180 s"),
        (500, "documented", "seven times in 3 h 48 min"),
        (503, "documented", "passes 1000 failures"),
        (None, "inferred", "is to us the same as a 5xx"),
    ],
)
def test_what_follows_an_answer(status: int | None, known: str, said: str) -> None:
    consequence = after(status, "it goes")
    assert consequence.known == known
    assert said in consequence.text
    assert sum(BROKEN) == 3 * 3600 + 48 * 60


def test_each_case_says_how_it_is_known_and_what_to_do() -> None:
    assert len({each.id for each in CASES}) == len(CASES)
    for each in CASES:
        assert each.title
        assert each.source
        assert each.advice
        assert not each.advice.endswith(".")
        assert each.asked == "" or each.asked.endswith(("?", "`."))


@pytest.mark.parametrize(
    ("url", "sent", "uri"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/", "/"),
        ("http://127.0.0.1:8000/hook?a=%20b", "http://127.0.0.1:8000/hook?a=%20b", "/hook?a=%20b"),
        ("http://[::1]:8000/h/%C3%A9", "http://[::1]:8000/h/%C3%A9", "/h/%C3%A9"),
    ],
)
def test_the_address_is_signed_as_it_goes_out(url: str, sent: str, uri: str) -> None:
    assert target(url) == (sent, uri)
