"""Handlers of deliveries as people write them with the standard library: a good one, and its bad children.

They share no code with the package, or a mistake of ours would be forgiven by our own.
"""

import base64
import hashlib
import hmac
import json
import re
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from enum import Enum
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import Any, ClassVar

from punchh_contract.receiver import Credentials

SECRET = "sandbox-webhook-secret"
TOKEN = "sandbox-webhook-token"
PASSWORD = "sandbox-webhook-password"
CREDENTIALS = Credentials(
    user="sandbox-user", password=PASSWORD, token=TOKEN, key="sandbox-client", secrets=(SECRET,)
)
URI = "/hook?store=401"
LIMIT = 0.8
"""Seconds that these handlers are given."""
CLOSED = 0
"""For a status: go away without an answer."""

Event = dict[str, Any]


class Good:
    """Verifies the raw body, takes each event once by its id, and never answers 5xx for what was sent."""

    threaded: ClassVar[bool] = True

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.bodies: dict[str, bytes] = {}
        self.taken: list[int] = []
        self.request = threading.local()

    @property
    def headers(self) -> dict[str, str]:
        """Those of the request that this thread answers."""
        headers: dict[str, str] = self.request.headers
        return headers

    def get(self, uri: str) -> int:
        return 200 if self.authentic(uri, b"") else 401

    def post(self, uri: str, body: bytes) -> int:
        if not self.authentic(uri, body):
            return 401
        try:
            event = self.parsed(body)
            if event["event_name"] != "redemptions":
                return self.unknown(event)
        except (ValueError, TypeError):
            return self.unreadable(body)
        return self.kept(event, body)

    def kept(self, event: Event, body: bytes) -> int:
        with self.lock:
            before = self.bodies.setdefault(event["content_id"], body)
            if before is not body:
                return self.again(before == body)
            self.taken.append(event["payload"]["redemption_id"])
            return self.handled(event)

    # What the bad ones change

    def authentic(self, uri: str, body: bytes) -> bool:
        word, _, digest = self.headers.get("authorization", "").partition(" ")
        return self.same(digest if word == "hmac" else "", self.digest(uri, body))

    def digest(self, uri: str, body: bytes) -> str:
        return hmac.new(SECRET.encode(), uri.encode() + body, hashlib.sha256).hexdigest()

    def same(self, given: str, wanted: str) -> bool:
        return hmac.compare_digest(given.encode(), wanted.encode())

    def parsed(self, body: bytes) -> Event:
        event: Event = json.loads(body)
        return event

    def unknown(self, event: Event) -> int:
        return 200

    def unreadable(self, body: bytes) -> int:
        return 202

    def again(self, same: bool) -> int:
        return 200

    def handled(self, event: Event) -> int:
        return 200


# --- who sends ---


class BelievesEverybody(Good):
    def authentic(self, uri: str, body: bytes) -> bool:
        return True


class BelievesTheClientId(Good):
    def authentic(self, uri: str, body: bytes) -> bool:
        return self.headers.get("x-pch-key") == "sandbox-client"


class BelievesWhatLooksLikeADigest(Good):
    def same(self, given: str, wanted: str) -> bool:
        return len(given) == len(wanted)


class ComparesTheBeginning(Good):
    def same(self, given: str, wanted: str) -> bool:
        return given[:16] == wanted[:16]


class ComparesWithoutCase(Good):
    """Of a bearer token."""

    def authentic(self, uri: str, body: bytes) -> bool:
        return self.headers.get("authorization", "").lower() == f"bearer {TOKEN}".lower()


class TakesTheSignatureOfAnyRoute(Good):
    def authentic(self, uri: str, body: bytes) -> bool:
        digest = self.headers.get("authorization", "").removeprefix("hmac ")
        return digest in (self.digest(uri, body), self.digest(uri.replace("?", "/elsewhere?"), body))


class WantsTheWordInCapitals(Good):
    def authentic(self, uri: str, body: bytes) -> bool:
        return self.headers.get("authorization") == f"HMAC {self.digest(uri, body)}"


class WantsBasicWithACapital(Good):
    def authentic(self, uri: str, body: bytes) -> bool:
        pair = base64.b64encode(f"sandbox-user:{PASSWORD}".encode()).decode()
        return self.headers.get("authorization") == f"Basic {pair}"


class VerifiesWhatItWroteItself(Good):
    """Compact, so that it goes well with most senders."""

    def digest(self, uri: str, body: bytes) -> str:
        with suppress(ValueError):
            body = json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode()
        return super().digest(uri, body)


class VerifiesWhatPythonWrites(Good):
    def digest(self, uri: str, body: bytes) -> str:
        with suppress(ValueError):
            body = json.dumps(json.loads(body)).encode()
        return super().digest(uri, body)


# --- what comes ---


class FailsOnUnknownEvents(Good):
    def unknown(self, event: Event) -> int:
        return 500


class FailsOnUnreadableBodies(Good):
    def unreadable(self, body: bytes) -> int:
        return 500


class FailsOnUnknownFields(Good):
    def handled(self, event: Event) -> int:
        return 500 if any(name.startswith("invented") for name in event["payload"]) else 200


class DiesOfUnknownFields(Good):
    def handled(self, event: Event) -> int:
        return CLOSED if any(name.startswith("invented") for name in event["payload"]) else 200


class FailsOnUnknownValues(Good):
    Status = Enum(
        "Status", ["redeemable", "redeemed", "expired", "transferred", "force_redeemed", "cancelled"]
    )

    def handled(self, event: Event) -> int:
        return 200 if self.Status[event["payload"]["redemption_status"]] else 500


class KeepsIdsIn64BitsTooFew(Good):
    def handled(self, event: Event) -> int:
        return 200 if struct.pack(">i", event["payload"]["redemption_id"]) else 500


class KeepsIdsAsDoubles(Good):
    def __init__(self) -> None:
        super().__init__()
        self.created: set[float] = set()

    def parsed(self, body: bytes) -> Event:
        event: Event = json.loads(body, parse_int=float)
        return event

    def handled(self, event: Event) -> int:
        number = event["payload"]["redemption_id"]
        created = event["action"] == "create"
        # A redemption is created once.
        if created and number in self.created:
            return 409
        self.created |= {number} if created else set()
        return 200


class ReadsTimestampsAsSeconds(Good):
    def handled(self, event: Event) -> int:
        return 200 if datetime.fromtimestamp(event["timestamp"]).year < 9999 else 400  # noqa: DTZ006  # as people do


class KnowsOneFormOfDates(Good):
    def handled(self, event: Event) -> int:
        payload = event["payload"]
        for each in (payload["created_at"], payload["redemption_code"]["receipt_datetime"]):
            if each is not None and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", each):
                return 400
        return 200


# --- how often, and in which order ---


class RefusesWhatItHas(Good):
    def again(self, same: bool) -> int:
        return 409 if same else 200


class FailsOnAnotherBody(Good):
    def again(self, same: bool) -> int:
        return 200 if same else 500


class LooksBeforeItInserts(Good):
    """With nothing in between that keeps others out; the second insert fails on the unique key."""

    def kept(self, event: Event, body: bytes) -> int:
        if event["content_id"] in self.bodies:
            return 200
        time.sleep(0.02)
        return 200 if self.bodies.setdefault(event["content_id"], body) is body else 500


class WantsTheCreateFirst(Good):
    def handled(self, event: Event) -> int:
        known = self.taken.count(event["payload"]["redemption_id"]) > 1
        return 500 if event["action"] == "update" and not known else 200


# --- in time ---


class IsSlow(Good):
    def handled(self, event: Event) -> int:
        time.sleep(LIMIT * 2)
        return 200


class DoesTheWorkBeforeItAnswers(Good):
    """One at a time, each quick enough alone."""

    def handled(self, event: Event) -> int:
        time.sleep(LIMIT / 16)
        return 200


class IsBusySoon(Good):
    running = 0

    def post(self, uri: str, body: bytes) -> int:
        with self.lock:
            self.running += 1
            busy, others = self.running > 8, self.running > 1
        time.sleep(0.3 if others else 0.02)  # so that they meet, however slow the machine is
        try:
            return 429 if busy else super().post(uri, body)
        finally:
            with self.lock:
                self.running -= 1


class ServesOneAfterTheOther(Good):
    threaded = False


# --- what it answers ---


class Redirects(Good):
    def post(self, uri: str, body: bytes) -> int:
        return 302


class Creates(Good):
    def handled(self, event: Event) -> int:
        return 201


class IsElsewhere(Good):
    def post(self, uri: str, body: bytes) -> int:
        return 404


class KnowsNoGet(Good):
    def get(self, uri: str) -> int:
        return 404


class BelievesNoGet(Good):
    def get(self, uri: str) -> int:
        return 401


class AcceptsTheCheck(Good):
    def get(self, uri: str) -> int:
        return 202


# --- odd, and nobody's fault ---


class FailsOnWrongProofs(Good):
    def same(self, given: str, wanted: str) -> bool:
        if given != wanted:
            raise ValueError(given)
        return True


class SaysWhatIsOdd(Good):
    """4xx for what is odd indeed, and a digest in the form that its writer saw: base64 over the full URL."""

    def authentic(self, uri: str, body: bytes) -> bool:
        url = f"http://{self.headers['host']}{uri}"
        digest = hmac.new(SECRET.encode(), url.encode() + body, hashlib.sha256).digest()
        return self.headers.get("authorization") == base64.b64encode(digest).decode()

    def unknown(self, event: Event) -> int:
        return 422

    def unreadable(self, body: bytes) -> int:
        return 400

    def again(self, same: bool) -> int:
        return 200 if same else 409


@contextmanager
def served(handler: Good) -> Iterator[str]:
    """Serve a handler, and yield its address."""

    class Requests(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server's name
            self.answer()

        def do_POST(self) -> None:
            self.answer()

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            handler.request.headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                status = handler.get(self.path) if self.command == "GET" else handler.post(self.path, body)
            except Exception:  # what a framework does
                status = 500
            if status != CLOSED:
                self.send_response(status)
                self.send_header("Location", "/login")
                self.end_headers()
                # Never to be shown: a handler may repeat what it was sent.
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Threads(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass

    class One(HTTPServer):
        request_queue_size = 128

        def handle_error(self, *_: object) -> None:
            pass

    server = (Threads if handler.threaded else One)(("127.0.0.1", 0), Requests)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{URI}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
