"""A number of seconds on the command line."""

import math
from typing import Any

import click


class Seconds(click.FloatRange):
    """A number in a range. `nan`, which compares with nothing, is none."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        converted = super().convert(value, param, ctx)
        if math.isnan(converted):
            self.fail(f"{value!r} is no number", param, ctx)
        return converted
