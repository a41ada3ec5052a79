"""Certifying handlers: bad ones are caught, each for its own reason; good ones are not blamed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from receiver.certify import handlers
from receiver.certify.handlers import CREDENTIALS, LIMIT, Good, served

from punchh_contract.errors import UsageError
from punchh_contract.receiver import SCHEMES, Credentials, Inbox, Scheme, receiver
from punchh_contract.receiver.app import create_receiver
from punchh_contract.receiver.certify import Report, Result, certify
from punchh_contract.receiver.certify.rendering import as_document, as_lines, closing
from punchh_contract.receiver.serving import bind, serving

NOW = datetime(2026, 3, 2, 18, 5, 1, tzinfo=UTC)


def certified(
    url: str,
    scheme: Scheme = "hmac-sha256",
    credentials: Credentials = CREDENTIALS,
    progress: Callable[[Result], object] | None = None,
) -> Report:
    return certify(
        url,
        credentials,
        run="test",
        now=NOW,
        scheme=scheme,
        limit=LIMIT,
        stall=0.02,
        concurrency=20,
        progress=progress,
    )


def grades(report: Report, grade: str) -> set[str]:
    return {each.case.id for each in report.results if each.grade == grade}


def of(report: Report, case: str) -> Result:
    (found,) = [each for each in report.results if each.case.id == case]
    return found


FORGED = {"forged", "changed-body", "other-uri"}
# Handler, what it fails by, and what is said of the first of it: the answer, or what it would have come to.
BAD: list[tuple[type[Good], set[str], str]] = [
    (handlers.BelievesEverybody, {*FORGED, "no-credentials"}, "plant events"),
    (handlers.BelievesTheClientId, {*FORGED, "no-credentials"}, "with nothing but the scheme's word: 200"),
    (handlers.BelievesWhatLooksLikeADigest, FORGED, "an amount changed after signing: 200"),
    (handlers.ComparesTheBeginning, {"forged"}, "wrong in one digit or letter: 200"),
    (handlers.TakesTheSignatureOfAnyRoute, {"other-uri"}, "200 in"),
    (
        handlers.WantsTheWordInCapitals,
        {"good"},
        "it takes hmac-sha256 over the path, hex, after the word `HMAC`",
    ),
    (handlers.VerifiesWhatItWroteItself, {"bytes", "changed-body"}, "401 in"),
    (handlers.VerifiesWhatPythonWrites, {"good"}, "in which it would write it itself"),
    (handlers.FailsOnUnknownEvents, {"unknown-event"}, "seven times in 3 h 48 min"),
    (handlers.FailsOnUnreadableBodies, {"unreadable"}, "seven times in 3 h 48 min"),
    (handlers.FailsOnUnknownFields, {"unknown-fields"}, "500 in"),
    (handlers.DiesOfUnknownFields, {"unknown-fields"}, "ended without an answer"),
    (handlers.FailsOnUnknownValues, {"unknown-values"}, "500 in"),
    (handlers.KeepsIdsIn64BitsTooFew, {"big-ids"}, "beyond 2^53: 500"),
    (handlers.KeepsIdsAsDoubles, {"big-ids"}, "one more, which a double cannot tell from it: 409"),
    (handlers.ReadsTimestampsAsSeconds, {"milliseconds"}, "500 in"),
    (handlers.KnowsOneFormOfDates, {"dates"}, "`2018-11-28 02:13:00 -0800`: 400"),
    (handlers.RefusesWhatItHas, {"replay", "replay-at-once"}, "nothing is lost, since it was taken"),
    (handlers.FailsOnAnotherBody, {"same-id"}, "the second, with another body: 500"),
    (handlers.LooksBeforeItInserts, {"replay-at-once"}, "doubles it"),
    (handlers.WantsTheCreateFirst, {"update-first"}, "the update: 500"),
    (handlers.IsSlow, {"good"}, "no answer in 0.8 s"),
    (handlers.DoesTheWorkBeforeItAnswers, {"at-once"}, "no answer in 0.8 s"),
    (handlers.IsBusySoon, {"at-once"}, "sent again three times, after 15, 45 and 180 s"),
    (handlers.ServesOneAfterTheOther, {"stall"}, "the other: no answer in 0.8 s"),
    (handlers.Redirects, {"good"}, "never sent again: the event is lost"),
    (handlers.Creates, {"good"}, "only 200 and 202 are success"),
    (handlers.IsElsewhere, {"good"}, "404 in"),
    (handlers.KnowsNoGet, {"check"}, "not activated"),
    (handlers.BelievesNoGet, {"check"}, "401 in"),
    (handlers.AcceptsTheCheck, {"check"}, "has to be answered with 200"),
]


@pytest.mark.parametrize(("kind", "failed", "said"), BAD, ids=[each[0].__name__ for each in BAD])
def test_a_bad_handler_is_caught_for_what_is_wrong_with_it(
    kind: type[Good], failed: set[str], said: str
) -> None:
    with served(kind()) as url:
        report = certified(url)
    assert (grades(report, "fail"), grades(report, "note")) == (failed, set())
    assert report.failed == len(failed)
    told = "\n".join(
        f"{each.said}\n{each.consequence.text}"
        for each in report.results
        if each.case.id in failed and each.consequence is not None
    )
    assert said in told
    assert all(each.advice and each.expected for each in report.results if each.grade == "fail")


@pytest.mark.parametrize(
    ("kind", "scheme", "failed", "said"),
    [
        (handlers.ComparesWithoutCase, "bearer", "forged", "with upper and lower case changed: 200"),
        (handlers.WantsBasicWithACapital, "basic", "good", "it takes basic, with the word `Basic`"),
    ],
)
def test_so_is_one_of_another_scheme(kind: type[Good], scheme: Scheme, failed: str, said: str) -> None:
    with served(kind()) as url:
        report = certified(url, scheme)
    assert (grades(report, "fail"), grades(report, "note")) == ({failed}, set())
    assert said in of(report, failed).said


def test_a_handler_of_the_standard_library_is_not_blamed() -> None:
    handler = Good()
    with served(handler) as url:
        report = certified(url)
    assert grades(report, "pass") == {each.case.id for each in report.results}
    assert all(each.consequence is None for each in report.results)
    # What was asked about, seen from within: once each, whatever came again.
    assert len(handler.bodies) == len(handler.taken)
    big = of(report, "big-ids").redemption_ids
    assert len(set(map(float, big))) < len(set(big)) == 3
    assert set(big) <= set(handler.taken)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_our_own_receiver_is_not_blamed(tmp_path: Path, scheme: Scheme) -> None:
    inbox = Inbox(f"sqlite:///{tmp_path / 'inbox.db'}")
    with serving(receiver(inbox, CREDENTIALS, scheme=scheme), bind("127.0.0.1", 0)) as url:
        report = certified(f"{url}/hook/%C3%A9?store=401", scheme)
    assert grades(report, "fail") | grades(report, "note") == set()
    hmac = {"changed-body", "other-uri"}
    assert grades(report, "skipped") == {
        "none": hmac | {"forged", "no-credentials"},
        "basic": hmac,
        "bearer": hmac,
    }.get(scheme, set())


def test_what_listens_is_not_blamed() -> None:
    with serving(create_receiver(lambda _: None, CREDENTIALS), bind("127.0.0.1", 0)) as url:
        report = certified(url)
    assert grades(report, "fail") | grades(report, "note") == set()


def test_what_par_does_not_say_is_a_note_and_no_fault() -> None:
    with served(handlers.SaysWhatIsOdd()) as url:
        report = certified(url)
    assert grades(report, "fail") == set()
    assert grades(report, "note") == {"good", "same-id", "unknown-event", "unreadable"}
    assert of(report, "good").said.endswith("it takes hmac-sha256 over the url, base64, without a word")
    assert report.proof == "hmac-sha256 over the url, base64, without a word"
    consequence = of(report, "unreadable").consequence
    assert consequence is not None
    assert consequence.known == "inferred"
    assert "whether it is sent again is not stated" in consequence.text


def test_a_refusal_that_is_none_is_a_note_since_par_does_not_send_that() -> None:
    with served(handlers.FailsOnWrongProofs()) as url:
        report = certified(url)
    assert (grades(report, "fail"), grades(report, "note")) == (set(), {*FORGED, "no-credentials"})
    consequence = of(report, "forged").consequence
    assert consequence is not None
    assert consequence.text.startswith(
        "nothing, it is not PAR's. But if PAR's secret differs: it is sent again"
    )
    assert "what PAR sends while its secret and yours differ is lost" in consequence.text


def test_what_is_not_taken_at_all_is_not_played_any_further() -> None:
    handler = handlers.Redirects()
    with served(handler) as url:
        report = certified(url)
    assert grades(report, "skipped") == {each.case.id for each in report.results} - {"good"}
    assert list(report.asked) == [("good", of(report, "good").case.asked)]


def test_each_result_is_told_as_it_comes_and_in_order() -> None:
    told: list[Result] = []
    with served(Good()) as url:
        report = certified(url, progress=told.append)
    assert tuple(told) == report.results


def test_nobody_there_is_no_verdict() -> None:
    listener = bind("127.0.0.1", 0)
    port = listener.getsockname()[1]
    listener.close()
    with pytest.raises(UsageError, match="nobody listens at the address"):
        certified(f"http://127.0.0.1:{port}/hook")


@pytest.mark.parametrize("scheme", [each for each in SCHEMES if each != "none"])
def test_without_what_is_shared_it_names_the_variables(scheme: Scheme) -> None:
    with pytest.raises(UsageError, match="PUNCHH_WEBHOOK_"):
        certified("http://127.0.0.1:9/hook", scheme, Credentials())


def test_no_secret_no_guest_and_no_answer_is_in_what_is_told() -> None:
    with served(handlers.FailsOnUnknownFields()) as url:
        reports = [certified(url), certified(url, "basic"), certified(url, "bearer")]
    for report in reports:
        text = "\n".join(line for each in report.results for line in as_lines(each))
        text += "\n".join(closing(report)) + json.dumps(as_document(report)) + repr(report)
        for secret in (handlers.SECRET, handlers.TOKEN, handlers.PASSWORD, "sandbox-user", "sandbox-client"):
            assert secret not in text
        for private in ("pat@example.com", "Pat", 'Invented"', "store=401"):
            assert private not in text


def test_the_document_says_what_the_lines_say() -> None:
    with served(handlers.RefusesWhatItHas()) as url:
        report = certified(url)
    document = json.loads(json.dumps(as_document(report)))
    assert (document["format"], document["failed"], document["noted"], document["skipped"]) == (1, 2, 0, 0)
    cases = {each["id"]: each for each in document["cases"]}
    replay = cases["replay"]
    assert (replay["grade"], replay["expected"]) == ("fail", "200 or 202")
    assert (replay["known"], replay["source"]) == ("documented", "WH-DEL: at least once")
    assert replay["at_par"]["source"] == "WH-DEL"
    assert len(replay["content_ids"]) == 1
    assert cases["good"]["at_par"] is None
    lines = [line for each in report.results for line in as_lines(each)]
    assert sum(line.startswith("FAIL") for line in lines) == 2
    assert max(map(len, (line for line in lines if line.startswith(" ")))) <= 110
