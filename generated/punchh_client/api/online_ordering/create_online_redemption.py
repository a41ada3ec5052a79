from http import HTTPStatus
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_detail import ErrorDetail
from ...models.error_message import ErrorMessage
from ...models.error_text import ErrorText
from ...models.errors_any import ErrorsAny
from ...models.online_card_completion_request import OnlineCardCompletionRequest
from ...models.online_discount_amount_request import OnlineDiscountAmountRequest
from ...models.online_redeemable_request import OnlineRedeemableRequest
from ...models.online_redemption import OnlineRedemption
from ...models.online_redemption_code_request import OnlineRedemptionCodeRequest
from ...models.online_reward_request import OnlineRewardRequest
from ...models.online_subscription_request import OnlineSubscriptionRequest
from ...types import Response


def _get_kwargs(
    *,
    body: OnlineCardCompletionRequest
    | OnlineDiscountAmountRequest
    | OnlineRedeemableRequest
    | OnlineRedemptionCodeRequest
    | OnlineRewardRequest
    | OnlineSubscriptionRequest,
    user_agent: str,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["User-Agent"] = user_agent

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/auth/redemptions/online_order",
    }

    if isinstance(body, OnlineRewardRequest):
        _kwargs["json"] = body.to_dict()
    elif isinstance(body, OnlineCardCompletionRequest):
        _kwargs["json"] = body.to_dict()
    elif isinstance(body, OnlineRedeemableRequest):
        _kwargs["json"] = body.to_dict()
    elif isinstance(body, OnlineDiscountAmountRequest):
        _kwargs["json"] = body.to_dict()
    elif isinstance(body, OnlineRedemptionCodeRequest):
        _kwargs["json"] = body.to_dict()
    else:
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> (
    ErrorDetail
    | ErrorMessage
    | ErrorsAny
    | ErrorText
    | list[str]
    | ErrorDetail
    | ErrorMessage
    | ErrorsAny
    | ErrorText
    | list[str]
    | str
    | OnlineRedemption
    | list[str]
    | None
):
    if response.status_code == 200:
        response_200 = OnlineRedemption.from_dict(response.json())

        return response_200

    if response.status_code == 400:

        def _parse_response_400(data: object) -> ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str]:
            try:
                if not isinstance(data, list):
                    raise TypeError()
                componentsschemas_any_error_type_0 = cast(list[str], data)

                return componentsschemas_any_error_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_any_error_type_1 = ErrorDetail.from_dict(data)

                return componentsschemas_any_error_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_any_error_type_2 = ErrorText.from_dict(data)

                return componentsschemas_any_error_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_any_error_type_3 = ErrorMessage.from_dict(data)

                return componentsschemas_any_error_type_3
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_any_error_type_4 = ErrorsAny.from_dict(data)

            return componentsschemas_any_error_type_4

        response_400 = _parse_response_400(response.json())

        return response_400

    if response.status_code == 401:

        def _parse_response_401(data: object) -> ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str]:
            try:
                if not isinstance(data, list):
                    raise TypeError()
                componentsschemas_any_error_type_0 = cast(list[str], data)

                return componentsschemas_any_error_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_any_error_type_1 = ErrorDetail.from_dict(data)

                return componentsschemas_any_error_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_any_error_type_2 = ErrorText.from_dict(data)

                return componentsschemas_any_error_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_any_error_type_3 = ErrorMessage.from_dict(data)

                return componentsschemas_any_error_type_3
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_any_error_type_4 = ErrorsAny.from_dict(data)

            return componentsschemas_any_error_type_4

        response_401 = _parse_response_401(response.json())

        return response_401

    if response.status_code == 412:

        def _parse_response_412(data: object) -> ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | str:
            try:
                if not isinstance(data, list):
                    raise TypeError()
                componentsschemas_any_error_type_0 = cast(list[str], data)

                return componentsschemas_any_error_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_any_error_type_1 = ErrorDetail.from_dict(data)

                return componentsschemas_any_error_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_any_error_type_2 = ErrorText.from_dict(data)

                return componentsschemas_any_error_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_any_error_type_3 = ErrorMessage.from_dict(data)

                return componentsschemas_any_error_type_3
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_any_error_type_4 = ErrorsAny.from_dict(data)

                return componentsschemas_any_error_type_4
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | str, data)

        response_412 = _parse_response_412(response.json())

        return response_412

    if response.status_code == 422:
        response_422 = cast(list[str], response.json())

        return response_422

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[
    ErrorDetail
    | ErrorMessage
    | ErrorsAny
    | ErrorText
    | list[str]
    | ErrorDetail
    | ErrorMessage
    | ErrorsAny
    | ErrorText
    | list[str]
    | str
    | OnlineRedemption
    | list[str]
]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: OnlineCardCompletionRequest
    | OnlineDiscountAmountRequest
    | OnlineRedeemableRequest
    | OnlineRedemptionCodeRequest
    | OnlineRewardRequest
    | OnlineSubscriptionRequest,
    user_agent: str,
) -> Response[
    ErrorDetail
    | ErrorMessage
    | ErrorsAny
    | ErrorText
    | list[str]
    | ErrorDetail
    | ErrorMessage
    | ErrorsAny
    | ErrorText
    | list[str]
    | str
    | OnlineRedemption
    | list[str]
]:
    """Create Online Redemption (Redemptions 1.0)

     Judges one discount against a receipt and, unless `query` is sent, takes it from the guest.
    `discount_type` decides which id has to come along; there are six request shapes, one for each type.

    With `query: true` nothing is taken and the answer is a quote. The commit judges the receipt again:
    a receipt that changed in between can get another amount or a refusal.

    **Refusals have status 200.** The offer was redeemed only when `category` is `redeemable` and a
    `redemption_id` is there. `external_uid` keeps one order from being redeemed twice; what the second
    answer looks like, and for how long it holds, is not documented.

    The guest is named by the bearer token or by `authentication_token` in the body; one of them is
    enough. For a coupon that belongs to nobody yet, `email` alone is, we assume.

    Args:
        user_agent (str): Names the calling software; a request without it is refused. The shape
            differs by family, for instance `IntegratorName/IntegrationType/VersionNumber` at the
            till. Only its presence is certain.
        body (OnlineCardCompletionRequest | OnlineDiscountAmountRequest | OnlineRedeemableRequest
            | OnlineRedemptionCodeRequest | OnlineRewardRequest | OnlineSubscriptionRequest): One of
            six, told apart by `discount_type`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | str | OnlineRedemption | list[str]]
    """

    kwargs = _get_kwargs(
        body=body,
        user_agent=user_agent,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: OnlineCardCompletionRequest
    | OnlineDiscountAmountRequest
    | OnlineRedeemableRequest
    | OnlineRedemptionCodeRequest
    | OnlineRewardRequest
    | OnlineSubscriptionRequest,
    user_agent: str,
) -> (
    ErrorDetail
    | ErrorMessage
    | ErrorsAny
    | ErrorText
    | list[str]
    | ErrorDetail
    | ErrorMessage
    | ErrorsAny
    | ErrorText
    | list[str]
    | str
    | OnlineRedemption
    | list[str]
    | None
):
    """Create Online Redemption (Redemptions 1.0)

     Judges one discount against a receipt and, unless `query` is sent, takes it from the guest.
    `discount_type` decides which id has to come along; there are six request shapes, one for each type.

    With `query: true` nothing is taken and the answer is a quote. The commit judges the receipt again:
    a receipt that changed in between can get another amount or a refusal.

    **Refusals have status 200.** The offer was redeemed only when `category` is `redeemable` and a
    `redemption_id` is there. `external_uid` keeps one order from being redeemed twice; what the second
    answer looks like, and for how long it holds, is not documented.

    The guest is named by the bearer token or by `authentication_token` in the body; one of them is
    enough. For a coupon that belongs to nobody yet, `email` alone is, we assume.

    Args:
        user_agent (str): Names the calling software; a request without it is refused. The shape
            differs by family, for instance `IntegratorName/IntegrationType/VersionNumber` at the
            till. Only its presence is certain.
        body (OnlineCardCompletionRequest | OnlineDiscountAmountRequest | OnlineRedeemableRequest
            | OnlineRedemptionCodeRequest | OnlineRewardRequest | OnlineSubscriptionRequest): One of
            six, told apart by `discount_type`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | str | OnlineRedemption | list[str]
    """

    return sync_detailed(
        client=client,
        body=body,
        user_agent=user_agent,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: OnlineCardCompletionRequest
    | OnlineDiscountAmountRequest
    | OnlineRedeemableRequest
    | OnlineRedemptionCodeRequest
    | OnlineRewardRequest
    | OnlineSubscriptionRequest,
    user_agent: str,
) -> Response[
    ErrorDetail
    | ErrorMessage
    | ErrorsAny
    | ErrorText
    | list[str]
    | ErrorDetail
    | ErrorMessage
    | ErrorsAny
    | ErrorText
    | list[str]
    | str
    | OnlineRedemption
    | list[str]
]:
    """Create Online Redemption (Redemptions 1.0)

     Judges one discount against a receipt and, unless `query` is sent, takes it from the guest.
    `discount_type` decides which id has to come along; there are six request shapes, one for each type.

    With `query: true` nothing is taken and the answer is a quote. The commit judges the receipt again:
    a receipt that changed in between can get another amount or a refusal.

    **Refusals have status 200.** The offer was redeemed only when `category` is `redeemable` and a
    `redemption_id` is there. `external_uid` keeps one order from being redeemed twice; what the second
    answer looks like, and for how long it holds, is not documented.

    The guest is named by the bearer token or by `authentication_token` in the body; one of them is
    enough. For a coupon that belongs to nobody yet, `email` alone is, we assume.

    Args:
        user_agent (str): Names the calling software; a request without it is refused. The shape
            differs by family, for instance `IntegratorName/IntegrationType/VersionNumber` at the
            till. Only its presence is certain.
        body (OnlineCardCompletionRequest | OnlineDiscountAmountRequest | OnlineRedeemableRequest
            | OnlineRedemptionCodeRequest | OnlineRewardRequest | OnlineSubscriptionRequest): One of
            six, told apart by `discount_type`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | str | OnlineRedemption | list[str]]
    """

    kwargs = _get_kwargs(
        body=body,
        user_agent=user_agent,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: OnlineCardCompletionRequest
    | OnlineDiscountAmountRequest
    | OnlineRedeemableRequest
    | OnlineRedemptionCodeRequest
    | OnlineRewardRequest
    | OnlineSubscriptionRequest,
    user_agent: str,
) -> (
    ErrorDetail
    | ErrorMessage
    | ErrorsAny
    | ErrorText
    | list[str]
    | ErrorDetail
    | ErrorMessage
    | ErrorsAny
    | ErrorText
    | list[str]
    | str
    | OnlineRedemption
    | list[str]
    | None
):
    """Create Online Redemption (Redemptions 1.0)

     Judges one discount against a receipt and, unless `query` is sent, takes it from the guest.
    `discount_type` decides which id has to come along; there are six request shapes, one for each type.

    With `query: true` nothing is taken and the answer is a quote. The commit judges the receipt again:
    a receipt that changed in between can get another amount or a refusal.

    **Refusals have status 200.** The offer was redeemed only when `category` is `redeemable` and a
    `redemption_id` is there. `external_uid` keeps one order from being redeemed twice; what the second
    answer looks like, and for how long it holds, is not documented.

    The guest is named by the bearer token or by `authentication_token` in the body; one of them is
    enough. For a coupon that belongs to nobody yet, `email` alone is, we assume.

    Args:
        user_agent (str): Names the calling software; a request without it is refused. The shape
            differs by family, for instance `IntegratorName/IntegrationType/VersionNumber` at the
            till. Only its presence is certain.
        body (OnlineCardCompletionRequest | OnlineDiscountAmountRequest | OnlineRedeemableRequest
            | OnlineRedemptionCodeRequest | OnlineRewardRequest | OnlineSubscriptionRequest): One of
            six, told apart by `discount_type`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | str | OnlineRedemption | list[str]
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            user_agent=user_agent,
        )
    ).parsed
