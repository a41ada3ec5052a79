"""A guest's data and our secrets, echoed by the server in everything it sends, show nowhere by themselves."""

import logging
import traceback
from typing import Any

import httpx
import pytest
from client.exchanges import COMMITS, CONTRACT, EXAMPLES

from punchh_contract import PunchhClient
from punchh_contract.client.errors import PunchhError

GUEST = ("zebediah.quill@example.com", "Zebediah Quill", "+1-555-0142")
SECRETS = {
    "PUNCHH_CLIENT": "planted-client-key",
    "PUNCHH_SECRET": "planted-secret-key",
    "PUNCHH_ACCESS_TOKEN": "planted-access-token",
    "PUNCHH_ID_TOKEN": "planted-id-token",
    "PUNCHH_ADMIN_KEY": "planted-admin-key",
    "PUNCHH_LOCATION_KEY": "planted-location-key",
    "PUNCHH_BUSINESS_KEY": "planted-business-key",
}
PLANTED = (*GUEST, *SECRETS.values())
ENVIRON = {
    **SECRETS,
    "PUNCHH_BASE_URL": "http://127.0.0.1",
    "PUNCHH_USER_AGENT": "ExampleIntegrator/POS/1.0.0",
}


def order(operation_id: str) -> dict[str, Any]:
    body = dict(EXAMPLES[COMMITS[operation_id]])
    if operation_id == "create_online_redemption":
        body |= {"email": GUEST[0], "employee_name": GUEST[1], "external_uid": GUEST[2]}
    elif operation_id == "process_batch_redemption":
        body |= {"transaction_no": GUEST[1], "external_uid": GUEST[0]}
    elif operation_id == "force_redeem":
        body["redemption"] = {**body["redemption"], "force_message": " ".join(GUEST)}
    else:
        body["subscription_id"] = GUEST[2]
    return body


def echo(request: httpx.Request, status: int, form: str) -> httpx.Response:
    everything = " ".join([request.content.decode(), *request.headers.values(), *PLANTED])
    contents: dict[str, Any] = {
        "error": {"json": {"error": everything}},
        "map": {"json": {"errors": {each: [everything] for each in PLANTED}}},
        "refusal": {"json": {"status": everything, "category": "expired", "redemption_amount": 0}},
        "html": {"text": f"<html><title>{everything}</title></html>"},
        "drift": {
            "json": {
                "category": "redeemable",
                "redemption_id": 1,
                "status": everything,
                everything: everything,
            }
        },
    }
    headers = dict.fromkeys(("X-Request-Id", "Location", "Retry-After", "Server"), everything)
    return httpx.Response(status, headers=headers, **contents[form])


@pytest.mark.parametrize("form", ["error", "map", "refusal", "html", "drift"])
@pytest.mark.parametrize("status", [200, 201, 302, 400, 401, 404, 412, 422, 429, 502])
@pytest.mark.parametrize("operation_id", CONTRACT.operations)
def test_nothing_planted_shows(
    operation_id: str, status: int, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    transport = httpx.MockTransport(lambda request: echo(request, status, form))
    with (
        caplog.at_level(logging.DEBUG, logger="punchh_contract"),
        PunchhClient(environ=ENVIRON, transport=transport, max_retries=0) as client,
    ):
        try:
            result = getattr(client, operation_id)(order(operation_id))
        except PunchhError as error:
            shown = [str(error), repr(error), error.raw, "".join(traceback.format_exception(error))]
            shown.append(str(getattr(error, "diagnosis", "")))
        else:
            shown = [repr(result), repr(result.refusal), str(result)]
        shown.append(repr(client))
    assert caplog.text
    text = "\n".join([caplog.text, *shown])
    assert [each for each in PLANTED if each in text] == []
