"""What the survey counts: every kind of drift at its place, with first and last, and what was never seen."""

import copy
import itertools
import json
import random
import tracemalloc
from typing import Any

import pytest
from events.mutation import FULL, SAMPLES, VALID
from events.people import PEOPLE

from punchh_contract import contract
from punchh_contract.events.drift import Row, Survey
from punchh_contract.events.drift.atlas import atlas

SEED: dict[str, Any] = VALID[[path.stem for path in SAMPLES].index("seed-004-redemptions-event")]


def changed(pointer: str, value: Any) -> dict[str, Any]:
    """The seed's event with one value set, `...` to take it away."""
    event: Any = copy.deepcopy(SEED)
    node, (*steps, last) = event, pointer.strip("/").split("/")
    for step in steps:
        node = node[int(step)] if isinstance(node, list) else node[step]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    found: dict[str, Any] = event
    return found


def surveyed(*events: Any) -> Survey:
    survey = Survey()
    for number, event in enumerate(events, start=1):
        survey.add(event, "a.ndjson", number, number)
    return survey


def only(*events: Any) -> Row:
    (row,) = surveyed(*events).rows()
    return row


@pytest.mark.parametrize("event", VALID, ids=[path.stem for path in SAMPLES])
def test_examples_of_the_contract_have_no_drift_but_the_unit_of_time(event: dict[str, Any]) -> None:
    rows = surveyed(event).rows()
    assert [row.kind for row in rows] == (["time_unit"] if event["timestamp"] > 10**12 else [])


USER = "#/components/schemas/EventUser"
PAYLOAD = "#/components/schemas/RedemptionPayload"


REDEMPTION = f"{PAYLOAD}/properties/redemption_id"
EVENT = "#/components/schemas/RedemptionsEvent"
CHANNELS = "#/components/schemas/KnownEventChannel/enum"
MADE, SENT = "/payload/created_at", "/timestamp"
MADE_AT, SENT_AT = f"{PAYLOAD}/properties/created_at", f"{EVENT}/properties/timestamp"
NO_MOMENT = "no moment between 2001 and 2286"
OFFSET = "9999-99-99 99:99:99 -9999"
MONTH = "text with the name of a month or day"


@pytest.mark.parametrize(
    ("pointer", "value", "kind", "found", "spec"),
    [
        ("/payload/user/loyalty_level", "gold", "unknown_field", "string", f"{USER}/properties"),
        ("/payload/user/loyalty_level", {"a": 1}, "unknown_field", "object", f"{USER}/properties"),
        ("/payload/user/loyalty_tier", 1, "unknown_field", "integer", f"{USER}/properties"),
        ("/payload/channel", "Online-Order", "unknown_value", "`Online-Order`", CHANNELS),
        ("/payload/channel", "KIOSK", "unknown_value", "`KIOSK`", CHANNELS),
        ("/payload/channel", "drive_thru", "unknown_value", "a text, masked", CHANNELS),
        ("/payload/channel", "web ", "unknown_value", "a text, masked", CHANNELS),
        ("/payload/channel", "Zebediah", "unknown_value", "a text, masked", CHANNELS),
        ("/payload/channel", "reward 5550142", "unknown_value", "a text, masked", CHANNELS),
        ("/event_name", "other_events", "unknown_value", "a text, masked", f"{EVENT}/properties/event_name"),
        ("/event_name", "Redemptions", "unknown_value", "`Redemptions`", f"{EVENT}/properties/event_name"),
        ("/payload/user/phone", 5550142, "other_type", "integer", f"{USER}/properties/phone"),
        ("/payload/location_id", 1.5, "other_type", "number", f"{PAYLOAD}/properties/location_id"),
        ("/payload/user/first_name", None, "null", "null", f"{USER}/properties/first_name"),
        (MADE, 1591594104, "date_form", "integer, seconds", MADE_AT),
        (MADE, 1591594104000, "date_form", "integer, milliseconds", MADE_AT),
        (MADE, "1591594104000", "date_form", "digits, milliseconds", MADE_AT),
        (MADE, "2021-07-17 02:13:00 -0700", "date_form", OFFSET, MADE_AT),
        (MADE, "17 Jul 2021 02:13 UTC", "date_form", MONTH, MADE_AT),
        (MADE, "Zebediah 5550142", "date_form", "other text", MADE_AT),
        (MADE, "", "date_form", "empty text", MADE_AT),
        (SENT, 1591594104000, "time_unit", "milliseconds", SENT_AT),
        (SENT, 7, "time_unit", NO_MOMENT, SENT_AT),
        ("/payload/redemption_id", ..., "missing", "nothing", REDEMPTION),
        ("/payload/redemption_id", 0, "out_of_bounds", "a number too small", REDEMPTION),
        ("/payload/redemption_id", 2**63, "out_of_bounds", "a number too large", REDEMPTION),
        ("/content_id", "", "out_of_bounds", "text that is too short", f"{EVENT}/properties/content_id"),
    ],
)  # fmt: skip
def test_drift_is_one_row_at_its_place(pointer: str, value: Any, kind: str, found: str, spec: str) -> None:
    row = only(changed(pointer, value))
    shown = pointer.replace("loyalty_tier", "string(12)")
    assert (row.kind, row.pointer, row.found, row.spec) == (kind, shown, found, spec)


def test_no_name_of_a_person_or_a_street_is_told() -> None:
    """At any list of values, and as any unknown field."""
    lists = [position.pointer for position in atlas().all() if position.known or "const" in position.rules]
    assert len(lists) >= 8
    survey, chance = Survey(), random.Random(1)
    for number, (one, other) in enumerate(itertools.pairwise(PEOPLE)):
        event = copy.deepcopy(FULL)
        said = chance.choice([one, other.lower(), f"{one} {other}", f"{one} {number}", f"{one[0]} {other}"])
        for pointer in lists:
            *steps, last = pointer.strip("/").split("/")
            holder: Any = event
            for step in steps:
                holder = holder[step]
            holder[last] = said
        for holder in (event, event["payload"], event["payload"]["user"]):
            holder[said.replace(" ", "_")] = said
        survey.add(event, "a.ndjson", 1, 1)
    assert survey.uncounted == 0
    rows = survey.rows()
    # The one that a list of channels has itself, in small letters.
    found = {row.found for row in rows if row.kind == "unknown_value"} - {"`Mobile`", "`MOBILE`"}
    assert found == {"a text, masked"}
    names = {row.pointer.rpartition("/")[2] for row in rows if row.kind == "unknown_field"}
    assert {name for name in names if not name.startswith("string(")} == set()


def test_every_place_leads_into_the_contract() -> None:
    document = contract.load().document
    for position in atlas().all():
        for pointer in filter(
            None, [position.spec, position.shape, *(each.spec for each in position.known.values())]
        ):
            node: Any = document
            for step in pointer.removeprefix("#/").split("/"):
                name = step.replace("~1", "/").replace("~0", "~")
                node = node[int(name)] if isinstance(node, list) else node[name]
            assert node


def test_the_atlas_has_all_fields_and_knows_what_is_personal() -> None:
    positions = {position.pointer: position for position in atlas().all()}
    assert len(positions) > 90
    assert positions["/payload/user/email"].personal
    assert not positions["/payload/channel"].personal
    assert positions["/payload/internal_tracking_code"].source == "C-41"
    assert positions["/payload/redemption_code/redeemed_menu_items/*/item_name"].types == {"string"}


def test_an_item_of_a_list_is_one_place_and_an_event_counts_once() -> None:
    event = copy.deepcopy(SEED)
    for item in event["payload"]["redemption_code"]["redeemed_menu_items"]:
        item["item_color"] = "red"
    row = only(event, event)
    assert row.pointer == "/payload/redemption_code/redeemed_menu_items/*/item_color"
    assert (row.count, row.events) == (4, 2)


def test_first_and_last_are_by_position_and_times_by_the_events_own() -> None:
    early, late = (
        {**changed("/payload/user/first_name", None), "timestamp": each} for each in (10**9, 2 * 10**9)
    )
    row = only(SEED, late, SEED, early, SEED)
    assert (row.first.record, row.last.record) == (2, 4)
    assert (row.earliest, row.latest) == ("2001-09-09T01:46:40Z", "2033-05-18T03:33:20Z")


def test_milliseconds_and_seconds_are_the_same_time() -> None:
    row = only(changed("/timestamp", SEED["timestamp"] * 1000))
    assert row.earliest == "2020-06-08T05:28:24Z"


@pytest.mark.parametrize("event", [None, 17, "Zebediah", [SEED], True])
def test_what_is_no_event_is_another_type(event: Any) -> None:
    row = only(event)
    assert (row.kind, row.pointer) == ("other_type", "")


def test_what_is_promised_and_never_there_is_told_once() -> None:
    unseen = [(each.kind, each.pointer, each.value) for each in surveyed(SEED).unseen()]
    assert ("field", "/payload/admin_id", None) in unseen
    assert ("value", "/payload/channel", "kiosk") in unseen
    assert ("value", "/payload/channel", "POS") not in unseen
    assert ("object", "/payload/redemption_code_pass", None) in unseen
    assert not [each for each in unseen if each[1].startswith("/payload/redemption_code_pass/")]
    both = [(each.kind, each.pointer, each.value) for each in surveyed(SEED, FULL).unseen()]
    assert ("object", "/payload/redemption_code_pass", None) not in both
    assert surveyed().unseen() == []


_OWN = ["reward", "location", "user", "redemption", "code", "status", "level", "loyalty", "receipt", "amount"]
WORDS = ["_".join(each) for each in itertools.product(_OWN, repeat=3)]


def test_memory_does_not_grow_with_what_is_unknown() -> None:
    survey = Survey(kinds=50)

    def feed(start: int, end: int) -> None:
        for number in range(start, end):
            event = changed("/payload/user/first_name", None)
            event["payload"]["user"][f"guest-{number}@example.com"] = "x"
            event["payload"][WORDS[number % 1000]] = "x"
            survey.add(event, "a.ndjson", number, number)

    feed(0, 300)
    tracemalloc.start()
    feed(300, 1_300)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(survey.rows()) == 50
    assert sum(row.count for row in survey.rows()) + survey.uncounted == 3 * 1_300
    assert grown < 200_000
    assert json.dumps([row.pointer for row in survey.rows()]).count("example.com") == 0
