from http import HTTPStatus
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_detail import ErrorDetail
from ...models.error_message import ErrorMessage
from ...models.error_text import ErrorText
from ...models.errors_any import ErrorsAny
from ...models.force_redeem_request import ForceRedeemRequest
from ...models.forced_redemption import ForcedRedemption
from ...types import Response


def _get_kwargs(
    *,
    body: ForceRedeemRequest,
    user_agent: str,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["User-Agent"] = user_agent

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api2/dashboard/redemptions/force_redeem",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | ErrorText | ForcedRedemption | None:
    if response.status_code == 201:
        response_201 = ForcedRedemption.from_dict(response.json())

        return response_201

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
        response_401 = ErrorText.from_dict(response.json())

        return response_401

    if response.status_code == 404:

        def _parse_response_404(data: object) -> ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str]:
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

        response_404 = _parse_response_404(response.json())

        return response_404

    if response.status_code == 422:

        def _parse_response_422(data: object) -> ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str]:
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

        response_422 = _parse_response_422(response.json())

        return response_422

    if response.status_code == 429:

        def _parse_response_429(data: object) -> ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str]:
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

        response_429 = _parse_response_429(response.json())

        return response_429

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | ErrorText | ForcedRedemption]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ForceRedeemRequest,
    user_agent: str,
) -> Response[ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | ErrorText | ForcedRedemption]:
    """Force Redeem

     Redeems on a guest's behalf, past the usual checks: a support call, an exception, a correction. By a
    support article (SUP-360020892274) the guest is not notified and sees the item as expired. It is
    meant for single cases; a campaign is not to be ended with it.

    There is no key that would make a repetition harmless: after a lost answer, look the guest up before
    anything else is sent.

    Args:
        user_agent (str): Names the calling software; a request without it is refused. The shape
            differs by family, for instance `IntegratorName/IntegrationType/VersionNumber` at the
            till. Only its presence is certain.
        body (ForceRedeemRequest): The vendor marks nothing as required; without these two there
            would be nothing to redeem from whom.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | ErrorText | ForcedRedemption]
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
    body: ForceRedeemRequest,
    user_agent: str,
) -> ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | ErrorText | ForcedRedemption | None:
    """Force Redeem

     Redeems on a guest's behalf, past the usual checks: a support call, an exception, a correction. By a
    support article (SUP-360020892274) the guest is not notified and sees the item as expired. It is
    meant for single cases; a campaign is not to be ended with it.

    There is no key that would make a repetition harmless: after a lost answer, look the guest up before
    anything else is sent.

    Args:
        user_agent (str): Names the calling software; a request without it is refused. The shape
            differs by family, for instance `IntegratorName/IntegrationType/VersionNumber` at the
            till. Only its presence is certain.
        body (ForceRedeemRequest): The vendor marks nothing as required; without these two there
            would be nothing to redeem from whom.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | ErrorText | ForcedRedemption
    """

    return sync_detailed(
        client=client,
        body=body,
        user_agent=user_agent,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ForceRedeemRequest,
    user_agent: str,
) -> Response[ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | ErrorText | ForcedRedemption]:
    """Force Redeem

     Redeems on a guest's behalf, past the usual checks: a support call, an exception, a correction. By a
    support article (SUP-360020892274) the guest is not notified and sees the item as expired. It is
    meant for single cases; a campaign is not to be ended with it.

    There is no key that would make a repetition harmless: after a lost answer, look the guest up before
    anything else is sent.

    Args:
        user_agent (str): Names the calling software; a request without it is refused. The shape
            differs by family, for instance `IntegratorName/IntegrationType/VersionNumber` at the
            till. Only its presence is certain.
        body (ForceRedeemRequest): The vendor marks nothing as required; without these two there
            would be nothing to redeem from whom.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | ErrorText | ForcedRedemption]
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
    body: ForceRedeemRequest,
    user_agent: str,
) -> ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | ErrorText | ForcedRedemption | None:
    """Force Redeem

     Redeems on a guest's behalf, past the usual checks: a support call, an exception, a correction. By a
    support article (SUP-360020892274) the guest is not notified and sees the item as expired. It is
    meant for single cases; a campaign is not to be ended with it.

    There is no key that would make a repetition harmless: after a lost answer, look the guest up before
    anything else is sent.

    Args:
        user_agent (str): Names the calling software; a request without it is refused. The shape
            differs by family, for instance `IntegratorName/IntegrationType/VersionNumber` at the
            till. Only its presence is certain.
        body (ForceRedeemRequest): The vendor marks nothing as required; without these two there
            would be nothing to redeem from whom.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | ErrorText | ForcedRedemption
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            user_agent=user_agent,
        )
    ).parsed
