from http import HTTPStatus
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.batch_redemption import BatchRedemption
from ...models.batch_redemption_request import BatchRedemptionRequest
from ...models.error_detail import ErrorDetail
from ...models.error_message import ErrorMessage
from ...models.error_text import ErrorText
from ...models.errors_any import ErrorsAny
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: BatchRedemptionRequest,
    user_agent: str,
    accept_language: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["User-Agent"] = user_agent

    if not isinstance(accept_language, Unset):
        headers["Accept-Language"] = accept_language

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/pos/batch_redemptions",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> BatchRedemption | ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | None:
    if response.status_code == 200:
        response_200 = BatchRedemption.from_dict(response.json())

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

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[BatchRedemption | ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str]]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: BatchRedemptionRequest,
    user_agent: str,
    accept_language: str | Unset = UNSET,
) -> Response[BatchRedemption | ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str]]:
    """Batch Redemption Process (Redemptions 2.0)

     Redeems what lies in the guest's active discount basket; the request names the receipt, not the
    discounts. Punchh judges the receipt again, so items that changed since the Possible Redemptions
    call can change the outcome. Each basket item ends in `success` or in `failures`, and **the status
    is 200 either way**.

    What is taken: points for `redeemable` and `card_completion`, the reward for `reward`, banked
    currency for `discount_amount`. An order for a later date is judged by the balance at the time of
    this call.

    Where reward locking is on, `external_uid` is needed: the basket stays locked for everybody who does
    not send the same one. It also keeps a transaction from being done twice; what the second answer
    looks like is not documented. With `query: true` nothing is taken.

    Args:
        user_agent (str): Names the calling software; a request without it is refused. The shape
            differs by family, for instance `IntegratorName/IntegrationType/VersionNumber` at the
            till. Only its presence is certain.
        accept_language (str | Unset): Language of names and descriptions in the answer, such as
            `es`, `fr-ca`, `en-CY` or `ro`; English where a translation is missing. The list is set
            for each business.
        body (BatchRedemptionRequest): A receipt; the discounts come from the guest's basket.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BatchRedemption | ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str]]
    """

    kwargs = _get_kwargs(
        body=body,
        user_agent=user_agent,
        accept_language=accept_language,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: BatchRedemptionRequest,
    user_agent: str,
    accept_language: str | Unset = UNSET,
) -> BatchRedemption | ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | None:
    """Batch Redemption Process (Redemptions 2.0)

     Redeems what lies in the guest's active discount basket; the request names the receipt, not the
    discounts. Punchh judges the receipt again, so items that changed since the Possible Redemptions
    call can change the outcome. Each basket item ends in `success` or in `failures`, and **the status
    is 200 either way**.

    What is taken: points for `redeemable` and `card_completion`, the reward for `reward`, banked
    currency for `discount_amount`. An order for a later date is judged by the balance at the time of
    this call.

    Where reward locking is on, `external_uid` is needed: the basket stays locked for everybody who does
    not send the same one. It also keeps a transaction from being done twice; what the second answer
    looks like is not documented. With `query: true` nothing is taken.

    Args:
        user_agent (str): Names the calling software; a request without it is refused. The shape
            differs by family, for instance `IntegratorName/IntegrationType/VersionNumber` at the
            till. Only its presence is certain.
        accept_language (str | Unset): Language of names and descriptions in the answer, such as
            `es`, `fr-ca`, `en-CY` or `ro`; English where a translation is missing. The list is set
            for each business.
        body (BatchRedemptionRequest): A receipt; the discounts come from the guest's basket.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BatchRedemption | ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str]
    """

    return sync_detailed(
        client=client,
        body=body,
        user_agent=user_agent,
        accept_language=accept_language,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: BatchRedemptionRequest,
    user_agent: str,
    accept_language: str | Unset = UNSET,
) -> Response[BatchRedemption | ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str]]:
    """Batch Redemption Process (Redemptions 2.0)

     Redeems what lies in the guest's active discount basket; the request names the receipt, not the
    discounts. Punchh judges the receipt again, so items that changed since the Possible Redemptions
    call can change the outcome. Each basket item ends in `success` or in `failures`, and **the status
    is 200 either way**.

    What is taken: points for `redeemable` and `card_completion`, the reward for `reward`, banked
    currency for `discount_amount`. An order for a later date is judged by the balance at the time of
    this call.

    Where reward locking is on, `external_uid` is needed: the basket stays locked for everybody who does
    not send the same one. It also keeps a transaction from being done twice; what the second answer
    looks like is not documented. With `query: true` nothing is taken.

    Args:
        user_agent (str): Names the calling software; a request without it is refused. The shape
            differs by family, for instance `IntegratorName/IntegrationType/VersionNumber` at the
            till. Only its presence is certain.
        accept_language (str | Unset): Language of names and descriptions in the answer, such as
            `es`, `fr-ca`, `en-CY` or `ro`; English where a translation is missing. The list is set
            for each business.
        body (BatchRedemptionRequest): A receipt; the discounts come from the guest's basket.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BatchRedemption | ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str]]
    """

    kwargs = _get_kwargs(
        body=body,
        user_agent=user_agent,
        accept_language=accept_language,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: BatchRedemptionRequest,
    user_agent: str,
    accept_language: str | Unset = UNSET,
) -> BatchRedemption | ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str] | None:
    """Batch Redemption Process (Redemptions 2.0)

     Redeems what lies in the guest's active discount basket; the request names the receipt, not the
    discounts. Punchh judges the receipt again, so items that changed since the Possible Redemptions
    call can change the outcome. Each basket item ends in `success` or in `failures`, and **the status
    is 200 either way**.

    What is taken: points for `redeemable` and `card_completion`, the reward for `reward`, banked
    currency for `discount_amount`. An order for a later date is judged by the balance at the time of
    this call.

    Where reward locking is on, `external_uid` is needed: the basket stays locked for everybody who does
    not send the same one. It also keeps a transaction from being done twice; what the second answer
    looks like is not documented. With `query: true` nothing is taken.

    Args:
        user_agent (str): Names the calling software; a request without it is refused. The shape
            differs by family, for instance `IntegratorName/IntegrationType/VersionNumber` at the
            till. Only its presence is certain.
        accept_language (str | Unset): Language of names and descriptions in the answer, such as
            `es`, `fr-ca`, `en-CY` or `ro`; English where a translation is missing. The list is set
            for each business.
        body (BatchRedemptionRequest): A receipt; the discounts come from the guest's basket.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BatchRedemption | ErrorDetail | ErrorMessage | ErrorsAny | ErrorText | list[str]
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            user_agent=user_agent,
            accept_language=accept_language,
        )
    ).parsed
