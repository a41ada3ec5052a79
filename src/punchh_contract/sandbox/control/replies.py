"""What the control plane answers: JSON, nothing, or a problem in words that hold no value of the request."""

from http import HTTPStatus

import orjson
from starlette.responses import Response

JSON = "application/json"


class ProblemError(Exception):
    """Ends a request with a problem; `pointer` is the place in the request's body."""

    def __init__(self, status: int, text: str, pointer: str | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.pointer = pointer

    def reply(self) -> Response:
        """The answer that tells it."""
        body = {"error": f"{HTTPStatus(self.status).phrase}: {self.text}"}
        if self.pointer is not None:
            body["pointer"] = self.pointer
        return reply(body, self.status)


def reply(body: object, status: int = 200) -> Response:
    """An answer with a JSON body."""
    return Response(orjson.dumps(body), status, media_type=JSON)


def done() -> Response:
    """An answer that says no more than that it was done."""
    return Response(status_code=204)


def missing(what: str) -> ProblemError:
    """Nothing has this id."""
    return ProblemError(404, f"no {what} has this id")
