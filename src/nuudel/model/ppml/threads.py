"""One thread for the dense algebra: the same bits on any number of cores, and no threads that wait."""

from collections.abc import Callable
from functools import cache, wraps
from importlib import import_module
from typing import Any, ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


@cache
def _controller() -> Any:
    return import_module("threadpoolctl").ThreadpoolController()


def single_threaded(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Run a function with BLAS on one thread.

    The matrices here are small: a second thread gains little on an idle machine, costs much on a busy one,
    and changes the last bits of sums.
    """

    @wraps(function)
    def limited(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        with _controller().limit(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return limited
