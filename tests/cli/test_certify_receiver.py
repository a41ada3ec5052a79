"""`punchh-contract certify-receiver`: what it prints, where it sends, how it exits."""

import json
import os
import re
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result
from receiver.certify import handlers
from receiver.certify.handlers import Good, served

from punchh_contract.cli import main
from punchh_contract.receiver.certify import playing, sending
from punchh_contract.receiver.certify.cases import CASES

VARIABLES = {
    "PUNCHH_WEBHOOK_USER": "sandbox-user",
    "PUNCHH_WEBHOOK_PASSWORD": handlers.PASSWORD,
    "PUNCHH_WEBHOOK_TOKEN": handlers.TOKEN,
    "PUNCHH_WEBHOOK_KEY": "sandbox-client",
    "PUNCHH_WEBHOOK_SECRET": handlers.SECRET,
}
QUICK = ("--limit", "1", "--stall", "0", "--concurrency", "4")


def run(*arguments: str, variables: dict[str, str] | None = None) -> Result:
    cleared = dict.fromkeys((name for name in os.environ if name.startswith("PUNCHH_")), None)
    environment = {**cleared, **(VARIABLES if variables is None else variables)}
    result = CliRunner().invoke(main, ["certify-receiver", *arguments], env=environment)
    assert "Traceback" not in result.output
    for secret in VARIABLES.values():
        assert secret not in result.output
    for private in ("pat@example.com", "store=401"):
        assert private not in result.output
    return result


@pytest.fixture
def good() -> Iterator[str]:
    with served(Good()) as url:
        yield url


def test_a_good_handler_passes(good: str) -> None:
    result = run(good, *QUICK)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert [line.split()[:2] for line in lines[: len(CASES)]] == [["pass", each.id] for each in CASES]
    assert (
        f"{len(CASES)} cases with hmac-sha256 over the path, hex, after the word `hmac`: {len(CASES)} passed,"
        " 0 noted, 0 failed; 0 not played." in result.stdout
    )
    assert "Not seen from outside, so not graded. Ask your handler:" in lines


def test_a_bad_one_fails_and_is_told_what_would_have_been() -> None:
    with served(handlers.FailsOnUnknownEvents()) as url:
        result = run(url, *QUICK)
    assert result.exit_code == 1
    (start,) = [place for place, line in enumerate(result.stdout.splitlines()) if line.startswith("FAIL")]
    text = " ".join(result.stdout.split())
    assert result.stdout.splitlines()[start].startswith("FAIL  unknown-event   events of other families:")
    assert re.search(
        r"of the family rewards: 500 in \d+ ms; of a family that no page lists: 500 in \d+ ms"
        r" expected: 200 or 202 at PAR: it is sent again seven times in 3 h 48 min .* \(documented, WH-DEL\)"
        r" comes: inferred: WH-META .* do: answer 200 or 202 to what is authentic",
        text,
    )


def test_a_note_is_no_failure() -> None:
    with served(handlers.SaysWhatIsOdd()) as url:
        result = run(url, *QUICK)
    assert result.exit_code == 0, result.output
    assert result.stdout.count("\nNOTE") + result.stdout.startswith("NOTE") == 4


def test_as_json_it_is_one_document(good: str) -> None:
    result = run(good, *QUICK, "--format", "json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert [each["id"] for each in document["cases"]] == [each.id for each in CASES]
    assert (document["scheme"], document["failed"], document["limit_seconds"]) == ("hmac-sha256", 0, 1.0)
    with served(handlers.RefusesWhatItHas()) as url:
        failed = run(url, *QUICK, "--format", "json")
    assert (failed.exit_code, json.loads(failed.stdout)["failed"]) == (1, 2)


def test_two_runs_send_other_events(good: str) -> None:
    first, second = (
        {
            each
            for case in json.loads(run(good, *QUICK, "--format", "json").stdout)["cases"]
            for each in case["content_ids"]
        }
        for _ in range(2)
    )
    assert first
    assert first & second == set()


def test_the_scheme_is_chosen_by_name_or_by_what_is_set(good: str) -> None:
    assert "good            a delivery as it should be: 401" in run(good, *QUICK, "--scheme", "bearer").stdout
    with served(handlers.BelievesEverybody()) as url:
        result = run(url, *QUICK, variables={})
    assert result.exit_code == 0
    assert "with none:" in result.stdout
    assert "with `none` whoever knows the address is believed" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["http://receiver.example.com/hook"], "repeat the host: --allow-host 'receiver.example.com'"),
        (["http://receiver.example.com/hook", "--allow-host", "example.com"], "--allow-host"),
        (["http://user:hidden-word@127.0.0.1/hook"], "URL holds a user name"),
        (["127.0.0.1:8000/hook"], "begins with http://"),
        (["http://127.0.0.1:8000/a b"], "URL must be percent-encoded"),
        (["http://127.0.0.1:8000/hook#x"], "URL must be percent-encoded"),
        (["http://127.0.0.1:8000/hook", "--limit", "16"], "--limit"),
        (["http://127.0.0.1:8000/hook", "--limit", "nan"], "--limit"),
        (["http://127.0.0.1:8000/hook", "--concurrency", "1"], "--concurrency"),
        (["http://127.0.0.1:8000/hook", "--scheme", "digest"], "--scheme"),
        ([], "URL"),
    ],
)
def test_what_cannot_be_run_is_refused_and_nothing_sent(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.setattr(playing, "Wire", lambda *_: pytest.fail("something was sent"))
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr
    assert "hidden-word" not in result.stderr


def test_a_scheme_without_its_variables_names_them() -> None:
    result = run("http://127.0.0.1:9/hook", "--scheme", "hmac-sha1", variables={})
    assert result.exit_code == 2
    assert "hmac-sha1 needs PUNCHH_WEBHOOK_SECRET and PUNCHH_WEBHOOK_KEY" in result.stderr


def test_where_nobody_listens_there_is_no_verdict() -> None:
    with served(Good()) as url:
        pass
    result = run(url, *QUICK)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nobody listens at the address" in result.stderr


def test_a_host_that_was_repeated_is_sent_to(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    async def status(wire: sending.Wire, request: object) -> int:
        sent.append(wire._url)
        return 302

    monkeypatch.setattr(sending.Wire, "_status", status)
    result = run("https://Receiver.example.com/hook", "--allow-host", "receiver.example.com", *QUICK)
    assert result.exit_code == 1
    assert sent == ["https://receiver.example.com/hook"]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_no_proxy_of_the_environment_is_used(good: str, name: str) -> None:
    result = run(good, *QUICK, variables={**VARIABLES, name: "http://127.0.0.1:9"})
    assert result.exit_code == 0, result.output
