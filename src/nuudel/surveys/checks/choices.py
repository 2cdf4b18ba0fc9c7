"""The sheet ``choices``: lists with names, each once, and a label."""

from collections.abc import Iterable, Iterator

from nuudel.surveys.checks.headings import MEDIA, Table
from nuudel.surveys.faults import Fault
from nuudel.surveys.workbooks.sheets import Row

LIST = "list name"


def read_lists(table: Table | None) -> dict[str, list[Row]]:
    """The rows of each list."""
    lists: dict[str, list[Row]] = {}
    for row in table.sheet.rows if table else ():
        name = table.text(row, LIST) if table else ""
        if name:
            lists.setdefault(name, []).append(row)
    return lists


def choice_faults(
    table: Table, lists: dict[str, list[Row]], multiple: Iterable[str], doubles: bool
) -> Iterator[Fault]:
    """What is wrong in the lists.

    Parameters
    ----------
    multiple
        Lists of questions with several answers, whose names are parted by blanks.
    doubles
        Whether the form allows a name to come twice.
    """
    several = frozenset(multiple)
    for row in table.sheet.rows:
        if not table.text(row, LIST) and table.text(row, "name"):
            yield table.fault("choice_without_list", row, LIST)
    for list_name, rows in lists.items():
        seen: dict[str, int] = {}
        for row in rows:
            name = table.text(row, "name")
            if not name:
                yield table.fault("choice_without_name", row, "name", list=list_name)
                continue
            if name in seen and not doubles:
                yield table.fault("choice_twice", row, "name", name=name, list=list_name, row=seen[name])
            seen.setdefault(name, row.number)
            if " " in name and list_name in several:
                yield table.fault("choice_blank", row, "name", name=name)
            if not any(table.text(row, column) for column in ("label", *MEDIA)):
                yield table.fault("choice_without_label", row, "label", name=name)
