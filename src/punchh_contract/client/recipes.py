"""How a request of one operation is made, from the generated client and the contract: its models, its
arguments, and which bodies commit.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from punchh_contract.errors import UsageError
from punchh_contract.json_types import JsonValue

if TYPE_CHECKING:
    import jsonschema_rs

    from punchh_contract.contract import Operation

__all__ = ["Recipe", "recipe"]

Json = dict[str, Any]


class Recipe:
    """One operation's half of the generated client, loaded when it is first used."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        folder = operation.tag.lower().replace(" ", "_")
        module = importlib.import_module(f"punchh_client.api.{folder}.{operation.id}")
        self._get_kwargs: Callable[..., Json] = module._get_kwargs  # noqa: SLF001  # what it is generated for
        self.names = frozenset(str(each["name"]) for each in operation.parameters)
        self.discriminator, self._models = _models(operation)
        self._types = tuple(self._models.values())
        self._fits: dict[str, jsonschema_rs.Validator] = {}
        import jsonschema_rs  # not before it is used: constructing a client is to be quick

        self._make = jsonschema_rs.validator_for
        wanted = operation.success.request
        self._commits = None if wanted is None else self._make(wanted)

    def kwargs(self, model: Any, user_agent: str, optional: Mapping[str, str | None]) -> Json:
        """What `httpx.Client.request` would be given; `optional` headers by their parameter's name.

        Raises UsageError for a model of another operation.
        """
        if not isinstance(model, self._types):
            wanted = ", ".join(each.__name__ for each in self._types)
            raise UsageError(f"{self.operation.id} takes {wanted}, not {type(model).__name__}")
        given = {
            name: value
            for name, value in optional.items()
            if value and name.replace("_", "-").title() in self.names
        }
        return self._get_kwargs(body=model, user_agent=user_agent, **given)

    def model(self, body: Mapping[str, Any]) -> Any:
        """Make the generated model of a mapping. Raises UsageError that names the field, as far as it can."""
        operation = self.operation.id
        kind = body.get(self.discriminator) if self.discriminator else ""
        if not isinstance(kind, str) or kind not in self._models:
            raise UsageError(f"{operation}: {self.discriminator} is one of {', '.join(self._models)}")
        model = self._models[kind]
        try:
            return model.from_dict(body)
        except KeyError as error:
            raise UsageError(f"{operation}: the field {error.args[0]} is missing") from None
        except (ValueError, TypeError, AttributeError):
            # Their texts quote the value, which may be a guest's.
            raise self._misfit(model, body) from None
        except RecursionError:
            raise UsageError(f"{operation}: the body is nested too deeply") from None

    def check(self, document: Json) -> None:
        """Hold a body, as JSON, to the contract. Raises UsageError with the pointer of each value that does
        not fit, and never the value.

        Amounts are dollars with at most two places: what has more is a sum of floats, or in another unit.
        """
        kind = document.get(self.discriminator) if self.discriminator else ""
        model = self._models.get(kind)
        if model is None:
            raise UsageError(f"{self.operation.id}: {self.discriminator} is one of {', '.join(self._models)}")
        if not self._fitting(model).is_valid(document):
            raise self._misfit(model, document)

    def _fitting(self, model: type[Any]) -> jsonschema_rs.Validator:
        name = model.__name__
        found = self._fits.get(name)
        if found is None:
            schema = {**self.operation.request_schema, "$ref": f"#/components/schemas/{name}"}
            found = self._make(cast("Json", _in_cents(schema)), validate_formats=True, mask="the value")
            self._fits[name] = found
        return found

    def _misfit(self, model: type[Any], body: Mapping[str, Any]) -> UsageError:
        """Say which values the contract does not take; only asked when one is known to be wrong."""
        try:
            errors = [
                f"/{'/'.join(map(str, each.instance_path))}: {each.message}"
                for each in self._fitting(model).iter_errors(dict(body))
            ]
        except ValueError:
            errors = []  # it holds what is no JSON at all
        what = "; ".join(dict.fromkeys(errors)) or f"not what {model.__name__} takes"
        return UsageError(f"{self.operation.id}: {what}")

    def commits(self, document: Json) -> bool:
        """Tell whether an answer to this body can be a redemption (`x-success.request`)."""
        return self._commits is None or self._commits.is_valid(document)


_RECIPES: dict[int, Recipe] = {}


def recipe(operation: Operation) -> Recipe:
    """Return the operation's recipe; made once."""
    found = _RECIPES.get(id(operation))
    if found is None:
        # By identity: what the contract says is a value that cannot be hashed. The recipe keeps the operation
        # alive, so no other can get its id.
        found = _RECIPES[id(operation)] = Recipe(operation)
    return found


def _models(operation: Operation) -> tuple[str, dict[Any, type[Any]]]:
    """The field that tells the models apart ("" for one model), and the models by its values."""
    models = importlib.import_module("punchh_client.models")
    ref = str(operation.request_schema["$ref"])
    chosen = operation.request_schema["components"]["schemas"][_last(ref)]
    if "discriminator" not in chosen:
        return "", {"": getattr(models, _last(ref))}
    mapping = chosen["discriminator"]["mapping"]
    return chosen["discriminator"]["propertyName"], {
        value: getattr(models, _last(each)) for value, each in mapping.items()
    }


def _in_cents(schema: JsonValue) -> JsonValue:
    """The schema, in which each number that is an amount has whole cents (C-12, C-21: they occur)."""
    if isinstance(schema, list):
        return [_in_cents(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _in_cents(value) for key, value in schema.items()}
    properties = found.get("properties")
    if isinstance(properties, dict):
        for name, each in properties.items():
            if name.endswith("amount") and isinstance(each, dict):
                each["multipleOf"] = 0.01
    return found


def _last(ref: str) -> str:
    return ref.rpartition("/")[2]
