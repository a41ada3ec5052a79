"""The copy that is generated from: no security, nothing that is not of the run, everything else as it was."""

import copy
import json

import pytest

from punchh_contract.conformance.preparation import links, prepare
from punchh_contract.contract import load
from punchh_contract.errors import UsageError

ALL = tuple(load().operations)
URL = "http://127.0.0.1:1"


def test_security_is_gone_and_the_contract_is_untouched() -> None:
    before = copy.deepcopy(load().document)

    document = prepare(load(), URL, ALL)

    assert '"security' not in json.dumps(document)
    assert load().document == before


def test_bodies_answers_and_vocabulary_stay() -> None:
    document, original = prepare(load(), URL, ALL), load().document

    assert document["components"]["schemas"] == original["components"]["schemas"]
    assert document["components"]["responses"] == original["components"]["responses"]
    for path, item in document["paths"].items():
        assert item["post"] == {k: v for k, v in original["paths"][path]["post"].items() if k != "security"}


def test_only_the_target_is_a_server() -> None:
    assert prepare(load(), URL, ALL)["servers"] == [{"url": URL}]


def test_only_the_operations_of_the_run_stay() -> None:
    document = prepare(load(), URL, ("force_redeem",))

    assert [item["post"]["operationId"] for item in document["paths"].values()] == ["force_redeem"]
    assert "webhooks" not in document


def test_a_link_to_an_operation_that_is_left_out_goes_too() -> None:
    alone = prepare(load(), URL, ("create_subscription_redemption_code",))

    assert "redeem_online" in json.dumps(prepare(load(), URL, ALL))
    assert "redeem_online" not in json.dumps(alone)


def test_links_name_source_target_and_body() -> None:
    source, target, body = links(load(), ALL)["redeem_online"]

    assert (source.id, target.id) == ("create_subscription_redemption_code", "create_online_redemption")
    assert body["redemption_code"] == "$response.body#/redemption_tracking_code"
    assert links(load(), ("create_online_redemption",)) == {}


def test_an_unknown_operation_is_the_users_mistake() -> None:
    with pytest.raises(UsageError, match="no operation 'redeem_moon'"):
        prepare(load(), URL, ("redeem_moon",))
