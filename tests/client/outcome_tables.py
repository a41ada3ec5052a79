"""The outcomes of the client's matrix, written by hand from the facts and the contract's prose.

An outcome is the name of an error and, after it, the id of the contract's refusal; `A < B` is an `A` whose
cause is a `B`.
"""

FORCE, ONLINE = "force_redeem", "create_online_redemption"
BATCH, CODE = "process_batch_redemption", "create_subscription_redemption_code"

# what each example of `x-error` comes to.

EXAMPLE_OUTCOMES = {
    (FORCE, 400, "missing_parameter"): "ValidationError",
    (FORCE, 400, "invalid_parameter"): "ValidationError",
    (FORCE, 400, "malformed_json"): "ValidationError",
    (FORCE, 401, "sign_in_required"): "AuthenticationError",
    (FORCE, 404, "user_not_found"): "NotFoundError",
    (FORCE, 422, "nothing_requested"): "ValidationError",
    (FORCE, 422, "not_enough_points"): "RefusalError",
    (FORCE, 422, "not_enough_balance"): "RefusalError",
    (FORCE, 422, "reward_not_accessible"): "RefusalError",
    (FORCE, 422, "feature_disabled"): "RefusalError",
    (FORCE, 429, "rate_limited"): "RateLimitedError",
    (ONLINE, 200, "amount_is_zero"): "refused",
    (ONLINE, 200, "qualification_failed"): "refused",
    (ONLINE, 200, "code_expired"): "refused",
    (ONLINE, 200, "reward_expired"): "refused",
    (ONLINE, 200, "already_processed"): "refused",
    (ONLINE, 200, "code_unassigned"): "refused",
    (ONLINE, 200, "invalid_code"): "refused",
    (ONLINE, 200, "not_enough_points"): "refused",
    (ONLINE, 200, "not_enough_balance"): "refused",
    (ONLINE, 200, "reward_not_started"): "refused",
    (ONLINE, 200, "redemptions_disabled"): "refused",
    (ONLINE, 400, "missing_parameter"): "ValidationError",
    (ONLINE, 400, "missing_field"): "ValidationError",
    (ONLINE, 400, "invalid_parameter"): "ValidationError",
    (ONLINE, 400, "malformed_json"): "ValidationError",
    (ONLINE, 401, "sign_in_required"): "AuthenticationError",
    (ONLINE, 401, "unauthorized"): "AuthenticationError",
    (ONLINE, 401, "invalid_token"): "AuthenticationError",
    (ONLINE, 401, "unknown_client"): "AuthenticationError",
    (ONLINE, 412, "invalid_signature"): "SignatureError",
    (ONLINE, 412, "signature_mismatch"): "SignatureError",
    (ONLINE, 422, "reward_not_accessible"): "RefusalError",
    (BATCH, 200, "qualification_failed"): "refused",
    (BATCH, 400, "missing_parameter"): "ValidationError",
    (BATCH, 400, "invalid_parameter"): "ValidationError",
    (BATCH, 400, "malformed_json"): "ValidationError",
    (BATCH, 401, "invalid_location_key"): "AuthenticationError",
    (BATCH, 401, "invalid_location_key_list"): "AuthenticationError",
    (BATCH, 404, "user_not_found"): "NotFoundError",
    (BATCH, 404, "user_not_found_list"): "NotFoundError",
    (BATCH, 422, "discount_limit"): "LimitError",
    (BATCH, 422, "redemption_limit"): "LimitError",
    (BATCH, 422, "no_basket"): "RefusalError",
    (BATCH, 422, "not_enough_points"): "RefusalError",
    (BATCH, 422, "feature_disabled"): "RefusalError",
    (BATCH, 422, "invalid_receipt_amount"): "ValidationError",
    (BATCH, 422, "basket_locked"): "LockedBasketError",
    (BATCH, 422, "location_disabled"): "RefusalError",
    (CODE, 400, "missing_parameter"): "ValidationError",
    (CODE, 400, "missing_field"): "ValidationError",
    (CODE, 400, "invalid_language"): "ValidationError",
    (CODE, 400, "invalid_parameter"): "ValidationError",
    (CODE, 400, "malformed_json"): "ValidationError",
    (CODE, 401, "unauthorized"): "AuthenticationError",
    (CODE, 401, "unknown_client"): "AuthenticationError",
    (CODE, 412, "signature_mismatch"): "SignatureError",
    (CODE, 412, "signature_message"): "SignatureError",
    (CODE, 422, "invalid_subscription"): "RefusalError",
    (CODE, 422, "invalid_subscription_list"): "RefusalError",
    (CODE, 422, "feature_disabled"): "RefusalError",
}

# A refusal that came with status 200, where it can be no more than the cause of a doubt.
RAISED = {"invalid_code": "NotFoundError"}

# what each status comes to, where the body is none that the contract has for it.

# Commit, dry run.
STATUS_OUTCOMES = {
    200: ("OutcomeUnknown < UndocumentedError", "UndocumentedError"),
    201: ("OutcomeUnknown < UndocumentedError", "UndocumentedError"),
    202: ("OutcomeUnknown < UndocumentedError", "UndocumentedError"),
    204: ("OutcomeUnknown < UndocumentedError", "UndocumentedError"),
    301: ("UnexpectedRedirectError", "UnexpectedRedirectError"),
    302: ("UnexpectedRedirectError", "UnexpectedRedirectError"),
    303: ("OutcomeUnknown < UnexpectedRedirectError", "UnexpectedRedirectError"),
    307: ("UnexpectedRedirectError", "UnexpectedRedirectError"),
    308: ("UnexpectedRedirectError", "UnexpectedRedirectError"),
    400: ("ValidationError", "ValidationError"),
    401: ("AuthenticationError", "AuthenticationError"),
    403: ("AuthenticationError", "AuthenticationError"),
    404: ("NotFoundError", "NotFoundError"),
    406: ("RefusalError", "RefusalError"),
    408: ("OutcomeUnknown < ServerError", "ServerError"),
    409: ("UndocumentedError", "UndocumentedError"),
    410: ("NotFoundError", "NotFoundError"),
    412: ("SignatureError", "SignatureError"),
    413: ("UndocumentedError", "UndocumentedError"),
    417: ("NotFoundError", "NotFoundError"),
    422: ("RefusalError", "RefusalError"),
    429: ("RateLimitedError", "RateLimitedError"),
    500: ("OutcomeUnknown < ServerError", "ServerError"),
    502: ("OutcomeUnknown < ServerError", "ServerError"),
    503: ("OutcomeUnknown < ServerError", "ServerError"),
    520: ("OutcomeUnknown < ServerError", "ServerError"),
}

# The cells in which a sample is the contract's own text: its id. In all others the error has none.
KNOWN = {
    (FORCE, 400, "missing_text"): "missing_parameter",
    (FORCE, 400, "missing_list_map"): "missing_parameter",
    (FORCE, 400, "missing_user"): "missing_parameter",
    (FORCE, 400, "no_json"): "malformed_json",
    (FORCE, 401, "sign_in"): "sign_in_required",
    (FORCE, 422, "points"): "not_enough_points",
    (FORCE, 422, "balance"): "not_enough_balance",
    (ONLINE, 400, "missing_map"): "missing_parameter",
    (ONLINE, 400, "missing_text"): "missing_field",
    (ONLINE, 400, "missing_list_map"): "missing_field",
    (ONLINE, 400, "missing_user"): "missing_field",
    (ONLINE, 400, "no_json"): "malformed_json",
    (ONLINE, 401, "sign_in"): "sign_in_required",
    (ONLINE, 401, "unauthorized_map"): "unauthorized",
    (ONLINE, 401, "unauthorized_bare"): "unauthorized",
    (ONLINE, 401, "token_detail"): "invalid_token",
    (ONLINE, 401, "unknown_client_map"): "unknown_client",
    (ONLINE, 412, "signature_list"): "invalid_signature",
    (ONLINE, 412, "signature_map"): "signature_mismatch",
    (ONLINE, 422, "reward_list"): "reward_not_accessible",
    (BATCH, 400, "missing_text"): "missing_parameter",
    (BATCH, 400, "missing_list_map"): "missing_parameter",
    (BATCH, 400, "missing_user"): "missing_parameter",
    (BATCH, 400, "no_json"): "malformed_json",
    (BATCH, 401, "location_key"): "invalid_location_key",
    (BATCH, 401, "location_key_list"): "invalid_location_key_list",
    (BATCH, 404, "user"): "user_not_found",
    (BATCH, 404, "user_map"): "user_not_found",
    (BATCH, 404, "user_list"): "user_not_found_list",
    (BATCH, 422, "disabled_list"): "location_disabled",
    (CODE, 400, "missing_text"): "missing_field",
    (CODE, 400, "missing_list_map"): "missing_field",
    (CODE, 400, "missing_user"): "missing_field",
    (CODE, 400, "no_json"): "malformed_json",
    (CODE, 400, "language_map"): "invalid_language",
    (CODE, 401, "unauthorized_map"): "unauthorized",
    (CODE, 401, "unauthorized_bare"): "unauthorized",
    (CODE, 401, "unknown_client_map"): "unknown_client",
    (CODE, 412, "signature_map"): "signature_mismatch",
    (CODE, 412, "signature_message"): "signature_message",
    (CODE, 422, "subscription_detail"): "invalid_subscription",
    (CODE, 422, "subscription_bare"): "invalid_subscription",
}

# what each fault comes to.

# Kinds of call: without a key; with one; with one that is trusted; dry run.
KINDS = ("keyless", "keyed", "trusted", "dry")

# Outcome of a commit, of a dry run, and for which kinds of call it is sent again.
FAULT_OUTCOMES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "pass": ("committed", "quoted", ()),
    "drop_before_write": ("ConnectionFailed", "ConnectionFailed", KINDS),
    "connect_timeout": ("ConnectionFailed", "ConnectionFailed", KINDS),
    "pool_timeout": ("CallTimeout", "CallTimeout", KINDS),
    "drop_while_writing": ("OutcomeUnknown", "ConnectionFailed", ("trusted", "dry")),
    "drop_after_write": ("OutcomeUnknown", "ConnectionFailed", ("trusted", "dry")),
    "drop_mid_answer": ("OutcomeUnknown", "ConnectionFailed", ("trusted", "dry")),
    "read_timeout": ("OutcomeUnknown", "CallTimeout", ("trusted", "dry")),
    "slow": ("OutcomeUnknown", "CallTimeout", ("trusted", "dry")),
    "truncated": ("OutcomeUnknown < UndocumentedError", "UndocumentedError", ("trusted",)),
    "empty": ("OutcomeUnknown < UndocumentedError", "UndocumentedError", ("trusted",)),
    "bad_gateway": ("OutcomeUnknown < ServerError", "ServerError", ("trusted", "dry")),
    "bad_gateway_unreached": ("OutcomeUnknown < ServerError", "ServerError", ("trusted", "dry")),
    "unknown_520": ("OutcomeUnknown < ServerError", "ServerError", ("trusted", "dry")),
    # Without Retry-After a minute is waited, which no deadline of these calls allows.
    "rate_limited": ("RateLimitedError", "RateLimitedError", ()),
    "rate_limited_seconds": ("RateLimitedError", "RateLimitedError", ("keyed", "trusted", "dry")),
}
