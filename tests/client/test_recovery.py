"""Recovery: what may be repeated is, once; what may not is reported; nothing is settled by a guess."""

import asyncio
import contextlib
import dataclasses
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from client.test_journal import HOST, another, call

from punchh_contract import AsyncPunchhClient, PunchhClient
from punchh_contract.auth import Credentials
from punchh_contract.client.errors import (
    AuthenticationError,
    BudgetExceeded,
    OutcomeUnknown,
    RateLimitedError,
    RefusalError,
)
from punchh_contract.client.journal import Entry, Journal, authority_of
from punchh_contract.client.recovery import Recovered, recover, recover_async
from punchh_contract.contract import load
from punchh_contract.errors import PunchhContractError, UsageError

CONTRACT = load()
ANSWER = {"redemption_ref": "ref-1", "success": [{"redemption_id": 6440001}], "failures": []}


def committed(*, refused: bool = False) -> Any:
    return SimpleNamespace(committed=not refused, refused=refused, status=200, body=ANSWER)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with contextlib.closing(Journal(tmp_path / "redemptions.db", HOST)) as made:
        yield made


class Vendor:
    """Stands for the client's way to send: what it says to each entry, and what it was asked."""

    def __init__(self, *outcomes: Any) -> None:
        self.outcomes = list(outcomes)
        self.asked: list[Entry] = []

    def __call__(self, entry: Entry) -> Any:
        self.asked.append(entry)
        outcome = self.outcomes.pop(0) if self.outcomes else committed()
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    async def later(self, entry: Entry) -> Any:
        await asyncio.sleep(0)
        return self(entry)


def sync(journal: Journal, vendor: Vendor, **how: Any) -> list[Recovered]:
    return recover(journal, vendor, **{**DEFAULTS, **how})


def awaited(journal: Journal, vendor: Vendor, **how: Any) -> list[Recovered]:
    return asyncio.run(recover_async(journal, vendor.later, **{**DEFAULTS, **how}))


DEFAULTS: dict[str, Any] = {
    "contract": CONTRACT,
    "trust_external_uid": True,
    "authority": lambda operation: None,
}
ROADS = pytest.mark.parametrize("road", [sync, awaited])
Road = Callable[..., list[Recovered]]


def left(journal: Journal, *calls: Any, authority: str | None = None) -> list[int]:
    """Calls whose outcome nobody knows."""
    numbers = [journal.begin(each, authority=authority) for each in calls]
    for each in numbers:
        journal.unknown(each, "read_timeout")
    return numbers


@ROADS
def test_what_has_a_key_is_repeated_byte_for_byte_and_known_after(journal: Journal, road: Road) -> None:
    numbers = left(journal, call(uid="till-1"), call(uid="till-2"))
    vendor = Vendor()
    found = road(journal, vendor)
    assert [each.known for each in found] == [True, True]
    assert [(each.id, each.body, each.external_uid) for each in vendor.asked] == [
        (numbers[0], call().body, "till-1"),
        (numbers[1], call().body, "till-2"),
    ]
    kept = journal.entry(numbers[0])
    assert kept is not None
    assert (kept.state, kept.status, b"6440001" in (kept.answer or b"")) == ("answered", 200, True)
    assert road(journal, vendor) == []


@ROADS
@pytest.mark.parametrize(
    ("made", "how", "says"),
    [
        (call("force_redeem", uid=None), {}, "may not be sent again"),
        (call("create_subscription_redemption_code", uid=None), {}, "may not be sent again"),
        (call(uid=None), {}, "may not be sent again"),
        (call(), {"trust_external_uid": False}, "trust_external_uid=True"),
    ],
    ids=["force redeem", "code", "batch without a key", "no trust"],
)
def test_what_may_not_be_repeated_is_reported_as_unknown(
    journal: Journal, road: Road, made: Any, how: dict[str, Any], says: str
) -> None:
    (number,) = left(journal, made)
    vendor = Vendor()
    (found,) = road(journal, vendor, **how)
    assert vendor.asked == []
    assert not found.known
    assert isinstance(found.error, OutcomeUnknown)
    assert says in str(found.error)
    assert (found.error.operation_id, found.error.external_uid) == (made.operation.id, made.external_uid)
    assert [each.id for each in journal.pending()] == [number]


@ROADS
def test_an_operation_that_never_repeats_is_not_repeated_whatever_the_entry_says(
    journal: Journal, road: Road
) -> None:
    left(journal, call("force_redeem", uid="no key of its", keyed=True))
    vendor = Vendor()
    (found,) = road(journal, vendor)
    assert (vendor.asked, found.known) == ([], False)


@ROADS
def test_an_operation_that_the_contract_lost_is_reported(journal: Journal, road: Road) -> None:
    gone = dataclasses.replace(CONTRACT.operation("process_batch_redemption"), id="redeem_of_old")
    left(journal, call(uid="till-1"), call(uid="till-2"))
    with another(journal.path) as other:
        other.begin(SimpleNamespace(**{**vars(call()), "operation": gone}))
    (first, second, third) = road(journal, Vendor())
    assert (first.known, second.known) == (True, True)
    assert "no such operation" in str(third.error)


@ROADS
def test_another_guests_token_repeats_nothing(journal: Journal, road: Road) -> None:
    """The same bytes under it would take from that guest: an `external_uid` is the guest's own."""
    online = CONTRACT.operation("create_online_redemption")
    ada, grace = (authority_of(online, Credentials(access_token=each)) for each in ("ada", "grace"))
    left(journal, call("create_online_redemption", uid="order-1"), authority=ada)
    for theirs in (grace, None):
        vendor = Vendor()
        (found,) = road(journal, vendor, authority=lambda _, theirs=theirs: theirs)
        assert (vendor.asked, found.known) == ([], False)
        assert "another access token" in str(found.error)
    refreshed: list[Entry] = []

    def same_guest(entry: Entry) -> bool:
        refreshed.append(entry)
        return True

    (found,) = road(journal, Vendor(), authority=lambda _: grace, same_guest=same_guest)
    assert found.known
    assert [each.external_uid for each in refreshed] == ["order-1"]


@ROADS
def test_a_client_without_credentials_for_one_entry_recovers_the_others(journal: Journal, road: Road) -> None:
    left(journal, call("create_online_redemption", uid="order-1"), call(uid="till-1"))

    def authority(operation: Any) -> str | None:
        if operation.id == "create_online_redemption":
            raise UsageError("set PUNCHH_ACCESS_TOKEN")
        return None

    first, second = road(journal, Vendor(), authority=authority)
    assert (first.known, str(first.error)) == (False, "set PUNCHH_ACCESS_TOKEN")
    assert second.known


def test_an_authority_tells_tokens_apart_and_gives_none_away() -> None:
    online, batch = (
        CONTRACT.operation(f"{each}") for each in ("create_online_redemption", "process_batch_redemption")
    )
    ada = authority_of(online, Credentials(access_token="sandbox-ada"))
    assert ada is not None
    assert ada == authority_of(online, Credentials(access_token="sandbox-ada", secret="other"))
    assert ada != authority_of(online, Credentials(access_token="sandbox-grace"))
    assert "sandbox" not in ada
    assert authority_of(online, Credentials()) is None
    # A till names the guest in the body.
    assert authority_of(batch, Credentials(access_token="sandbox-ada", location_key="k")) is None


@ROADS
@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (committed(refused=True), "echo of its own first success"),
        (RefusalError("no", status=422), "echo of its own first success"),
        (BudgetExceeded("full"), "brought no answer"),
        (OutcomeUnknown("who knows"), "who knows"),
        (UsageError("set PUNCHH_SECRET"), "set PUNCHH_SECRET"),
    ],
    ids=["refused", "refusal", "budget", "unknown again", "not set up"],
)
def test_only_a_redemption_settles_an_entry(journal: Journal, road: Road, outcome: Any, says: str) -> None:
    numbers = left(journal, call(uid="till-1"), call(uid="till-2"))
    first, second = road(journal, Vendor(outcome))
    assert not first.known
    assert says in str(first.error)
    assert isinstance(first.error, PunchhContractError)
    assert second.known
    assert [each.id for each in journal.pending()] == numbers[:1]
    # And it can be tried again.
    assert [each.known for each in road(journal, Vendor())] == [True]


@ROADS
def test_credentials_that_are_refused_are_not_tried_again_and_again(journal: Journal, road: Road) -> None:
    """Ten failures in ten minutes block the address."""
    left(journal, *(call(uid=f"till-{each}") for each in range(30)))
    vendor = Vendor(*[AuthenticationError("who?", status=401)] * 30)
    found = road(journal, vendor)
    assert len(vendor.asked) == 1
    assert len(found) == 30
    assert not any(each.known for each in found)
    assert "not tried" in str(found[-1].error)
    assert len(journal.pending()) == 30


class Gatekeeper(http.server.ThreadingHTTPServer):
    """A server that turns everybody away with one status, and counts them."""

    daemon_threads = True

    def __init__(self, status: int) -> None:
        super().__init__(("127.0.0.1", 0), Refusing)
        self.status = status
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Refusing(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        assert isinstance(self.server, Gatekeeper)
        self.server.asked += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "2")
        if self.server.status == 429:
            self.send_header("Retry-After", "60")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        pass


@contextlib.contextmanager
def turning_away(status: int) -> Iterator[Gatekeeper]:
    with Gatekeeper(status) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def by_client(options: dict[str, Any]) -> list[Recovered]:
    with PunchhClient(environ={}, **options) as client:
        return client.recover()


def by_async_client(options: dict[str, Any]) -> list[Recovered]:
    async def calls() -> list[Recovered]:
        async with AsyncPunchhClient(environ={}, **options) as client:
            return await client.recover()

    return asyncio.run(calls())


@pytest.mark.parametrize("status", [401, 403, 412, 429])
@pytest.mark.parametrize("recovered", [by_client, by_async_client])
def test_a_client_that_is_turned_away_stops_asking(
    recovered: Callable[[dict[str, Any]], list[Recovered]], status: int, keys: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "redemptions.db"
    with turning_away(status) as vendor:
        with another(path, vendor.url) as journal:
            left(journal, *(call(uid=f"till-{each}") for each in range(12)))
        options = {**keys, "base_url": vendor.url, "journal": path, "trust_external_uid": True}
        found = recovered(options)
        assert vendor.asked == 1
        assert len(found) == 12
        assert not any(each.known for each in found)
        assert isinstance(found[0].error, OutcomeUnknown)
        assert "not tried" not in str(found[0].error)
        says = "limit of calls" if status == 429 else "turned away for its credentials"
        assert all(says in str(each.error) for each in found[1:])
        # A later recovery may try again, once.
        assert not any(each.known for each in recovered(options))
        assert vendor.asked == 2


@ROADS
def test_a_limit_stops_one_operation_only(journal: Journal, road: Road) -> None:
    left(journal, call(uid="till-1"), call(uid="till-2"), call("create_online_redemption", uid="order-1"))
    slow = OutcomeUnknown("?", cause_error=RateLimitedError("slow", status=429, retry_after=60.0))
    vendor = Vendor(slow)
    found = road(journal, vendor)
    assert [each.external_uid for each in vendor.asked] == ["till-1", "order-1"]
    assert [each.known for each in found] == [False, False, True]
    assert "limit of calls" in str(found[1].error)


@ROADS
def test_one_who_is_interrupted_leaves_the_entry_to_others(journal: Journal, road: Road) -> None:
    (number,) = left(journal, call())
    with pytest.raises(KeyboardInterrupt):
        road(journal, Vendor(KeyboardInterrupt()))
    assert [each.id for each in journal.pending()] == [number]


def test_two_who_recover_at_once_share_the_work(journal: Journal) -> None:
    left(journal, *(call(uid=f"till-{each}") for each in range(6)))
    with another(journal.path) as other:
        theirs: list[Recovered] = []
        mine = Vendor()

        def repeat(entry: Entry) -> Any:
            # In the middle of ours the other begins, and ends.
            if entry.external_uid == "till-2":
                theirs.extend(recover(other, Vendor(), **DEFAULTS))
            return mine(entry)

        ours = recover(journal, repeat, **DEFAULTS)
    assert [each.entry.external_uid for each in theirs] == ["till-3", "till-4", "till-5"]
    assert [each.entry.external_uid for each in ours] == ["till-0", "till-1", "till-2"]
    assert all(each.known for each in [*ours, *theirs])


def test_a_report_shows_no_guest(journal: Journal) -> None:
    left(journal, call("force_redeem", uid=None))
    (found,) = sync(journal, Vendor())
    assert "ada.sandbox" not in f"{found!r} {found.error}"
