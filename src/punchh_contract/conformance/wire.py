"""The one place through which every byte of a run goes out, and every answer comes in.

It is Schemathesis' session as well as our own checks'. What must not be sent is refused here, and a run that
must not go on is stopped here, whoever asks.
"""

import hashlib
import re
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, cast

import requests
from pyrate_limiter import Duration, Limiter, Rate
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from schemathesis.transport.requests import ManagedCookiesSession
from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError, ProtocolError
from urllib3.util import SKIP_HEADER

from punchh_contract.conformance import intake
from punchh_contract.conformance.endings import DEADLINE
from punchh_contract.conformance.environments import HEADER, PRODUCTION, SANDBOXES, environment
from punchh_contract.conformance.refusals import Refusals
from punchh_contract.contract import Contract, Operation
from punchh_contract.errors import PunchhContractError

CASE_ID = "X-Schemathesis-TestCaseId"
USER_AGENT = "User-Agent"

TIMEOUT = 10.0
"""Seconds for an answer to begin, where the caller sets none."""
UNANSWERED = "x-punchh-contract-unanswered"
"""The header of the response that stands for an answer that never came; no target sends it."""
NO_ANSWER = (requests.ConnectionError, requests.Timeout, HTTPError)
SILENCES = 5
"""So many requests in a row without an answer, and the target is taken for gone."""
PATIENCE = 61.0
"""Seconds to wait for the minute's limit; whoever waits longer waits for the day's."""
SLICE = 0.5
"""Seconds between two looks at whether to go on waiting."""

_SHOWN = re.compile(r"[a-z][a-z_-]{0,19}")


class WireError(PunchhContractError):
    """A request that must not be sent; no network error, so that nobody takes it for the target's."""


class StoppedError(WireError):
    """Nothing is sent any more; the text is the reason."""


class Guard(Protocol):
    """Judges what a request names."""

    def check(self, method: str, url: str, body: bytes | None) -> None:
        """Raise a PunchhContractError, whose text shows no value, for a request that must not be sent."""


class Wire(ManagedCookiesSession):
    """The session of one run against one origin.

    `paced` keeps the contract's rate limits, which a target of our own does not have. `deadline` is in terms
    of `clock`, seconds. `ca_bundle` is a file of certificates to trust instead of the usual ones. `adapter`
    takes the place of the network. Redirects, cookies, proxies and .netrc are left alone.

    `stopped` is why nothing is sent any more, None as long as something is; `on_stop` is called, once and
    without arguments, when that happens. One request at a time is sent, from whatever thread.
    """

    def __init__(
        self,
        contract: Contract,
        origin: str,
        guard: Guard,
        refusals: Refusals,
        *,
        paced: bool,
        environments: frozenset[str] = SANDBOXES,
        deadline: float | None = None,
        ca_bundle: str | None = None,
        adapter: HTTPAdapter | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.trust_env = False
        self.headers.clear()
        self.cookies = _NoCookies()
        self.stopped: str | None = None
        self.on_stop: Callable[[], object] = _nothing
        self.on_answer: Callable[[requests.PreparedRequest, requests.Response], object] = _nothing
        """Called with each request and its answer, whoever sent it, one at a time."""
        self._contract = contract
        self._origin = origin
        self._guard = guard
        self._refusals = refusals
        self._paced = paced
        self._environments = environments
        self._deadline = deadline
        self._ca_bundle = ca_bundle
        self._clock = clock
        self._lock = threading.RLock()
        self._silences = 0
        self.cut_off = False
        """The last request had no answer because the run's own time was over: the target is not to blame."""
        self._sent: set[bytes] = set()
        self._limiters: dict[str, Limiter] = {}
        network = adapter or intake.adapter(deadline, clock)
        self.mount("http://", network)
        self.mount("https://", network)

    def stop(self, reason: str) -> None:
        """Send nothing any more; the first reason stays."""
        if self.stopped is None:
            self.stopped = reason
            self.on_stop()

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: a redirect is an answer to judge, and would carry credentials elsewhere."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """What Schemathesis calls: as `send`, but a request without an answer returns a response that has the
        header UNANSWERED.

        Were it raised, Schemathesis would end its phase for that operation, and ask the target by a socket of
        its own whether it still lives. The target is stopped from here when it keeps silent.
        """
        try:
            return super().request(*args, **kwargs)
        except (requests.ConnectionError, requests.Timeout) as error:
            return _unanswered(error.request)

    def send(
        self, request: requests.PreparedRequest, *, expects_refusal: bool = False, **kwargs: Any
    ) -> requests.Response:
        """Send a prepared request if it may be sent; of `kwargs` only `timeout` counts.

        `expects_refusal` marks a call that `Refusals.take` granted. Raises StoppedError, WireError, and what
        requests raises for a request without an answer.
        """
        with self._lock:
            body = _prepare(request)
            case_id = _strip(request)
            self._permit(request, body, case_id)
            try:
                response = self._pass(request, kwargs)
                # Before the body is read, which may fail: the target has counted the call by now.
                self._judge(response, expects_refusal)
                intake.read(response)
            except NO_ANSWER as raised:
                error = _as_requests(raised, request)
                self.cut_off = self._deadline is not None and self._clock() >= self._deadline
                self._silences += 1
                if self._silences >= SILENCES:
                    self.stop(
                        f"{self._origin} does not answer any more: {SILENCES} requests in a row had none"
                    )
                if error is raised:
                    raise  # from itself, and whoever looks for the first cause would never come to an end
                raise error from raised
            self._silences = 0
            self.on_answer(request, response)
        return response

    def together(self, prepared: Sequence[requests.PreparedRequest]) -> list[requests.Response | Exception]:
        """Send requests at once, each in a thread of its own; the answers in the order of the requests, an
        error of requests in the place of one that never came.

        Only to a target that takes it: raises WireError where the run keeps a pace, StoppedError, and
        WireError for a request that must not be sent, before any is.
        """
        if self._paced:
            raise WireError("this target gets one request at a time")
        with self._lock:
            for each in prepared:
                self._permit(each, _prepare(each), _strip(each))
            with ThreadPoolExecutor(len(prepared)) as pool:
                outcomes = list(pool.map(self._attempt, prepared))
            for request, outcome in zip(prepared, outcomes, strict=True):
                if isinstance(outcome, requests.Response):
                    self._judge(outcome, False)  # noqa: FBT003  # none of them expects a refusal
                    self.on_answer(request, outcome)
            lost = any(isinstance(each, Exception) for each in outcomes)
            self.cut_off = lost and self._deadline is not None and self._clock() >= self._deadline
        return outcomes

    def _attempt(self, request: requests.PreparedRequest) -> requests.Response | Exception:
        try:
            response = self._pass(request, {})
            intake.read(response)
        except NO_ANSWER as error:
            return _as_requests(error, request)
        return response

    def _permit(self, request: requests.PreparedRequest, body: bytes | None, case_id: str | None) -> None:
        self._go_on()
        method, url = str(request.method), str(request.url)
        operation = self._contract.find(method, request.path_url.partition("?")[0])
        if operation is None or not url.startswith(f"{self._origin}{operation.path}"):
            raise WireError(f"a request to none of the contract's operations at {self._origin} was not sent")
        request.headers.pop("Host", None)  # a name of another site on the same machine
        try:
            self._guard.check(method, url, body)
        except PunchhContractError as error:
            raise WireError(f"a request was not sent: {error}") from error
        if case_id is not None:
            # With the body, since ids are short and drawn at random: two cases may share one.
            key = hashlib.sha256(b"\0".join([case_id.encode(), url.encode(), body or b""])).digest()
            if key in self._sent:
                raise WireError("a request was about to be sent a second time: it could redeem twice")
            self._sent.add(key)
        if self._paced and operation.rate_limit is not None:
            self._wait_for(operation)

    def excuse(self) -> None:
        """Raises StoppedError if the last request had no answer because the run's own time was over: what
        was lost so is nothing to judge a target by."""
        if self.cut_off:
            self.stop(DEADLINE)
            raise StoppedError(DEADLINE)

    def _go_on(self) -> None:
        """Raises StoppedError if there is a reason to."""
        if self._deadline is not None and self._clock() >= self._deadline:
            self.stop(DEADLINE)
        self._stop_if_blocked()
        if self.stopped is not None:
            raise StoppedError(self.stopped)

    def _stop_if_blocked(self) -> None:
        if self._refusals.blocked:
            self.stop(
                "too many refused authentications (401, 403, 412) in ten minutes, for which vendors block an"
                " address: check the credentials, or why the target refuses what is right; wait"
                f" {self._refusals.wait:.0f} s"
            )

    def _wait_for(self, operation: Operation) -> None:
        limit = operation.rate_limit
        if limit is None:
            return
        if operation.id not in self._limiters:
            self._limiters[operation.id] = Limiter(
                [Rate(limit.per_minute, Duration.MINUTE), Rate(limit.per_day, Duration.DAY)]
            )
        until = self._clock() + PATIENCE
        while not self._limiters[operation.id].try_acquire(operation.id, timeout=SLICE):
            if self._clock() >= until:
                self.stop(f"the contract allows {limit.per_day} calls a day of {operation.id}; all are made")
            self._go_on()

    def _pass(self, request: requests.PreparedRequest, kwargs: dict[str, Any]) -> requests.Response:
        timeout = kwargs.get("timeout") or TIMEOUT
        if self._deadline is not None and isinstance(timeout, int | float):
            timeout = min(timeout, max(self._deadline - self._clock(), 0.1))
        if USER_AGENT not in request.headers:
            # urllib3 puts its own name where there is none; then a missing one could never be tested.
            request.headers[USER_AGENT] = SKIP_HEADER
        try:
            # Schemathesis gives its own idea of certificates, proxies and redirects: ours outranks it.
            return super().send(
                request,
                verify=self._ca_bundle or True,
                cert=None,
                proxies={},
                allow_redirects=False,
                stream=True,
                timeout=timeout,
            )
        except requests.ConnectionError as error:
            if error.args and isinstance(error.args[0], ProtocolError):
                # In urllib3's words Schemathesis would know a connection that was dropped, and send again.
                raise requests.ConnectionError(
                    "the connection was closed before an answer came", request=request
                ) from error
            raise
        finally:
            if request.headers[USER_AGENT] == SKIP_HEADER:
                del request.headers[USER_AGENT]

    def _judge(self, response: requests.Response, expected: bool) -> None:  # noqa: FBT001  # as `send` got it
        self._refusals.seen(response.status_code, expected=expected)
        self._stop_if_blocked()
        named = response.headers.get(HEADER)
        if named is None or environment(named) in self._environments:
            return
        shown = environment(named) if _SHOWN.fullmatch(environment(named)) else "something else"
        advice = (
            "point the run at a sandbox"
            if environment(named) == PRODUCTION
            else f"if it is one for tests, add --allow-env {shown}"
            if shown != "something else"
            else "ask whose it is"
        )
        self.stop(f"the target says that it is no sandbox ({HEADER}: {shown}): {advice}")


class _NoCookies(RequestsCookieJar):
    """Keeps none: a session that a target starts would name a guest behind our back."""

    def set_cookie(self, cookie: Any, *args: Any, **kwargs: Any) -> None:
        """Forget it."""


def _prepare(request: requests.PreparedRequest) -> bytes | None:
    """Pin the body to bytes, and let no hook of requests look at the answer."""
    # Ours take headers off before a redirect, which is not followed here, and read a Location of any sort.
    request.hooks = {"response": []}
    if isinstance(request.body, str):
        request.body = request.body.encode()
    if not isinstance(cast(object, request.body), bytes | None):  # its stubs know no streams
        raise WireError("a request with a streamed body cannot be judged before it is sent")
    return request.body


def _strip(request: requests.PreparedRequest) -> str | None:
    """Take off the headers that Schemathesis adds; returns its id of the case."""
    case_id = request.headers.get(CASE_ID)
    for name in [each for each in request.headers if each.lower().startswith("x-schemathesis-")]:
        del request.headers[name]
    return case_id


def _as_requests(error: Exception, request: requests.PreparedRequest) -> requests.RequestException:
    """An error of urllib3, where we read the body ourselves, as one that callers know."""
    if isinstance(error, requests.RequestException):
        error.request = request
        return error
    return requests.ConnectionError("the answer broke off", request=request)


def _unanswered(request: requests.Request | requests.PreparedRequest | None) -> requests.Response:
    response = requests.Response()
    response.status_code = 504
    response.headers[UNANSWERED] = "1"
    response.request = (
        request if isinstance(request, requests.PreparedRequest) else requests.PreparedRequest()
    )
    response.url = str(response.request.url)
    # Schemathesis reads the headers from here.
    response.raw = HTTPResponse(b"", {UNANSWERED: "1"}, response.status_code, preload_content=True)
    response._content = b""  # noqa: SLF001  # as requests' own tests build one
    return response


def _nothing(*_: object) -> None:
    """What is called before anybody wants to be."""
