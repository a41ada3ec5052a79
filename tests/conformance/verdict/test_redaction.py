"""Nothing that is secret comes through, in whatever form; everything else does, to the byte."""

import base64
import html
import json
import random
import urllib.parse
from collections.abc import Callable
from typing import Any

import pytest

from punchh_contract.auth import Credentials
from punchh_contract.conformance.fixtures import Fixtures
from punchh_contract.conformance.verdict import templates
from punchh_contract.conformance.verdict.findings import Exchange
from punchh_contract.conformance.verdict.redaction import Redactor
from punchh_contract.conformance.verdict.replay import Replay
from punchh_contract.contract import Contract

ENCODINGS: dict[str, Callable[[str], str]] = {
    "raw": lambda value: value,
    "upper case": str.upper,
    "JSON": json.dumps,
    "JSON in UTF-8": lambda value: json.dumps(value, ensure_ascii=False),
    "JSON in JSON": lambda value: json.dumps(json.dumps({"a": value})),
    "URL": lambda value: urllib.parse.quote(value, safe=""),
    "URL with slashes": urllib.parse.quote,
    "URL, small letters": lambda value: urllib.parse.quote(value, safe="").replace("%2F", "%2f"),
    "form": urllib.parse.quote_plus,
    "HTML": html.escape,
    "HTML, decimal": lambda value: html.escape(value).replace("&#x27;", "&#39;"),
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "base64 for URLs": lambda value: base64.urlsafe_b64encode(value.encode()).decode().rstrip("="),
    "shell": lambda value: "'" + value.replace("'", "'\\''") + "'",
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_net_finds_every_secret_in_every_form(
    redactor: Redactor, secrets: tuple[str, ...], encoding: str
) -> None:
    for secret in secrets:
        form = ENCODINGS[encoding](secret)
        scrubbed = redactor.scrub(f"before {form} after")
        assert form.strip("\"'") not in scrubbed
        assert scrubbed.startswith("before ")
        assert scrubbed.endswith(" after")
        assert len(scrubbed) < len("before  after") + 20


def test_the_net_leaves_what_may_be_shown(redactor: Redactor) -> None:
    text = 'reward 70001, user 155501234, status 401, {"item_qty": 7}, 7 calls'
    assert redactor.scrub(text) == text


def test_a_short_guest_id_is_found_where_its_field_is_named(redactor: Redactor) -> None:
    for text in ('{"user_id":7}', '{"user_id": "7"}', r"{\"user_id\": 7}", "user_id=7", "user_id: 7"):
        assert "7" not in redactor.scrub(text), text


def test_what_is_handed_out_later_is_found_too(contract: Contract, credentials: Credentials) -> None:
    given: set[str] = set()
    redactor = Redactor(credentials, Fixtures(), given, contract)
    assert redactor.scrub("LATE-CODE") == "LATE-CODE"
    given.add("LATE-CODE")
    assert redactor.scrub("LATE-CODE") == "***"


def test_without_anything_to_hide_the_net_hides_nothing(contract: Contract) -> None:
    assert Redactor(Credentials(), Fixtures(), (), contract).scrub("any text") == "any text"


def test_a_tree_keeps_its_numbers(redactor: Redactor) -> None:
    tree = {"calls": 55501234, "planted-admin-key": ["planted-admin-key 7", None, True]}
    assert redactor.tree(tree) == {"calls": 55501234, "***": ["*** 7", None, True]}


def test_a_template_names_what_stood_there(contract: Contract, redactor: Redactor) -> None:
    template = redactor.template(
        contract.operation("create_online_redemption"),
        {
            "client": "planted-client/+'\"\\<&>x",
            "email": "pat.planted+1@example.com",
            "authentication_token": "planted-guest-token",
            "redemption_code": "HANDED-OUT-CODE",
            "reward_id": 70001,
            "external_uid": "run-planted-guest-token-1",
            "user_id": "55501234",
            "$fixture": {"$join": []},
        },
    )
    token = {"$fixture": ["create_online_redemption", "authentication_token", 1], "type": "string"}
    assert template == {
        "$literal": {
            "client": {"$credential": "PUNCHH_CLIENT"},
            "email": {"$fixture": ["create_online_redemption", "email", 1], "type": "string"},
            "authentication_token": token,
            "redemption_code": {"$handed_out": True},
            "reward_id": 70001,
            "external_uid": {"$join": ["run-", token, "-1"]},
            "user_id": {"$join": [{"$fixture": ["force_redeem", "user_id", 1], "type": "number"}]},
            "$fixture": {"$literal": {"$join": []}},
        }
    }


def test_a_short_id_is_a_placeholder_only_where_a_guest_is_named(
    contract: Contract, redactor: Redactor
) -> None:
    body = {"user_id": 7, "redemption": {"requested_punches": 7}}
    assert redactor.template(contract.operation("force_redeem"), body) == {
        "user_id": {"$fixture": ["force_redeem", "user_id", 2], "type": "number"},
        "redemption": {"requested_punches": 7},
    }


def test_a_family_that_has_its_own_secret_names_its_own_variable(
    exchanged: Callable[..., Exchange],
) -> None:
    assert exchanged("create_online_redemption", {}).secret == "PUNCHH_ONLINE_SECRET"
    assert exchanged("create_subscription_redemption_code", {}).secret == "PUNCHH_SECRET"
    assert exchanged("force_redeem", {}).secret is None


def test_credentials_in_headers_are_placeholders_and_strangers_are_withheld(
    exchanged: Callable[..., Exchange],
) -> None:
    exchange = exchanged(
        "process_batch_redemption", {}, add={"id-token": "somebody-elses", "X-Odd": "\u00fc"}
    )
    assert exchange.headers == {
        "User-Agent": {"$credential": "PUNCHH_USER_AGENT"},
        "Content-Type": "application/json",
        "Authorization": {
            "$join": [
                "Token token=",
                {"$credential": "PUNCHH_LOCATION_KEY"},
                ", btoken=",
                {"$credential": "PUNCHH_BUSINESS_KEY"},
            ]
        },
        "id-token": {"$withheld": True},
        "X-Odd": "\u00fc",
    }


@pytest.mark.parametrize(
    ("digest", "changes"),
    [
        ("right", {}),
        ("none", {"drop": ("x-pch-digest",)}),
        ("other body", {"add": {"x-pch-digest": "0" * 40}}),
    ],
)
def test_an_exchange_knows_what_was_signed(
    exchanged: Callable[..., Exchange], digest: str, changes: dict[str, Any]
) -> None:
    assert exchanged("create_online_redemption", {"a": 1}, **changes).digest == digest


@pytest.mark.parametrize("seed", range(20))
def test_a_template_filled_again_is_the_body_that_was_sent(
    contract: Contract,
    credentials: Credentials,
    fixtures: Fixtures,
    exchanged: Callable[..., Exchange],
    secrets: tuple[str, ...],
    seed: int,
) -> None:
    randomness = random.Random(seed)
    body = generated(randomness, 4)
    content = templates.compact(body)
    exchange = exchanged("create_online_redemption", body)
    text = json.dumps(exchange.dump())
    assert not [each for each in secrets if each in text and each != "HANDED-OUT-CODE"]
    # Back from a file, as a replay is.
    again = Exchange.load(json.loads(text))
    call = Replay(finding_of(again), "", "", "").call(contract, credentials, fixtures)
    assert call.body == content
    assert call.headers["Authorization"] == "Bearer planted-access-token"


def generated(randomness: random.Random, depth: int) -> Any:
    leaves = [
        None,
        True,
        7,
        0.5,
        10**30,
        55501234,
        "55501234",
        "",
        "'\"\\$`\n\u00fc\u2028\U0001f36a\x7f\x01",
        "planted-client/+'\"\\<&>x",
        "Bearer planted-access-token, twice planted-access-token",
        "pat.planted+1@example.com",
        "$(rm -rf) planted-guest-token",
    ]
    if depth == 0:
        return randomness.choice(leaves)
    keys = ["client", "email", "user_id", "$fixture", "$join", "$raw", "a b", "\u00fc'"]
    return {
        randomness.choice(keys): randomness.choice(
            [generated(randomness, depth - 1), [generated(randomness, depth - 1), randomness.choice(leaves)]]
        )
        for _ in range(4)
    }


def finding_of(exchange: Exchange) -> Any:
    from punchh_contract.conformance.verdict.findings import Finding, Severity

    return Finding("server_error", exchange.operation, "#/x", Severity.CRASH, "", 500, exchange)


@pytest.mark.parametrize(
    "content", [b"", b"not json", b'{"a": 1}', b"[NaN]", b'{"a":1,"a":2}', b"null", b"[1e999]"]
)
def test_a_body_of_another_form_is_kept_as_it_is(
    contract: Contract,
    credentials: Credentials,
    fixtures: Fixtures,
    exchanged: Callable[..., Exchange],
    content: bytes,
) -> None:
    exchange = exchanged("create_online_redemption", content)
    json.dumps(exchange.dump(), allow_nan=False)
    replay = Replay(finding_of(exchange), "", "", "")
    assert replay.call(contract, credentials, fixtures).body == content


@pytest.mark.parametrize("word", ["operations", "status", "name", "PUNCHH", "force_redeem"])
def test_a_secret_that_is_a_word_of_the_receipt_leaves_it_whole(word: str, contract: Contract) -> None:
    """A target may hand out what it likes."""
    redactor = Redactor(Credentials.from_mapping({"PUNCHH_SECRET": word}), Fixtures(()), [word], contract)
    told = {"operations": {"force_redeem": {"statuses": {"200": 1}}}, "named": "PUNCHH_ID_TOKEN"}
    assert redactor.tree(told) == told


def test_a_part_of_a_name_of_the_receipt_leaves_it_whole(contract: Contract) -> None:
    redactor = Redactor(Credentials.from_mapping({}), Fixtures(()), ["operat"], contract)
    assert redactor.tree({"operations": "operate", "operates": 1}) == {"operations": "***e", "***es": 1}


@pytest.mark.parametrize("value", ["\ud800abcd", "ab\udfffcd", "\udcffabc"])
def test_half_a_pair_of_surrogates_can_be_looked_for(value: str, contract: Contract) -> None:
    redactor = Redactor(Credentials.from_mapping({}), Fixtures(()), [value], contract)
    assert redactor.scrub(f"({value})") == "(***)"
    assert redactor.scrub(json.dumps(value)) == '"***"'


@pytest.mark.parametrize(
    "text", ["x\\n{}", "\\t{}", "%22{}%22", "%5B{}%5D", "user_{}", "{}_user", 'a "{}"', "\n{}\t"]
)
def test_a_number_is_found_behind_an_escape(text: str, contract: Contract) -> None:
    redactor = Redactor(Credentials.from_mapping({}), Fixtures(()), ["111111111"], contract)
    assert redactor.scrub(text.format("111111111")) == text.format("***")
    for longer in ("1111111112", "x111111111", "2111111111"):
        assert redactor.scrub(text.format(longer)) == text.format(longer) or longer.startswith("x")


def test_backslashes_take_no_time(contract: Contract) -> None:
    redactor = Redactor(Credentials.from_mapping({}), Fixtures(()), ["\\" * 9 + "a"], contract)
    text = "\\" * 2000 + "b"
    assert redactor.scrub(text) == text
    assert redactor.scrub("(" + "\\" * 9 + "a)") == "(***)"
