"""Schemathesis on the control plane, by its own document: no 5xx, only answers that are declared, and nothing
let in that the document forbids."""

import copy
import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis import strategies as st
from sandbox.calling import Caller, Clock
from schemathesis import GenerationMode, Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from punchh_contract.sandbox import seed
from punchh_contract.sandbox.app import create_app

URL = "http://127.0.0.1:8787"
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
CHECKS = (
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
)


def document() -> dict[str, Any]:
    """The document, but that nobody waits for what does not come."""
    patient = copy.deepcopy(seed.control_document())
    patient["components"]["parameters"]["Wait"]["schema"]["maximum"] = 0.01
    return patient


SCHEMA = schemathesis.openapi.from_dict(document())
OPERATIONS = [each.ok() for each in SCHEMA.get_all_operations()]


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    caller = Caller(create_app(seed.load(), clock=Clock()))
    with caller.client:
        yield caller


@pytest.mark.parametrize("number", range(20 if os.environ.get("PUNCHH_CONTRACT_SOAK") else 8))
def test_whatever_is_asked(caller: Caller, number: int) -> None:
    seen: set[int] = set()

    @hypothesis_seed(number)
    @settings(max_examples=60, database=None, deadline=None, suppress_health_check=SLOW)
    @given(
        case=st.sampled_from(OPERATIONS).flatmap(
            lambda operation: st.sampled_from(list(GenerationMode)).flatmap(
                lambda mode: operation.as_strategy(generation_mode=mode)
            )
        )
    )
    def run(case: schemathesis.Case) -> None:
        asked = requests.Request(**case.as_transport_kwargs(base_url=URL)).prepare()
        body = asked.body.encode() if isinstance(asked.body, str) else asked.body
        request = httpx.Request(asked.method or "", asked.url or "", headers=asked.headers, content=body)
        answer = caller.client.send(request)
        response = Response(
            status_code=answer.status_code,
            headers={name: [value] for name, value in answer.headers.items()},
            content=answer.content,
            request=asked,
            elapsed=0,
            verify=False,
        )
        seen.add(answer.status_code)
        case.validate_response(response, checks=list(CHECKS))

    run()
    assert caller.breaks == 0
    assert {200, 400} <= seen
