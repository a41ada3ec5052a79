"""An event as a handler gets it: the model, the zoned times beside the vendor's text, and nothing lost."""

from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from punchh_client.models.known_redemption_status import KnownRedemptionStatus
from receiver.hooks import GUEST, SEED, event

from punchh_contract.receiver import Event
from punchh_contract.receiver.times import moment

MINUS_8 = timezone(-timedelta(hours=8))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T18:05:01Z", datetime(2026, 3, 2, 18, 5, 1, tzinfo=UTC)),
        ("2026-03-02t18:05:01.25z", datetime(2026, 3, 2, 18, 5, 1, 250000, tzinfo=UTC)),
        ("2018-11-28 02:13:00 -0800", datetime(2018, 11, 28, 2, 13, tzinfo=MINUS_8)),
        ("2018-11-28T02:13:00-08:00", datetime(2018, 11, 28, 2, 13, tzinfo=MINUS_8)),
        ("2017-02-08 14:54:44 UTC", datetime(2017, 2, 8, 14, 54, 44, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2026-03-02T18:05:01.123456789Z", datetime(2026, 3, 2, 18, 5, 1, 123456, tzinfo=UTC)),
    ],
)
def test_each_form_of_the_vendor_is_a_time_in_its_zone(text: str, expected: datetime) -> None:
    found = moment(text)
    assert found == expected
    assert found is not None
    assert found.utcoffset() == expected.utcoffset()


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T18:05:01", "2026-03-02", "", "0000-01-01T00:00:00Z", "9999-12-31T23:59:60Z",
        "2026-02-30T00:00:00Z", "2026-03-02T18:05:01+99:00", "\uff12026-03-02T18:05:01Z",
        "2026-03-02T18:05:01Z\n",
    ],
)  # fmt: skip
def test_what_says_no_time_or_no_zone_is_none(text: str) -> None:
    assert moment(text) is None


def test_the_model_keeps_the_text_and_the_times_stand_beside_it() -> None:
    found = Event(event(payload={"user": {"joined": {"on~/": "2020-01-02 03:04:05 +0100"}}}))
    assert found.model.payload.updated_at == "2020-09-29T17:54:40Z"
    assert found.times["/payload/updated_at"] == datetime(2020, 9, 29, 17, 54, 40, tzinfo=UTC)
    assert found.times["/payload/user/joined/on~0~1"].isoformat() == "2020-01-02T03:04:05+01:00"


def test_unknown_values_and_fields_are_kept() -> None:
    body = event(action="renewed", tenant="demo", payload={"redemption_status": "paused", "kiosk": [1]})
    model = Event(body).model
    assert (model.action, model.payload.redemption_status) == ("renewed", "paused")
    assert (model["tenant"], model.payload["kiosk"]) == ("demo", [1])
    assert model.to_dict() == orjson.loads(body)
    assert Event(SEED).model.payload.redemption_status is KnownRedemptionStatus.REDEEMABLE


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        (1591594104, "2020-06-08T05:28:24+00:00"),
        (1591594104123, "2020-06-08T05:28:24.123000+00:00"),
        (1591594104.0, "2020-06-08T05:28:24+00:00"),
        (2**63 - 1, None),
    ],
)
def test_a_timestamp_is_seconds_or_milliseconds(timestamp: float, expected: str | None) -> None:
    found = Event(event(timestamp=timestamp)).sent_at
    assert (found and found.isoformat()) == expected


def test_ids_are_whole_however_they_are_written() -> None:
    found = Event(event(payload={"redemption_id": 37132103.0}))
    assert (found.redemption_id, type(found.redemption_id)) == (37132103, int)
    assert Event(event(payload={"redemption_id": 2**53 + 1})).redemption_id == 2**53 + 1


def test_no_guest_stands_in_its_repr() -> None:
    found = Event(event(), 7)
    assert found.model.payload.user is not None
    assert repr(found) == "Event(entry=7, received_at=None, attempt=1, stale=False)"
    assert [each for each in GUEST if each in repr(found)] == []
