"""Which refusal of the contract (`x-error`: status, id) is which error; a test holds the table complete.

A text that the contract does not know is judged by its status alone, so that a business that words its own
refusals, or a sibling's body, still gets the right class.
"""

from __future__ import annotations

from punchh_contract.client.errors import (
    AnswerError,
    AuthenticationError,
    LimitError,
    LockedBasketError,
    NotFoundError,
    RateLimitedError,
    RefusalError,
    ServerError,
    SignatureError,
    UndocumentedError,
    UnexpectedRedirectError,
    ValidationError,
)

__all__ = ["BY_STATUS", "FIELDS", "SAYS", "TABLE", "class_of"]

TABLE: dict[tuple[int, str], type[AnswerError]] = {
    # Refusals that arrive with status 200: what `Result.raise_for_refusal` raises.
    (200, "amount_is_zero"): RefusalError,
    (200, "qualification_failed"): RefusalError,
    (200, "code_expired"): RefusalError,
    (200, "reward_expired"): RefusalError,
    (200, "already_processed"): RefusalError,
    (200, "code_unassigned"): RefusalError,
    (200, "invalid_code"): NotFoundError,
    (200, "not_enough_points"): RefusalError,
    (200, "not_enough_balance"): RefusalError,
    (200, "reward_not_started"): RefusalError,
    (200, "redemptions_disabled"): RefusalError,
    (400, "missing_parameter"): ValidationError,
    (400, "missing_field"): ValidationError,
    (400, "invalid_parameter"): ValidationError,
    (400, "invalid_language"): ValidationError,
    (400, "malformed_json"): ValidationError,
    (401, "sign_in_required"): AuthenticationError,
    (401, "unauthorized"): AuthenticationError,
    (401, "invalid_token"): AuthenticationError,
    (401, "unknown_client"): AuthenticationError,
    (401, "invalid_location_key"): AuthenticationError,
    (401, "invalid_location_key_list"): AuthenticationError,
    (404, "user_not_found"): NotFoundError,
    (404, "user_not_found_list"): NotFoundError,
    (412, "invalid_signature"): SignatureError,
    (412, "signature_mismatch"): SignatureError,
    (412, "signature_message"): SignatureError,
    (422, "nothing_requested"): ValidationError,
    (422, "invalid_receipt_amount"): ValidationError,
    (422, "not_enough_points"): RefusalError,
    (422, "not_enough_balance"): RefusalError,
    (422, "reward_not_accessible"): RefusalError,
    (422, "feature_disabled"): RefusalError,
    (422, "location_disabled"): RefusalError,
    (422, "no_basket"): RefusalError,
    (422, "invalid_subscription"): RefusalError,
    (422, "invalid_subscription_list"): RefusalError,
    (422, "discount_limit"): LimitError,
    (422, "redemption_limit"): LimitError,
    (422, "basket_locked"): LockedBasketError,
    (429, "rate_limited"): RateLimitedError,
}

# Statuses that sibling operations are documented with (facts, 9) stand here too: 403, 406, 410, 417.
BY_STATUS: dict[int, type[AnswerError]] = {
    400: ValidationError,
    401: AuthenticationError,
    403: AuthenticationError,
    404: NotFoundError,
    406: RefusalError,
    408: ServerError,
    410: NotFoundError,
    412: SignatureError,
    417: NotFoundError,
    422: RefusalError,
    429: RateLimitedError,
}

FIELDS: dict[str, str] = {
    "invalid_language": "Accept-Language",
    "invalid_receipt_amount": "receipt_amount",
    "nothing_requested": "redemption",
}
"""The field that a text complains about without naming it."""

SAYS: dict[type[AnswerError], str] = {
    ValidationError: "the request is not one that the vendor accepts.",
    AuthenticationError: "the vendor refused the credentials.",
    SignatureError: "the vendor computed another signature than the one sent.",
    NotFoundError: "what the request names is not there.",
    LockedBasketError: "another transaction holds the guest's basket.",
    LimitError: "a limit is reached.",
    RefusalError: "the vendor refused.",
    RateLimitedError: "too many calls.",
    ServerError: "the vendor, or something in front of it, failed.",
    UnexpectedRedirectError: "the answer points to another place; it was not followed.",
    UndocumentedError: "the answer is none that the contract knows.",
}


def class_of(status: int, error_id: str | None) -> type[AnswerError]:
    """Return the class of a refusal by the contract's id if there is one, else by status."""
    if error_id is not None and (status, error_id) in TABLE:
        return TABLE[status, error_id]
    if 300 <= status < 400:
        return UnexpectedRedirectError
    if 500 <= status < 600:
        return ServerError
    return BY_STATUS.get(status, UndocumentedError)
