"""Ids that the client makes itself: UUID version 7, whose order is that of time (RFC 9562, section 5.7)."""

from __future__ import annotations

import secrets
import time
import uuid

__all__ = ["uuid7"]


def uuid7(milliseconds: int | None = None, random: bytes | None = None) -> str:
    """Return a UUIDv7 as text, for an `external_uid`.

    `milliseconds` since 1970 and ten `random` bytes are for tests; without them it is now, and secret.
    """
    stamp = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    value = (stamp & (1 << 48) - 1) << 80 | int.from_bytes(random or secrets.token_bytes(10), "big")
    # Version and variant stand where RFC 9562 has them; what was random there is lost.
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))
