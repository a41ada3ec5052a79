"""The seed: its own world is whole, other files are read, mistakes are named and never a traceback."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from punchh_contract.errors import UsageError
from punchh_contract.sandbox import seed
from punchh_contract.sandbox.store import Store

OWN = Path(seed.__file__).with_name("seed.yaml")
MAGIC = {
    "operation": "force_redeem",
    "field": "user_id",
    "value": 9,
    "status": 404,
    "error": "user_not_found",
}


def now() -> datetime:
    return datetime(2026, 3, 1, tzinfo=UTC)


def small() -> dict[str, object]:
    document: dict[str, object] = yaml.safe_load(OWN.read_text())
    return {**document, "guests": [{"user_id": 111111111, "email": "one@example.com"}]}


def test_repeat_unfolds_numbers_and_texts() -> None:
    entries = [{"repeat": 2, "id": "{7+n}", "name": "No {n}", "inner": [{"x": "{n}"}]}, {"id": 1}]
    assert seed.unfold(entries) == [
        {"id": 7, "name": "No 0", "inner": [{"x": 0}]},
        {"id": 8, "name": "No 1", "inner": [{"x": 1}]},
        {"id": 1},
    ]


def test_the_own_seed_invents_everybody() -> None:
    world = seed.load()
    assert all(guest.profile.email.endswith("@example.com") for guest in world.guests)
    secrets = [world.business.secret, world.business.admin_key, world.business.business_key]
    secrets += [token for guest in world.guests if (token := guest.profile.access_token)]
    assert all("not-a-real-one" in secret for secret in secrets)


def test_nothing_secret_shows_in_a_repr() -> None:
    assert "not-a-real-one" not in repr(seed.load())


def test_another_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "seed.yaml"
    file.write_text(yaml.safe_dump(small()))
    store = Store(seed.load(file), wall=now)
    with store.transaction(write=False) as tx:
        assert tx.guests.users() == (111111111,)
    store.close()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("a: [", "not YAML at line", id="no YAML"),
        pytest.param("", "/", id="empty"),
        pytest.param("[]", "/", id="a list"),
        pytest.param("business: 2020-01-01", "JSON has not", id="a bare date"),
        pytest.param(yaml.safe_dump({**small(), "gusets": []}), "gusets", id="a misspelt key"),
        pytest.param(yaml.safe_dump({**small(), "guests": [{"points": 1}]}), "/guests/0", id="no user_id"),
        pytest.param(
            yaml.safe_dump({**small(), "guests": [{"user_id": 5}]}), "default_guest", id="no default guest"
        ),
        pytest.param(
            yaml.safe_dump({**small(), "magic": [MAGIC, MAGIC]}), "stands for two", id="one value, two errors"
        ),
        pytest.param(
            yaml.safe_dump({**small(), "magic": [{**MAGIC, "value": ""}]}), "/magic/0", id="no value"
        ),
        pytest.param(
            yaml.safe_dump({**small(), "guests": [{"user_id": 111111111, "points": -1}]}),
            "/guests/0/points",
            id="a negative balance",
        ),
    ],
)
def test_a_mistake_is_named_with_its_file(tmp_path: Path, content: str, expected: str) -> None:
    file = tmp_path / "seed.yaml"
    file.write_text(content)
    with pytest.raises(UsageError) as caught:
        seed.load(file)
    assert str(file) in str(caught.value)
    assert expected in str(caught.value)


def test_a_file_that_is_something_else_is_not_repeated(tmp_path: Path) -> None:
    file = tmp_path / "other.yaml"
    file.write_text(f"- {'x' * 5000}\n- secret-at-the-end\n")
    with pytest.raises(UsageError) as caught:
        seed.load(file)
    assert len(str(caught.value)) < 1000
    assert "secret-at-the-end" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        seed.load(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    "guests",
    [
        pytest.param([{"user_id": 111111111}] * 2, id="a guest twice"),
        pytest.param(
            [
                {"user_id": user_id, "rewards": [{"reward_id": 1, "name": "x", "discount_cents": 1}]}
                for user_id in (111111111, 2)
            ],
            id="a reward of two guests",
        ),
        pytest.param(
            [{"user_id": 111111111, "subscriptions": [{"subscription_id": 1, "plan_id": 1}]}],
            id="no such plan",
        ),
    ],
)
def test_a_world_that_contradicts_itself(tmp_path: Path, guests: list[object]) -> None:
    file = tmp_path / "seed.yaml"
    file.write_text(yaml.safe_dump({**small(), "guests": guests}))
    with pytest.raises(UsageError):
        Store(seed.load(file), wall=now)
