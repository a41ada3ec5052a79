"""What the sync and the async client share: settings made into requests, outcomes into the journal's words.

Nothing here sends, waits or is awaited; the two drivers do that and nothing else.
"""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import httpx

from punchh_contract.client.belongings import Belongings
from punchh_contract.client.calls import Held, Progress, Repeat, today
from punchh_contract.client.conversation import Policy
from punchh_contract.client.errors import (
    AnswerError,
    CallTimeout,
    ConnectionFailed,
    OutcomeUnknown,
    PunchhError,
    SignatureError,
)
from punchh_contract.client.outcomes import Result
from punchh_contract.client.prepared import Prepared, RequestModel, prepare, reopen
from punchh_contract.client.settings import Settings, checked_seconds
from punchh_contract.errors import UsageError
from punchh_contract.signing import sign

if TYPE_CHECKING:
    from punchh_contract.auth import Credentials
    from punchh_contract.client.budget import Forecast
    from punchh_contract.client.entry import Entry, Intent, Place
    from punchh_contract.contract import Contract, Operation

__all__ = ["Core"]

SETTLING = 2.0, 0.1
"""Seconds that an outcome waits for a busy journal: at most, within the time of its call, and at least."""


class Core:
    """Everything of a client but its connections; `original` is what a copy was made from."""

    def __init__(self, settings: Settings, original: Core | None = None) -> None:
        self.settings = settings
        self.base_url = httpx.URL(settings.base_url)
        self.origin = str(self.base_url).rstrip("/")
        shared = None if original is None else original.belongings
        self.belongings: Belongings = Belongings(settings, self.origin, shared)
        self._held: dict[str, Held] = {}

        @functools.lru_cache(32)  # bounded, since a server that redirects chooses paths
        def url(uri: str) -> httpx.URL:
            return self.base_url.copy_with(raw_path=uri.encode("ascii"))

        self._url = url

    def changed(self, changes: Mapping[str, Any]) -> Core:
        """A core with other settings, which shares what they do not change."""
        return Core(self.settings.changed(changes), self)

    @functools.cached_property
    def contract(self) -> Contract:
        """The contract; read when it is first asked for."""
        from punchh_contract.contract import load

        return load()

    def operation(self, operation_id: str) -> Operation:
        """An operation with everything loaded that it takes, so that no call's time is spent on it."""
        from punchh_contract.client.recipes import recipe

        operation = self.contract.operation(operation_id)
        recipe(operation)
        return operation

    def held(self, operation: Operation) -> Held | None:
        """What was found for an operation before; None if nothing was, or if the settings hold functions."""
        return self._held.get(operation.id)

    def found(self, operation: Operation, credentials: Credentials) -> Held:
        """What `credentials` make of an operation.

        Raises UsageError that names the `PUNCHH_*` variables which are lacking: the vendor blocks an address
        after ten failed authentications, so none is risked.
        """
        from punchh_contract.auth import authorization_headers

        headers = authorization_headers(operation, credentials)
        found = Held(credentials.of(operation), headers)
        signed = operation.signature if found.credentials.secret else None
        present = {name.lower() for name in (*headers, *((signed.header,) if signed else ()))}
        if operation.security and not any(
            {each.header.lower() for each in schemes} <= present for schemes in operation.security
        ):
            missing = ", ".join(credentials.missing(operation))
            raise UsageError(
                f"{operation.id} needs {missing}: pass the settings of these names, or set the variables"
            )
        if self.settings.fixed(operation):
            self._held[operation.id] = found
        return found

    def prepared(self, operation: Operation, body: RequestModel | Mapping[str, Any], held: Held) -> Prepared:
        """Freeze a call; raises UsageError as `prepare` does."""
        settings = self.settings
        return prepare(
            operation,
            body,
            user_agent=settings.user_agent_of(operation),
            client=held.credentials.client,
            accept_language=settings.accept_language,
            accept_timezone=settings.accept_timezone,
        )

    def reopened(self, entry: Entry) -> Prepared:
        """Take up a call from the journal, under this client's own name and language."""
        operation = self.operation(entry.operation_id)
        headers = {
            "User-Agent": self.settings.user_agent_of(operation),
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Language": self.settings.accept_language,
            "Accept-Timezone": self.settings.accept_timezone,
        }
        takes = {each["name"] for each in operation.parameters} | {"Content-Type", "Accept"}
        known = {name: value for name, value in headers.items() if value and name in takes}
        return reopen(operation, entry.uri, entry.body, headers=known)

    def request(self, prepared: Prepared, held: Held, left: float) -> httpx.Request:
        """The signed request of one attempt, with `left` seconds to go."""
        headers = {**prepared.headers, **held.headers}
        if (signature := prepared.operation.signature) is not None:
            secret = held.credentials.secret or ""  # never empty: `found` has looked
            headers[signature.header] = sign(signature.algorithm, secret, prepared.uri, prepared.body)
        connect = min(left, self.settings.connect_timeout)
        return httpx.Request(
            prepared.operation.method,
            self._url(prepared.uri),
            headers=headers,
            content=prepared.body,
            extensions={"timeout": {"connect": connect, "read": left, "write": left, "pool": left}},
        )

    def policy(self, deadline: float, *, doubtful: bool = False) -> Policy:
        """The rules of one call."""
        return Policy(
            base_url=self.origin,
            deadline=deadline,
            max_retries=self.settings.max_retries,
            trust_external_uid=self.settings.trust_external_uid,
            doubtful=doubtful,
        )

    def deadline(self, timeout: float | None) -> float:
        """When a call that starts now is over. Raises UsageError for a time that is none."""
        seconds = self.settings.timeout if timeout is None else checked_seconds("timeout", timeout)
        return time.monotonic() + seconds

    def count(self, operation: Operation, deadline: float) -> None:
        """Count a call against the budget, if it is limited; raises as `Budget.take` does."""
        if operation.rate_limit is not None and (budget := self.belongings.budget) is not None:
            bulk = self.settings.allow_bulk_force_redeem
            budget.take(operation, allow_bulk_force_redeem=bulk, deadline=deadline)

    def begin(self, prepared: Prepared, held: Held, intent: Intent, deadline: float) -> None:
        """Write the intent down, if there is a journal and something can be taken; on disk afterwards."""
        journal = self.belongings.journal
        if journal is None or not prepared.committing:
            return
        from punchh_contract.client.journal import authority_of

        authority = authority_of(prepared.operation, held.credentials)
        journal.begin(prepared, authority=authority, intent=intent, patience=deadline - time.monotonic())

    def settle(
        self,
        place: Place | None,
        outcome: Result | BaseException,
        progress: Progress,
        deadline: float = 0.0,
    ) -> None:
        """Write down what came of it; past the deadline only if nobody else is writing."""
        journal = self.belongings.journal
        if place is None or journal is None:
            return
        most, least = SETTLING
        patience = max(least, min(most, deadline - time.monotonic()))
        if isinstance(outcome, Result | AnswerError) and progress.answer is not None:
            journal.answered(place, progress.answer.status, progress.answer.body, patience=patience)
        elif isinstance(outcome, ConnectionFailed | CallTimeout) or not progress.reached:
            journal.failed(place, type(outcome).__name__, patience=patience)
        else:
            journal.unknown(place, type(outcome).__name__, patience=patience)

    def explain(
        self,
        error: PunchhError,
        prepared: Prepared,
        held: Held,
        place: Place | None,
        progress: Progress,
        run: Callable[[Repeat], Any],
    ) -> None:
        """Add to an error what only a client knows: how to resolve it, what the doctor says."""
        if isinstance(error, OutcomeUnknown):
            if prepared.keyed:
                error.bind(Repeat(prepared, held, self.origin, place, run))
        elif isinstance(error, SignatureError) and self.settings.doctor:
            from punchh_contract.client.doctor import diagnose

            # Whatever ails the doctor must not hide the patient.
            with contextlib.suppress(Exception):
                error.diagnosis = diagnose(
                    prepared,
                    headers=progress.headers,
                    credentials=held.credentials,
                    base_url=self.origin,
                    answer=progress.answer,
                    now=today(),
                )

    def forecast(self, calls: int) -> Forecast:
        """Ask the budget what a batch would meet. Raises UsageError where it is off."""
        budget = self.belongings.budget
        if budget is None:
            raise UsageError("the budget is off (budget=False), so there is nothing to forecast from")
        return budget.forecast(calls)

    def check(self, repeat: Repeat) -> None:
        """Raises UsageError that says what stands in the way of sending it again."""
        if repeat.origin != self.origin:
            raise UsageError(f"the call went to {repeat.origin}, and this client calls {self.origin}")
        journal = self.belongings.journal
        if repeat.place is not None and (journal is None or journal.path != repeat.place.journal):
            # What came of it belongs there; in another journal the same number is another call.
            raise UsageError(
                f"the call stands in the journal {repeat.place.journal}: resolve it through a client of that"
            )
        if not self.settings.trust_external_uid:
            raise UsageError(
                f"{repeat.prepared.operation.id}: nobody has told this client that the vendor repeats its"
                " answer to the same external_uid. PAR does not document it. Check it in your environment as"
                " docs/client.md says, then client.with_options(trust_external_uid=True).resolve(error)"
            )
