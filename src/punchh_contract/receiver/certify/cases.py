"""The table of what is played to a handler: each case with why it comes and what to do about it.

`shots` makes what is sent, `playing` sends it, `grading` judges the answers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from punchh_contract.receiver.certify import shots
from punchh_contract.receiver.certify.consequences import Known
from punchh_contract.receiver.certify.events import Maker
from punchh_contract.receiver.certify.shots import Waves

__all__ = ["CASES", "GOOD", "Case"]


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that is played."""

    id: str
    title: str
    make: Callable[[Maker, int], Waves]
    """From events and how many go at once."""
    known: Known
    """How it is known that this comes."""
    source: str
    """Where the vendor has it, or why we think so."""
    advice: str
    """For who fails."""
    stake: str = "the event is lost"
    """What happens in the end if the answer stays what it is."""
    asked: str = ""
    """What cannot be seen from outside, as a question to who wrote the handler."""
    schemes: Literal["all", "proved", "hmac"] = "all"
    """For which schemes there is something to play."""


_KEEP = "answer 200 as soon as it is kept, and look at what it says later"
_PROVE = (
    "compare the proof over the bytes that came, in constant time, before anything is read, and answer 401"
)
_DIFFER = "what PAR sends while its secret and yours differ is lost"
_SAFE = "nothing is lost, since it was taken the first time"
_HANDLED = "Was nothing handled of what was refused?"

GOOD = Case(
    "good", "a delivery as it should be", shots.good, "documented", "SEED-004, WH-CONF, WH-DEL",
    "answer 200 or 202 to POST at exactly this address, within the limit, with the proof that you chose",
    asked="Is it kept before it is answered, so that a crash right after the answer loses nothing?",
)  # fmt: skip
STALL = Case(
    "stall", "a connection that stands still in the middle of a body, and another delivery meanwhile",
    shots.stall,
    "ours", "networks do it; the limit of 15 s for a whole request is documented (WH-CONF)",
    "serve connections independently, and give up on a body that does not come (408)",
)  # fmt: skip
CASES = (
    GOOD,
    Case(
        "bytes", "the same JSON in other bytes: white space, escaped letters", shots.in_other_bytes,
        "inferred", "that the body is signed is documented (WH-CONF), how its JSON is written is not",
        "compute the digest over the raw body, before any parser; never over JSON that you wrote again",
    ),
    Case(
        "forged", "a wrong signature, token or password", shots.forged, "ours", "an attacker's, not PAR's",
        _PROVE, stake=_DIFFER, asked=_HANDLED,
        schemes="proved",
    ),
    Case(
        "changed-body", "a body that was changed after it was signed", shots.changed_body, "ours",
        "an attacker's, not PAR's", _PROVE, stake=_DIFFER,
        asked=_HANDLED, schemes="hmac",
    ),
    Case(
        "other-uri", "a signature over another URI", shots.other_uri, "ours",
        "an attacker's; that the URI is signed is documented (WH-CONF)", _PROVE,
        stake=_DIFFER, asked=_HANDLED, schemes="hmac",
    ),
    Case(
        "no-credentials", "no credentials at all", shots.no_credentials, "ours", "an attacker's, not PAR's",
        _PROVE, stake=_DIFFER, asked=_HANDLED,
        schemes="proved",
    ),
    Case(
        "check", "the health check: a GET with the right credentials", shots.check, "documented",
        "WH-CONF, WH-FAQ",
        "answer 200 to GET at the same address; that it carries credentials is half a sentence of PAR's"
        " (WH-FAQ)",
    ),
    Case(
        "replay", "the same delivery three times", shots.replay, "documented", "WH-DEL: at least once",
        "answer 200 to what you have already", _SAFE,
        "Was it handled once? PAR says to recognise it by `content_id` with `timestamp`.",
    ),
    Case(
        "replay-at-once", "the same delivery several times at once", shots.replay_at_once, "inferred",
        "WH-DEL: at least once; nothing says that a repetition waits for the first",
        "let the database decide who is first (a unique key), and answer 200 to the others", _SAFE,
        "Was it handled once?",
    ),
    Case(
        "same-id", "the same content_id and timestamp with another body", shots.same_id, "ours",
        "WH-DEL makes the two the identity; that PAR breaks it was not seen", _KEEP,
        "the second body is lost", "Was the second body put aside, rather than dropped or handled?",
    ),
    Case(
        "update-first", "an update before the create of its redemption", shots.update_first, "documented",
        "WH-DEL: in any order", "take both in any order; do not ask for a create first",
        asked="Does the redemption have the state of the update, `redeemed`, after the late create?",
    ),
    Case(
        "unknown-event", "events of other families", shots.unknown_event, "inferred",
        "WH-META has nine families; which of them an address gets is configured at PAR",
        "answer 200 or 202 to what is authentic and not for you", "that event is lost",
    ),
    Case(
        "unknown-fields", "fields that the contract does not know", shots.unknown_fields, "inferred",
        "C-46: PAR's own pages differ in their fields", "ignore or keep what you do not know",
    ),
    Case(
        "unknown-values", "a status, type, channel and action that the contract does not know",
        shots.unknown_values, "inferred", "C-53, C-54: PAR's own lists differ",
        "keep an unknown value as text",
        asked="Is the event kept, rather than dropped after the answer?",
    ),
    Case(
        "big-ids", "redemption ids beyond 2^53", shots.big_ids, "documented", "WH-META: ids are int64",
        "use 64-bit integers or text, never doubles (in JavaScript: a parser with BigInt)",
        asked="Are the three kept with each digit, as three redemptions?",
    ),
    Case(
        "milliseconds", "a timestamp in milliseconds", shots.milliseconds, "documented",
        "C-40: PAR's text says milliseconds, this event's sample has seconds",
        "take both; below 10^11 it is seconds",
    ),
    Case(
        "dates", "other forms of dates", shots.dates, "documented",
        "EV-BRZ, EV-MP for the first; offset and milliseconds are ours, within the contract",
        "take what has another form as text, and do not refuse the event for it",
    ),
    Case(
        "unreadable", "bodies that are no event, well signed", shots.unreadable, "ours",
        "not seen of PAR; proxies cut bodies",
        "answer 202 and put it aside: repeated it would be no better", "what came is lost",
        "Was it put aside for a person?",
    ),
    Case(
        "at-once", "many deliveries at once", shots.at_once, "inferred",
        "PAR states no limit; a campaign redeems thousands in an hour",
        "keep the event and answer; do the work after the answer",
    ),
    STALL,
)  # fmt: skip
