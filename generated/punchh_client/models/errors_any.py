from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.errors_any_errors_type_1 import ErrorsAnyErrorsType1


T = TypeVar("T", bound="ErrorsAny")


@_attrs_define
class ErrorsAny:
    """Four shapes under `errors`: a text, a list of texts, and a map from a field or reason to a text or to several.

    Attributes:
        errors (ErrorsAnyErrorsType1 | list[str] | str): One text, several, or texts by field or reason.
    """

    errors: ErrorsAnyErrorsType1 | list[str] | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.errors_any_errors_type_1 import ErrorsAnyErrorsType1  # noqa: PLC0415

        errors: dict[str, Any] | list[str] | str
        if isinstance(self.errors, list):
            errors = self.errors

        elif isinstance(self.errors, ErrorsAnyErrorsType1):
            errors = self.errors.to_dict()
        else:
            errors = self.errors

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "errors": errors,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.errors_any_errors_type_1 import ErrorsAnyErrorsType1  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_errors(data: object) -> ErrorsAnyErrorsType1 | list[str] | str:
            try:
                if not isinstance(data, list):
                    raise TypeError()
                errors_type_0 = cast(list[str], data)

                return errors_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                errors_type_1 = ErrorsAnyErrorsType1.from_dict(data)

                return errors_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ErrorsAnyErrorsType1 | list[str] | str, data)

        errors = _parse_errors(d.pop("errors"))

        errors_any = cls(
            errors=errors,
        )

        errors_any.additional_properties = d
        return errors_any

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
