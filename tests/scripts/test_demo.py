"""The demo: it plays to its end in time, tells each step, and stops where something is not so."""

import subprocess
import sys
from pathlib import Path

import demo
import pytest

from punchh_contract.sandbox.clock import wall
from punchh_contract.sandbox.fixtures import credentials
from punchh_contract.sandbox.seed import load
from punchh_contract.sandbox.store import Store

SCRIPT = Path(demo.__file__)


def test_it_plays_the_whole_story() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(SCRIPT)], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.splitlines()[-1] == "All of it was as it should be."
    assert done.stdout.count("\n11. ") == 1
    assert "\033" not in done.stdout, "colour is for terminals"
    store = Store(load(), wall=wall)
    secret = {*credentials(store).values(), demo.SECRET} - {credentials(store)["PUNCHH_USER_AGENT"]}
    assert [each for each in secret if each in done.stdout] == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SUBSCRIPTION", "498704", "SubscriptionRedemption was expected"),  # has not begun
        ("FIVE_OFF", "495", "not so: it was committed"),  # costs more than anybody has
        ("GRACE", 111111113, "ForcedRedemption was expected"),  # has nothing
        ("MIXED", 111112000, "not so: each item ends once"),  # nothing in the basket fails
    ],
)
def test_it_stops_where_the_story_is_another(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: object, said: str
) -> None:
    monkeypatch.setattr(demo, name, value)
    assert demo.main() == 1
    assert said in capsys.readouterr().out.splitlines()[-1]


def test_a_receiver_that_knows_another_secret_stops_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    subscribe = demo.Evening.subscribe

    def subscribe_wrongly(self: demo.Evening, url: str) -> None:
        subscribe(self, url)
        (subscriber,) = self.control.subscribers()
        self.control.change_subscriber(subscriber["subscriber_id"], secret="another-not-a-real-one")

    monkeypatch.setattr(demo.Evening, "subscribe", subscribe_wrongly)
    assert demo.main() == 1
    assert "not so: every signature is right" in capsys.readouterr().out
