from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_message import ErrorMessage
from ...models.error_text import ErrorText
from ...models.errors_any import ErrorsAny
from ...models.subscription_redemption import SubscriptionRedemption
from ...models.subscription_redemption_request import SubscriptionRedemptionRequest
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: SubscriptionRedemptionRequest,
    user_agent: str,
    accept_language: str | Unset = UNSET,
    accept_timezone: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["User-Agent"] = user_agent

    if not isinstance(accept_language, Unset):
        headers["Accept-Language"] = accept_language

    if not isinstance(accept_timezone, Unset):
        headers["Accept-Timezone"] = accept_timezone

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api2/mobile/redemptions/subscription",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorMessage | ErrorsAny | ErrorsAny | ErrorsAny | ErrorText | SubscriptionRedemption | None:
    if response.status_code == 200:
        response_200 = SubscriptionRedemption.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = ErrorsAny.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = ErrorsAny.from_dict(response.json())

        return response_401

    if response.status_code == 412:

        def _parse_response_412(data: object) -> ErrorMessage | ErrorsAny:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                response_412_type_0 = ErrorsAny.from_dict(data)

                return response_412_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            response_412_type_1 = ErrorMessage.from_dict(data)

            return response_412_type_1

        response_412 = _parse_response_412(response.json())

        return response_412

    if response.status_code == 422:

        def _parse_response_422(data: object) -> ErrorsAny | ErrorText:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                response_422_type_0 = ErrorText.from_dict(data)

                return response_422_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            response_422_type_1 = ErrorsAny.from_dict(data)

            return response_422_type_1

        response_422 = _parse_response_422(response.json())

        return response_422

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ErrorMessage | ErrorsAny | ErrorsAny | ErrorsAny | ErrorText | SubscriptionRedemption]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: SubscriptionRedemptionRequest,
    user_agent: str,
    accept_language: str | Unset = UNSET,
    accept_timezone: str | Unset = UNSET,
) -> Response[ErrorMessage | ErrorsAny | ErrorsAny | ErrorsAny | ErrorText | SubscriptionRedemption]:
    """Subscription Redemption Code

     Makes a short-lived code for one of the guest's subscriptions. The guest shows it at the till or
    types it into the ordering site, where it is redeemed as `redemption_code`. Until then nothing is
    consumed.

    Every call makes another code, so a lost answer is not to be repeated blindly.

    Args:
        user_agent (str): Names the calling software; a request without it is refused. The shape
            differs by family, for instance `IntegratorName/IntegrationType/VersionNumber` at the
            till. Only its presence is certain.
        accept_language (str | Unset): Language of names and descriptions in the answer, such as
            `es`, `fr-ca`, `en-CY` or `ro`; English where a translation is missing. The list is set
            for each business.
        accept_timezone (str | Unset): IANA name of the zone in which the answer's times are
            written; UTC when absent.
        body (SubscriptionRedemptionRequest): Which subscription to make a code for.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorMessage | ErrorsAny | ErrorsAny | ErrorsAny | ErrorText | SubscriptionRedemption]
    """

    kwargs = _get_kwargs(
        body=body,
        user_agent=user_agent,
        accept_language=accept_language,
        accept_timezone=accept_timezone,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: SubscriptionRedemptionRequest,
    user_agent: str,
    accept_language: str | Unset = UNSET,
    accept_timezone: str | Unset = UNSET,
) -> ErrorMessage | ErrorsAny | ErrorsAny | ErrorsAny | ErrorText | SubscriptionRedemption | None:
    """Subscription Redemption Code

     Makes a short-lived code for one of the guest's subscriptions. The guest shows it at the till or
    types it into the ordering site, where it is redeemed as `redemption_code`. Until then nothing is
    consumed.

    Every call makes another code, so a lost answer is not to be repeated blindly.

    Args:
        user_agent (str): Names the calling software; a request without it is refused. The shape
            differs by family, for instance `IntegratorName/IntegrationType/VersionNumber` at the
            till. Only its presence is certain.
        accept_language (str | Unset): Language of names and descriptions in the answer, such as
            `es`, `fr-ca`, `en-CY` or `ro`; English where a translation is missing. The list is set
            for each business.
        accept_timezone (str | Unset): IANA name of the zone in which the answer's times are
            written; UTC when absent.
        body (SubscriptionRedemptionRequest): Which subscription to make a code for.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorMessage | ErrorsAny | ErrorsAny | ErrorsAny | ErrorText | SubscriptionRedemption
    """

    return sync_detailed(
        client=client,
        body=body,
        user_agent=user_agent,
        accept_language=accept_language,
        accept_timezone=accept_timezone,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: SubscriptionRedemptionRequest,
    user_agent: str,
    accept_language: str | Unset = UNSET,
    accept_timezone: str | Unset = UNSET,
) -> Response[ErrorMessage | ErrorsAny | ErrorsAny | ErrorsAny | ErrorText | SubscriptionRedemption]:
    """Subscription Redemption Code

     Makes a short-lived code for one of the guest's subscriptions. The guest shows it at the till or
    types it into the ordering site, where it is redeemed as `redemption_code`. Until then nothing is
    consumed.

    Every call makes another code, so a lost answer is not to be repeated blindly.

    Args:
        user_agent (str): Names the calling software; a request without it is refused. The shape
            differs by family, for instance `IntegratorName/IntegrationType/VersionNumber` at the
            till. Only its presence is certain.
        accept_language (str | Unset): Language of names and descriptions in the answer, such as
            `es`, `fr-ca`, `en-CY` or `ro`; English where a translation is missing. The list is set
            for each business.
        accept_timezone (str | Unset): IANA name of the zone in which the answer's times are
            written; UTC when absent.
        body (SubscriptionRedemptionRequest): Which subscription to make a code for.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorMessage | ErrorsAny | ErrorsAny | ErrorsAny | ErrorText | SubscriptionRedemption]
    """

    kwargs = _get_kwargs(
        body=body,
        user_agent=user_agent,
        accept_language=accept_language,
        accept_timezone=accept_timezone,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: SubscriptionRedemptionRequest,
    user_agent: str,
    accept_language: str | Unset = UNSET,
    accept_timezone: str | Unset = UNSET,
) -> ErrorMessage | ErrorsAny | ErrorsAny | ErrorsAny | ErrorText | SubscriptionRedemption | None:
    """Subscription Redemption Code

     Makes a short-lived code for one of the guest's subscriptions. The guest shows it at the till or
    types it into the ordering site, where it is redeemed as `redemption_code`. Until then nothing is
    consumed.

    Every call makes another code, so a lost answer is not to be repeated blindly.

    Args:
        user_agent (str): Names the calling software; a request without it is refused. The shape
            differs by family, for instance `IntegratorName/IntegrationType/VersionNumber` at the
            till. Only its presence is certain.
        accept_language (str | Unset): Language of names and descriptions in the answer, such as
            `es`, `fr-ca`, `en-CY` or `ro`; English where a translation is missing. The list is set
            for each business.
        accept_timezone (str | Unset): IANA name of the zone in which the answer's times are
            written; UTC when absent.
        body (SubscriptionRedemptionRequest): Which subscription to make a code for.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorMessage | ErrorsAny | ErrorsAny | ErrorsAny | ErrorText | SubscriptionRedemption
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            user_agent=user_agent,
            accept_language=accept_language,
            accept_timezone=accept_timezone,
        )
    ).parsed
