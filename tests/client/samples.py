"""Every error body that PAR prints (facts, section 9), as PAR prints it; `…` is filled in by us."""

from typing import Any

__all__ = ["SAMPLES"]

SIGN_IN = "You need to sign in or sign up before continuing."
TOKEN = "An active access token must be used to query information about the current user."
NO_TOKEN = "Error: access_token not found or is incorrect! Valid access_token of the user required."
MISMATCH = (
    "Signature doesn't match. For information about generating the x-pch-digest header, see"
    " https://developers.punchh.com."
)
MISSING = "Required parameter missing or the value is empty"
DISABLED = (
    "The location (location name) has been disabled for redemption. Please alert a staff member if you think"
    " this is an error."
)

LANGUAGE = "Unknown/Invalid locale in Accept-Language Header. Supported locales are en-GB, es-CR, en, es."

SAMPLES: dict[str, Any] = {
    # 9.1 online ordering
    "reward_list": ["Given reward is not accessible for this guest"],
    "signature_list": ["Invalid Signature"],
    "empty_text": "",
    "signature_map": {"errors": {"invalid_signature": [MISMATCH]}},
    "sign_in": {"error": SIGN_IN},
    "unauthorized_map": {"errors": {"unauthorized": [TOKEN]}},
    "token_detail": {"error": {"message": "Invalid/Expired security token.", "code": "invalid_token"}},
    "grant": {"error": "invalid_grant", "error_description": "The grant is not valid."},
    "missing_map": {"errors": {"client": f"{MISSING}."}},
    "missing_text": {"error": f"{MISSING}: cancellation_reason_id"},
    "subscription_detail": {
        "error": {"message": ["Invalid User Subscription."], "code": "invalid_subscription"}
    },
    "checkin_detail": {
        "error": {"message": "Checkin associated with external_uid 17 not found", "code": "not_found"}
    },
    "nothing": b"",
    # 9.2 mobile
    "missing_list_map": {"errors": {"missing_required_param": [f"{MISSING}: client"]}},
    "unknown_client_map": {
        "errors": {"unknown_client": ["Client ID is incorrect. Please check client param or contact us."]}
    },
    "unauthorized_bare": {"unauthorized": [TOKEN]},
    "access_denied": {"errors": {"message": "Access is denied due to invalid credentials.", "code": 401}},
    "invalid_client": {"error": "INVALID_CLIENT", "message": "No such client."},
    "access_token_map": {"errors": {"invalid_access_token": [NO_TOKEN]}},
    "signature_message": {"message": "Sending invalid Signature", "code": 412},
    "errors_text": {"errors": "A text."},
    "errors_list": {"errors": ["A text."]},
    "errors_map": {"errors": {"key": "A text."}},
    "errors_base": {"errors": {"base": ["A text."]}},
    "list": ["A text."],
    "error_text": {"error": "A text."},
    "cancel_expired": {
        "errors": "This Redemption cannot be cancelled because the Redemption code has been expired"
    },
    "language_map": {
        "errors": {
            "invalid_language": [
                LANGUAGE,
            ]
        }
    },
    # 9.3 dashboard
    "missing_user": {"error": f"{MISSING}: user_id"},
    "no_json": {"status": 400, "error": "data was not valid JSON"},
    "no_access": {"errors": {"unauthorized": "you do not have acccess to this feature"}},
    "no_permission": {"no_permission_error": "A text."},
    "user_map": {"errors": {"user_not_found": "User Not Found"}},
    "member_map": {"errors": {"not_found": "Member not found."}},
    "message": {"message": "A text."},
    "name_list": {"name": ["A text."]},
    "base_list": {"base": ["A text."]},
    "subscription_bare": {"invalid_subscription": "Invalid User Subscription."},
    # 9.4 tills
    "location_key": {"error": "Invalid Location Key"},
    "location_key_list": ["Invalid LocationKey"],
    "user": {"error": "User not found"},
    "user_list": ["User not found"],
    "code_not_found": {"error": "CODE_NOT_FOUND"},
    "code_expired": {"error": "CODE_EXPIRED"},
    "payment_type": {"error": "Invalid payment type"},
    "disabled_list": [DISABLED],
    "committed_detail": {"error": {"message": "It is committed.", "code": "commited"}},
    # 9.5 texts that a business can change
    "reward_expired": ["The reward you wish to redeem has now expired."],
    "reward_later": {"error": "The reward you wish to redeem will be available on March 9."},
    "points": {"error": "Not enough points to redeem"},
    "switched_off": {"errors": {"base": ["Redemptions are currently disabled on this business."]}},
    "balance": {
        "errors": "Not enough reward balance available to redeem. Current Balance of 3.00 is less than 5.50"
        " requested"
    },
    # What comes from in front of the vendor.
    "html": b"<html><head><title>502 Bad Gateway</title></head></html>",
    "captcha": b"<html>Captcha verification failed</html>",
    "cut_short": b'{"error": "User not fo',
}
