"""A reverse proxy on loopback that records every request, changes no byte of it, and can answer wrongly.

It stands in for somebody else's server: a sandbox behind it has no control plane, and a plant turns one right
answer into a wrong one. Bytes are passed on as they came, so what is recorded is what was sent.
"""

import contextlib
import dataclasses
import functools
import json
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from punchh_contract.contract import Operation, load

LINE = 1 << 20
LONGEST = 60.0
"""Seconds after which a connection that says nothing is given up, and the longest that an answer is held."""
CONTROL = "/_sandbox"

Headers = tuple[tuple[str, str], ...]


class _Message:
    """What requests and answers share: headers as they were written, and a body."""

    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of a header, by its name in any case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @functools.cached_property
    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@dataclasses.dataclass(frozen=True)
class Request(_Message):
    """One request as it arrived: `target` is path and query as they stood in the request line, `at` a
    monotonic time in seconds, `peer` the address that it came from."""

    method: str
    target: str
    headers: Headers
    body: bytes
    peer: str = ""
    at: float = 0.0
    head: bytes = b""

    @property
    def operation(self) -> Operation | None:
        """The operation of the contract that is asked for."""
        return load().find(self.method, self.target.partition("?")[0])

    def wire(self) -> bytes:
        """The bytes to pass on: those that came, or new ones for a request that a test made."""
        return self.head + self.body if self.head else self.rebuilt()

    def rebuilt(self) -> bytes:
        """The bytes of a request that was changed, with the length of its body as it is now."""
        line = f"{self.method} {self.target} HTTP/1.1"
        return _head(line, _framed(self.headers, self.body)) + self.body


@dataclasses.dataclass(frozen=True)
class Answer(_Message):
    """One answer. `hold` is how many seconds it is held back, `cut` how many bytes of the body leave before
    the connection is closed (all if None), `raw` what is sent in its place before closing."""

    status: int
    headers: Headers = (("content-type", "application/json"),)
    body: bytes = b""
    reason: str = ""
    head: bytes = b""
    hold: float = 0.0
    cut: int | None = None
    raw: bytes | None = None

    def but(self, **changes: Any) -> "Answer":
        """A copy with changes, whose head is written anew."""
        return dataclasses.replace(self, **{"head": b"", **changes})

    def but_header(self, name: str, value: str | None) -> "Answer":
        """A copy with another value of a header, or without it for None."""
        kept = tuple(each for each in self.headers if each[0].lower() != name.lower())
        return self.but(headers=kept if value is None else (*kept, (name, value)))

    def but_json(self, body: Any) -> "Answer":
        """A copy with another JSON body."""
        return self.but(body=json.dumps(body, ensure_ascii=False).encode())

    def wire(self) -> bytes:
        """The bytes to send."""
        if self.raw is not None:
            return self.raw
        head = self.head
        if not head:
            reason = self.reason or _phrase(self.status)
            framed = self.headers if self.status == 204 else _framed(self.headers, self.body)
            head = _head(f"HTTP/1.1 {self.status} {reason}", framed)
        return head + self.body[: self.cut]

    @property
    def closes(self) -> bool:
        """Whether the connection ends with this answer."""
        return self.raw is not None or self.cut is not None


Plant = Callable[[Request, Answer], Answer | None]
"""Turns a right answer into the one that is sent; None closes the connection without an answer. An answer
that is given back as it came leaves with the same bytes."""
Front = Callable[[Request], Request]
"""Changes a request before it is passed on, after it was recorded."""


@dataclasses.dataclass
class Exchange:
    """A request, the answer of the server behind (`right`) and the one that was sent (`sent`); None where
    there was none."""

    request: Request
    right: Answer | None = None
    sent: Answer | None = None


class Proxy:
    """A running proxy: its address, what passed, and the plant and front that may be set at any time."""

    def __init__(self, url: str, backend: str) -> None:
        self.url = url
        self.exchanges: list[Exchange] = []
        self.failures: list[Exception] = []
        """What plants raised: mistakes of the test."""
        self.connections = 0
        self.plant: Plant | None = None
        self.front: Front | None = None
        self.stopping = threading.Event()
        parts = urlsplit(backend)
        self._backend = (parts.hostname or "", parts.port or 80)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()

    def forget(self) -> None:
        """Start anew: no exchanges, no plant, no front."""
        with self._lock:
            self.exchanges = []
            self.failures = []
            self.connections = 0
            self.plant = self.front = None

    @property
    def requests(self) -> list[Request]:
        """Every request, in the order of arrival."""
        return [each.request for each in self.exchanges]

    def serve(self, client: socket.socket, peer: str) -> None:
        """Pass on whatever comes over one connection, until either side closes it."""
        with self._lock:
            self.connections += 1
            self._open.add(client)
        link = _Link(self._backend)
        try:
            with client.makefile("rb") as stream:
                while (request := read_request(stream, peer)) is not None:
                    if not self._exchange(client, link, request):
                        return
        except OSError:
            pass  # the other side is gone, or we are stopping
        finally:
            link.close()
            with self._lock:
                self._open.discard(client)

    def stop(self) -> None:
        """End every connection."""
        self.stopping.set()
        with self._lock:
            for each in self._open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _exchange(self, client: socket.socket, link: "_Link", request: Request) -> bool:
        """Answer one request; False once the connection is to end."""
        exchange = Exchange(request)
        with self._lock:
            self.exchanges.append(exchange)
            plant, front = self.plant, self.front
        if request.target.startswith(CONTROL):
            exchange.right = Answer(404, body=b'{"error":"Not Found"}')
        else:
            exchange.right = link.ask(front(request) if front else request)
        sent: Answer | None = exchange.right
        if plant is not None:
            with self._lock:  # plants count
                try:
                    sent = plant(request, exchange.right)
                except Exception as error:  # for the test to find; here it would only look like a hang-up
                    self.failures.append(error)
        exchange.sent = sent
        if sent is None:
            return False
        if sent.hold and self.stopping.wait(sent.hold):
            return False
        client.sendall(sent.wire())
        return not sent.closes


class _Link:
    """One kept-alive connection to the server behind."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._socket: socket.socket | None = None
        self._stream: BinaryIO | None = None

    def ask(self, request: Request) -> Answer:
        """Pass a request on. A connection that the server closed while it was idle is opened again."""
        fresh = self._socket is None
        try:
            return self._ask(request)
        except OSError:
            self.close()
            if fresh:
                raise
        return self._ask(request)

    def close(self) -> None:
        for each in (self._stream, self._socket):
            if each is not None:
                each.close()
        self._socket = self._stream = None

    def _ask(self, request: Request) -> Answer:
        if self._socket is None or self._stream is None:
            self._socket = socket.create_connection(self._address, timeout=LONGEST)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._stream = self._socket.makefile("rb")
        self._socket.sendall(request.wire())
        answer = read_answer(self._stream, request.method)
        if (answer.header("connection") or "").lower() == "close":
            self.close()
        return answer


class _Handler(socketserver.BaseRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        self.request.settimeout(LONGEST)
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.server.proxy.serve(self.request, "{}:{}".format(*self.client_address))


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 64
    proxy: Proxy


@contextlib.contextmanager
def proxied(backend: str) -> Iterator[Proxy]:
    """A proxy on 127.0.0.1 in front of `backend` for the length of a `with`."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        proxy = server.proxy = Proxy(f"http://127.0.0.1:{server.server_address[1]}", backend)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="test-proxy")
        thread.start()
        try:
            yield proxy
        finally:
            proxy.stop()
            server.shutdown()
            thread.join()


def read_request(stream: BinaryIO, peer: str = "") -> Request | None:
    """Read one request; None where the connection ended. Raises OSError for what is no whole request."""
    head, first, headers = _read_head(stream)
    if not head:
        return None
    method, target, _ = first.split(" ", 2)
    body = _read_body(stream, headers)
    return Request(method, target, headers, body, peer, time.monotonic(), head)


def read_answer(stream: BinaryIO, method: str = "POST") -> Answer:
    """Read one answer to a method. Raises OSError for what is no whole answer."""
    head, first, headers = _read_head(stream)
    if not head:
        raise ConnectionResetError("no answer")
    _, status, reason = (first + " ").split(" ", 2)
    bare = method == "HEAD" or int(status) in (204, 304)
    body = b"" if bare else _read_body(stream, headers)
    return Answer(int(status), headers, body, reason.strip(), head)


def _read_head(stream: BinaryIO) -> tuple[bytes, str, Headers]:
    lines: list[bytes] = []
    while line := stream.readline(LINE):
        if line in (b"\r\n", b"\n"):
            lines.append(line)
            break
        lines.append(line)
    else:
        return b"", "", ()
    first, *fields = (line.decode("latin-1").strip() for line in lines[:-1])
    pairs = (field.partition(":") for field in fields)
    return b"".join(lines), first, tuple((name, value.strip()) for name, _, value in pairs)


def _read_body(stream: BinaryIO, headers: Headers) -> bytes:
    named = {name.lower(): value for name, value in headers}
    if "transfer-encoding" in named:
        raise OSError("a body in chunks: neither side sends one")
    length = int(named.get("content-length", "0"))
    body = stream.read(length)
    if len(body) != length:
        raise ConnectionResetError("the body ended early")
    return body


def _framed(headers: Headers, body: bytes) -> Headers:
    kept = tuple(each for each in headers if each[0].lower() != "content-length")
    return (*kept, ("content-length", str(len(body))))


def _head(first: str, headers: Sequence[tuple[str, str]]) -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Something"
