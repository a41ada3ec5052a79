"""What a client can be told: typed keyword arguments, each with its meaning. `Settings` holds the values."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from punchh_contract.client.settings import AsyncSecret, Secret
from punchh_contract.client.user_agents import UserAgent

__all__ = ["AsyncOptions", "Options"]


class _Behaviour(TypedDict, total=False):
    base_url: str | None
    user_agent: str | UserAgent | None
    accept_language: str | None
    accept_timezone: str | None
    timeout: float | None
    connect_timeout: float | None
    max_retries: int | None
    trust_external_uid: bool | None
    journal: str | Path | None
    budget: str | Path | bool | None
    allow_bulk_force_redeem: bool | None
    doctor: bool | None


class Options(_Behaviour, total=False):
    """Each is also read from `PUNCHH_` and its name in capitals, where it is not given (or None).

    Whom to speak for, as text or as a function that is asked before each call (a token that is refreshed);
    only those of the operations in use are needed:

    * `client`, `secret`: the business' client and its secret, for online ordering and mobile;
      `online_client`, `online_secret`, `mobile_client`, `mobile_secret` where the two differ.
    * `access_token`, `id_token`: of the guest; the second with Advanced Authentication only.
    * `location_key`, `business_key`: of the till. `admin_key`: of the dashboard.
    * `user_agent`: who calls, as `UserAgent` or as one text for all operations. Needed.

    Where and how:

    * `base_url`: scheme and host, such as `https://SERVER_NAME.punchh.com`. Needed.
    * `timeout`: seconds for a whole call with its repetitions and waits (6.0; a POS proxy gives up after 7).
      `connect_timeout`: seconds for one connection (2.0).
    * `max_retries`: how often a call is repeated at most, where that is safe (2).
    * `trust_external_uid`: somebody has checked that the vendor answers a repeated `external_uid` as it did
      the first time, so a call that was written and brought no answer may be repeated (False).
    * `journal`: a file that keeps each commit from before it is sent; needed for `recover()`.
    * `budget`: True counts limited calls in memory, a path in a file that processes share, False not at all
      (True). `allow_bulk_force_redeem`: overrides the refusal of bulk use, by name (False).
    * `doctor`: a wrong signature (412) comes with a diagnosis (True).
    * `accept_language`, `accept_timezone`: of the texts and times in answers, where the operation knows them.
    """

    client: Secret | None
    secret: Secret | None
    access_token: Secret | None
    id_token: Secret | None
    admin_key: Secret | None
    location_key: Secret | None
    business_key: Secret | None
    online_client: Secret | None
    online_secret: Secret | None
    mobile_client: Secret | None
    mobile_secret: Secret | None


class AsyncOptions(_Behaviour, total=False):
    """As `Options`; the functions may be coroutine functions."""

    client: AsyncSecret | None
    secret: AsyncSecret | None
    access_token: AsyncSecret | None
    id_token: AsyncSecret | None
    admin_key: AsyncSecret | None
    location_key: AsyncSecret | None
    business_key: AsyncSecret | None
    online_client: AsyncSecret | None
    online_secret: AsyncSecret | None
    mobile_client: AsyncSecret | None
    mobile_secret: AsyncSecret | None
