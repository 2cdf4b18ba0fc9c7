"""Which values a client wants: codes, wildcards and the expressions of both versions."""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from nuudel.base.errors import PublicationError
from nuudel.base.tables import nearest
from nuudel.publication.formats.pxweb.answers import illegal
from nuudel.publication.formats.pxweb.contents import Kind, Positions, Variable

EXPRESSION = re.compile(r"(TOP|BOTTOM|RANGE|FROM|TO)\((.*)\)", re.IGNORECASE | re.DOTALL)
COUNT = re.compile(r"([1-9]\d{0,8})(?:,(\d{1,9}))?")
MOST_EXPRESSIONS = 20
MOST_SIGNS = 200
DEFAULT_PERIODS = 13
DEFAULT_VALUES = 1500


def find_variable(variables: Sequence[Variable], code: str) -> int:
    """Position of a variable by its code in any case; ``time`` is the variable of time, whatever its code."""
    codes = [variable.code.casefold() for variable in variables]
    if code.casefold() in codes:
        return codes.index(code.casefold())
    kinds = [variable.kind for variable in variables]
    if code.casefold() == "time" and Kind.TIME in kinds:
        return kinds.index(Kind.TIME)
    known = [variable.code for variable in variables]
    raise PublicationError(
        402,
        f"there is no variable {code[:60]!r}.",
        f"Name one of the table{nearest(code, known)}.",
        ("variableCode",),
    )


def find_code(variable: Variable, code: str) -> int:
    """Position of a value by its code, in any case where no code is exactly so; ``PUBLICATION-403``."""
    if code in variable.codes:
        return variable.codes.index(code)
    lowered = [known.casefold() for known in variable.codes]
    if code.casefold() in lowered:
        return lowered.index(code.casefold())
    raise PublicationError(
        403,
        f"variable {variable.code} has no value {code[:60]!r}.",
        f"Name one that it has{nearest(code, variable.codes)}.",
        (variable.code,),
    )


def choose(variable: Variable, wanted: Sequence[str]) -> tuple[int, ...]:
    """The positions that codes and expressions of version 2 mean, each once, in the order of the table.

    Raises
    ------
    PublicationError
        ``PUBLICATION-403`` a value that is not there, ``PUBLICATION-404`` an expression that is none.
    """
    found: set[int] = set()
    known = {code.casefold() for code in variable.codes}
    if len(wanted) > 2 * len(known) + MOST_EXPRESSIONS:
        raise illegal(f"more values of variable {variable.code} are named than it has")
    for entry in dict.fromkeys(wanted):
        found.update([find_code(variable, entry)] if entry.casefold() in known else expand(variable, entry))
    return tuple(sorted(found))


def expand(variable: Variable, entry: str) -> Sequence[int]:
    """Positions of one expression: ``*``, ``?``, ``TOP``, ``BOTTOM``, ``RANGE``, ``FROM``, ``TO``."""
    expression = EXPRESSION.fullmatch(entry)
    if expression:
        name, inside = expression[1].upper(), expression[2]
        if name in {"TOP", "BOTTOM"}:
            return outermost(
                variable, entry, inside, from_start=(name == "TOP") != (variable.kind is Kind.TIME)
            )
        ends = [part.strip() for part in inside.split(",")]
        if len(ends) != (2 if name == "RANGE" else 1) or not all(ends):
            raise no_expression(entry)
        places = [find_code(variable, end) for end in ends]
        last = len(variable.codes) - 1
        first, final = {"RANGE": (min(places), max(places)), "FROM": (places[0], last), "TO": (0, places[0])}[
            name
        ]
        return range(first, final + 1)
    if "*" in entry or "?" in entry:
        return matching(variable, entry)
    find_code(variable, entry)
    raise no_expression(entry)


def outermost(variable: Variable, entry: str, inside: str, *, from_start: bool) -> Sequence[int]:
    """The first or last values; of time, TOP means the latest ones."""
    count = COUNT.fullmatch(inside.replace(" ", ""))
    if not count:
        raise no_expression(entry)
    order = range(len(variable.codes)) if from_start else range(len(variable.codes) - 1, -1, -1)
    offset = int(count[2] or 0)
    return order[offset : offset + int(count[1])]


def matching(variable: Variable, entry: str) -> Sequence[int]:
    """Values whose code fits; ``*`` stands at the ends only, ``?`` for one sign."""
    if len(entry) > MOST_SIGNS:
        raise no_expression(entry)
    inner = entry.strip("*") if entry.strip("*") else "*"
    if entry != "*" and ("*" in inner or entry.count("*") > 2 or ("*" in entry and "?" in entry)):
        raise no_expression(entry)
    pattern = re.compile(
        "".join(".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in entry),
        re.IGNORECASE | re.DOTALL,
    )
    return [place for place, code in enumerate(variable.codes) if pattern.fullmatch(code)]


def no_expression(entry: str) -> PublicationError:
    return PublicationError(
        404,
        f"{entry[:60]!r} is no selection.",
        "Use codes, *, TOP(n), BOTTOM(n), RANGE(a,b), FROM(a), TO(a), or * at an end, or ? for one sign.",
    )


def check_size(positions: Positions, most: int) -> None:
    """Refuse more cells than are allowed (``PUBLICATION-406``)."""
    cells = math.prod(len(chosen) for chosen in positions)
    if cells > most:
        raise PublicationError(
            406, f"{cells} values are asked for; {most} are allowed at a time.", "Ask for them in parts."
        )


def split_list(listed: str) -> list[str]:
    """Values between commas; ``[…]`` keeps a code with commas together, and so do brackets of expressions."""
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(f"{listed},"):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth <= 0:
            parts.append(listed[start:place].strip())
            start, depth = place + 1, 0
    parts = [part[1:-1] if part.startswith("[") and part.endswith("]") else part for part in parts]
    return [part for part in parts if part]


def choose_v2(variables: Sequence[Variable], asked: dict[str, list[str]], most: int) -> Positions:
    """The selection of version 2: every variable of our tables has to be named.

    Raises
    ------
    PublicationError
        ``PUBLICATION-402`` … ``PUBLICATION-406``.
    """
    chosen: dict[int, tuple[int, ...]] = {}
    for code, wanted in asked.items():
        place = find_variable(variables, code)
        if place in chosen:
            raise illegal(f"variable {variables[place].code} is there twice")
        chosen[place] = choose(variables[place], wanted)
    for place, variable in enumerate(variables):
        if not chosen.get(place):
            raise PublicationError(
                405,
                f"no value of variable {variable.code} is chosen.",
                "Choose some; none of the variables can be left out.",
                (variable.code,),
            )
    positions = tuple(chosen[place] for place in range(len(variables)))
    check_size(positions, most)
    return positions


def default_positions(variables: Sequence[Variable]) -> Positions:
    """What version 2 answers when nothing is chosen: the reference's rules for tables with contents.

    With up to three variables all values and the latest 13 periods; with more of them the first and the last
    classification, the first value of the others and the latest period; without time the first and the last
    variable and the first value of the others.
    """
    free = [place for place, v in enumerate(variables) if v.kind in {Kind.CLASSIFICATION, Kind.GEO}]
    timed = any(variable.kind is Kind.TIME for variable in variables)
    if not timed:
        free = [0, len(variables) - 1]
    whole = set(free) if len(variables) <= 3 and timed else {free[0], free[-1]} if free else set()
    periods = DEFAULT_PERIODS if len(variables) <= 3 else 1
    positions = []
    for place, variable in enumerate(variables):
        size = len(variable.codes)
        if variable.kind is Kind.TIME:
            positions.append(tuple(range(max(size - periods, 0), size)))
        else:
            positions.append(tuple(range(min(size, DEFAULT_VALUES if place in whole else 1))))
    return tuple(positions)


def choose_v1(variables: Sequence[Variable], query: Any, most: int) -> Positions:
    """The query of version 1; a variable that is not in it is taken whole.

    Raises
    ------
    PublicationError
        ``PUBLICATION-402`` … ``PUBLICATION-404``, ``PUBLICATION-406``, ``PUBLICATION-408``, and
        ``PUBLICATION-411`` for what is no query.
    """
    if not isinstance(query, list):
        raise illegal("query is no list")
    chosen: dict[int, tuple[int, ...]] = {}
    for entry in query:
        match entry:
            case {"code": str(code), "selection": {"filter": str(how), "values": list(values)}} if all(
                isinstance(value, str) for value in values
            ):
                place = find_variable(variables, code)
                if place in chosen:
                    raise illegal(f"variable {code} is there twice")
                chosen[place] = filtered(variables[place], how, values)
            case _:
                raise illegal('an entry is not {"code": …, "selection": {"filter": …, "values": […]}}')
    positions = tuple(
        chosen.get(place, tuple(range(len(variable.codes)))) for place, variable in enumerate(variables)
    )
    check_size(positions, most)
    return positions


def filtered(variable: Variable, how: str, values: Sequence[str]) -> tuple[int, ...]:
    """The positions that a filter of version 1 gives; in the order asked for where codes are named."""
    filters: dict[str, Callable[[], Sequence[int]]] = {
        "item": lambda: list(dict.fromkeys(find_code(variable, value) for value in values)),
        "all": lambda: choose(variable, [value if "*" in value else f"{value}*" for value in values]),
        "top": lambda: choose(variable, [f"TOP({value})" for value in values[:1]]),
    }
    kind = how.casefold()
    if kind.startswith(("agg", "vs")):
        raise PublicationError(
            408,
            f"variable {variable.code} has no groupings or value sets ({how}).",
            "Use the filter item, all or top.",
            (variable.code,),
        )
    if kind not in filters:
        raise illegal(f"the filter {how!r} is unknown{nearest(how, filters)}")
    found = tuple(filters[kind]())
    if not found:
        raise PublicationError(
            403, f"no value of variable {variable.code} is chosen.", "Choose some.", (variable.code,)
        )
    return found
