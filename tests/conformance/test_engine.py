"""What the engine says of errors that are no answer of the target's: whose fault, where, and no value."""

from types import SimpleNamespace
from typing import Any

import pytest
from schemathesis.engine import events

from punchh_contract.conformance import engine
from punchh_contract.conformance.hooks import UnsendableError
from punchh_contract.conformance.result import Result
from punchh_contract.conformance.tally import Tally
from punchh_contract.conformance.wire import StoppedError, WireError

PLANTED = "planted-secret"


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    """The error as it is once it was raised."""
    try:
        raise error from cause
    except BaseException as caught:
        return caught


def noted(error: BaseException, *, stopped: str | None = None) -> str | None:
    """What is broken once Schemathesis reported an error."""
    run: Any = SimpleNamespace(result=Result(Tally(())), wire=SimpleNamespace(stopped=stopped))
    event: Any = SimpleNamespace(value=error, label="POST /api2/x")
    engine._note(run, event)
    broken: str | None = run.result.broken
    return broken


def test_schemathesis_events_have_what_is_read_of_them() -> None:
    assert {"value", "label"} <= set(events.NonFatalError.__slots__)


def test_a_defect_is_named_by_type_and_place_alone() -> None:
    text = engine.defect(raised(ValueError(PLANTED)))

    assert text.startswith("the run failed with ValueError at test_engine.py:")
    assert PLANTED not in text


def test_a_foreign_error_is_a_defect_of_the_innermost() -> None:
    text = noted(raised(RuntimeError(PLANTED), raised(KeyError(PLANTED))))

    assert text is not None
    assert text.startswith("POST /api2/x: the run failed with KeyError at test_engine.py:")
    assert PLANTED not in text


def test_an_error_of_ours_is_told_in_its_words_however_deep() -> None:
    ours = raised(WireError("a request was not sent"))

    assert noted(raised(RuntimeError(PLANTED), ours)) == "a request was not sent"
    assert noted(raised(ExceptionGroup("several", [ValueError(PLANTED), WireError("ours")]))) == "ours"


@pytest.mark.parametrize("error", [StoppedError("over"), UnsendableError("spent")])
def test_what_was_not_sent_on_purpose_breaks_nothing(error: Exception) -> None:
    assert noted(raised(RuntimeError("x"), raised(error))) is None


def test_after_a_stop_nothing_breaks_any_more() -> None:
    assert noted(raised(ValueError("x")), stopped="over") is None
