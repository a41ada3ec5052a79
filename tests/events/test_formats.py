"""The one meaning of `date-time`."""

import pytest

from punchh_contract.events.formats import is_date_time


@pytest.mark.parametrize(
    "text",
    [
        "2020-06-08T05:27:23Z",
        "2020-06-08T05:27:23.5+05:30",
        "2020-06-08t05:27:23z",
        "2020-06-08T05:27:23-00:00",
        "2000-02-29T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59-23:59",
        "2016-12-31T23:59:60Z",
        "2017-01-01T05:29:60+05:30",
        "2016-12-31T15:59:60.9-08:00",
    ],
)
def test_a_date_time_of_rfc_3339_is_one(text: str) -> None:
    assert is_date_time(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("2020-06-08", id="a date alone"),
        pytest.param("2020-06-08 05:27:23Z", id="a space for T"),
        pytest.param("2018-11-28 02:13:00 -0800", id="the receipt's form"),
        pytest.param("2020-06-08T05:27:23", id="no zone"),
        pytest.param("2020-06-08T05:27:23+0530", id="a zone without colon"),
        pytest.param("2020-06-08T05:27:23+24:00", id="a zone of a day"),
        pytest.param("2020-06-08T05:27:23+05:60", id="a zone of sixty minutes"),
        pytest.param("2020-06-08T05:27:23.Z", id="a point without digits"),
        pytest.param("2020-06-08T05:27:23Z\n", id="a line break after it"),
        pytest.param("2020-13-01T00:00:00Z", id="month 13"),
        pytest.param("2020-00-01T00:00:00Z", id="month 0"),
        pytest.param("2020-01-00T00:00:00Z", id="day 0"),
        pytest.param("2020-04-31T00:00:00Z", id="31 April"),
        pytest.param("1900-02-29T00:00:00Z", id="no leap year"),
        pytest.param("2020-01-01T24:00:00Z", id="hour 24"),
        pytest.param("2020-01-01T00:60:00Z", id="minute 60"),
        pytest.param("2016-12-31T23:59:61Z", id="second 61"),
        pytest.param("2016-12-31T22:59:60Z", id="a leap second at another minute"),
        pytest.param("2016-12-31T23:59:60+05:30", id="a leap second at another minute of UTC"),
        pytest.param("\uff12\uff10\uff12\uff10-01-01T00:00:00Z", id="full-width digits"),
        pytest.param("2020-01-01T00:00:0\u0663Z", id="an Arabic digit"),
        pytest.param("10000-01-01T00:00:00Z", id="five digits of a year"),
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert not is_date_time(text)


@pytest.mark.parametrize("value", [None, 17, 1.5, True, [], {}])
def test_what_is_no_text_is_left_to_the_type(value: object) -> None:
    assert is_date_time(value)
