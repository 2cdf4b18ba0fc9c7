"""The dated parameters of duplicates, in ``parameters.yaml``."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from nuudel.base.errors import WebError
from nuudel.domains.registration.moves.parameters import Parameter, read_parameters

FILE = Path(__file__).parent / "parameters.yaml"


def threshold(on: date) -> float:
    """From which probability, 0 to 1, the search for duplicates proposes a pair.

    Raises
    ------
    WebError
        ``WEB-435`` where none is in force on the day.
    """
    found = [one.value for one in parameters()["batch_threshold"].values if one.start <= on]
    if not found or found[-1] is None:
        raise WebError(
            435, f"the search for duplicates has no threshold on {on}.", "Add one.", ("batch_threshold",)
        )
    return found[-1] / 100


@cache
def parameters() -> Mapping[str, Parameter]:
    return read_parameters(FILE.read_text("utf-8"))
