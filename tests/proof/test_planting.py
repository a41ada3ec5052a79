"""Planting: what is there, comes back whatever happens; a sandbox with a fault in a process of its own."""

import re
import signal
import subprocess
import sys

import httpx
import pytest

from punchh_contract.errors import UsageError
from punchh_contract.proof import faulty
from punchh_contract.proof.fault import Fault, Kind, Patch
from punchh_contract.proof.making import constant
from punchh_contract.proof.planting import find, place, planted
from punchh_contract.sandbox import ledger
from punchh_contract.sandbox.store.holdings import Guests

UNTIL = 30


def fault(*places: str) -> Fault:
    patches = tuple(Patch(each, constant(None)) for each in places)
    return Fault("some_fault", Kind.STATE, "", "", "", patches, lambda _: None, None)


def test_a_place_is_a_function_a_member_of_a_class_or_a_value() -> None:
    assert place("ledger.redeem") == (ledger, "redeem", ledger.redeem)
    assert place("store.holdings.Guests.apply") == (Guests, "apply", Guests.apply)
    assert place("ledger.CODE_LIFETIME")[2] == ledger.CODE_LIFETIME


@pytest.mark.parametrize(
    "dotted", ["ledger.nothing", "nowhere.redeem", "ledger.redeem.x.y", "guests.Code.gone"]
)
def test_a_place_that_is_gone_is_loud(dotted: str) -> None:
    with pytest.raises(LookupError, match=re.escape(dotted)):
        place(dotted)


def test_what_was_planted_comes_out_whatever_happens() -> None:
    before = ledger.redeem
    seen = []

    def fail() -> None:
        with planted(fault("ledger.redeem")):
            seen.append(ledger.redeem)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert seen == [None]
    assert ledger.redeem is before


def test_half_planted_is_not_planted() -> None:
    before = ledger.redeem
    with pytest.raises(LookupError), planted(fault("ledger.redeem", "ledger.nothing")):
        pass
    assert ledger.redeem is before


def test_an_unknown_fault_is_the_users_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="no fault 'nothing'"):
        find("nothing")
    assert faulty.main(["nothing"]) == faulty.CANNOT
    assert "no fault 'nothing'" in capsys.readouterr().err


@pytest.mark.parametrize(("fault_id", "status"), [("none", 201), ("force_answers_200", 200)])
def test_a_process_serves_a_sandbox_with_a_fault(fault_id: str, status: int) -> None:
    command = [sys.executable, "-m", "punchh_contract.proof.faulty", fault_id, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.match(r"Sandbox at (http://127\.0\.0\.1:[1-9]\d*) ", process.stdout.readline())
            assert found is not None
            with httpx.Client(base_url=found[1], trust_env=False, timeout=UNTIL) as client:
                keys = client.get("/_sandbox/credentials").json()
                headers = {
                    "Authorization": f"Bearer {keys['PUNCHH_ADMIN_KEY']}",
                    "User-Agent": keys["PUNCHH_USER_AGENT"],
                }
                body = {"user_id": 111111111, "redemption": {"requested_punches": 1}}
                path = "/api2/dashboard/redemptions/force_redeem"
                assert client.post(path, json=body, headers=headers).status_code == status
            process.send_signal(signal.SIGINT)
            assert process.wait(UNTIL) == 0
        finally:
            process.kill()
