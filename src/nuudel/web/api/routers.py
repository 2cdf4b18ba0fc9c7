"""Routers whose operations share the models of their answers.

django-ninja makes a model for each status of each operation. These are thousands, most of them the same
problem, and they are made whenever a process starts.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import ninja
from ninja import Schema


@cache
def holding(model: Any) -> type[Schema] | None:
    """The model of an answer that holds one of a kind, as django-ninja checks and describes it."""
    if model is None:
        return None
    return type("NinjaResponseSchema", (Schema,), {"__annotations__": {"response": model}})


class Router(ninja.Router):
    """A router; ``response`` of an operation maps statuses, or sets of them, to models."""

    def add_api_operation(
        self,
        path: str,
        methods: list[str],
        view_func: Callable[..., Any],
        *,
        response: Any = None,
        **named: Any,
    ) -> None:
        answers: Mapping[int | Iterable[int], Any] = response
        super().add_api_operation(path, methods, view_func, response=None, **named)
        view_func._ninja_operation.response_models = {  # type: ignore[attr-defined]
            status: holding(model)
            for statuses, model in answers.items()
            for status in ([statuses] if isinstance(statuses, int) else statuses)
        }
