"""Whether a mapping fits its form: every field there, of the right type, in the right rows."""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table

from nuudel.base.tables import nearest
from nuudel.ledger.schema import Field, Form
from nuudel.surveys.cells import CellError, cell
from nuudel.surveys.definition import Definition, Question
from nuudel.surveys.faults import Fault, fault
from nuudel.surveys.mapped import (
    COUNTS,
    Condition,
    FirstOf,
    FromField,
    MappedFact,
    Mapping,
    Origin,
    SumOf,
    columns_of,
)
from nuudel.surveys.measures_reading import measures_faults

# Values that the form works out, or that come from elsewhere: only the submission shows what they are.
OPEN_KINDS = frozenset({"calculate", "hidden", "text", "barcode"})
DATES = frozenset({"date", "dateTime"})
NUMBERS = frozenset({"int", "decimal"})
TEXTS = frozenset({"string", "barcode"})
MOST_NAMES = 5


def check(mapping: Mapping, definition: Definition) -> list[Fault]:
    """What is wrong between a mapping and its form, empty where it fits."""
    found: dict[tuple[str, str], Fault] = {}
    for one in faults(mapping, definition):
        # Facts of one ``each`` share their columns: what is wrong in them is told once.
        found.setdefault((one.cell, one.problem["en"]), one)
    return sorted(found.values(), key=lambda one: int(one.cell.removeprefix("line ")))


def faults(mapping: Mapping, definition: Definition) -> Iterator[Fault]:
    if mapping.form_id != definition.form_id:
        yield wrong("other_form", 1, form=mapping.form_id, wanted=definition.form_id)
    for mapped in mapping.facts:
        yield from fact_faults(mapped, definition)
    if mapping.measures is not None:
        yield from measures_faults(mapping.measures, definition)


def wrong(key: str, line: int, /, **slots: object) -> Fault:
    return fault(key, "mapping", f"line {line}", **slots)


def fact_faults(mapped: MappedFact, definition: Definition) -> Iterator[Fault]:
    fit = Fit(definition, mapped.repeat, COUNTS[mapped.counts][1])
    if found := fit.repeat_faults(mapped.line):
        yield from found
        return
    for condition in mapped.when:
        yield from fit.condition(condition)
    yield from fit.columns(mapped.columns, columns_of(mapped.fact))


class Fit:
    """What stands in a mapping beside the form: once for a submission, or for each row of a repeat.

    ``kinds`` are those that a column ``kind`` may have, where they are limited.
    """

    def __init__(
        self, definition: Definition, repeat: str = "", kinds: tuple[str, ...] | None = None
    ) -> None:
        self.definition = definition
        self.repeat = repeat
        self.kinds = kinds
        # The repeats whose rows are known there, the outermost first.
        self.around = tuple(path for path in definition.repeats if f"{repeat}/".startswith(f"{path}/"))

    def repeat_faults(self, line: int) -> list[Fault]:
        repeats = self.definition.repeats
        if not self.repeat or self.repeat in repeats:
            return []
        return [wrong("unknown_repeat", line, repeat=self.repeat, near=nearest(self.repeat, repeats))]

    def columns(self, origins: Table[str, Origin], known: Table[str, Field]) -> Iterator[Fault]:
        for name, origin in origins.items():
            yield from self.origin(origin, known[name])

    def several(self, path: str, line: int) -> Iterator[Fault]:
        """A question with several answers."""
        question = self.definition.by_path.get(path)
        if question is None:
            yield self.unknown(path, line)
        elif question.kind != "select_multiple":
            yield wrong("not_several", line, field=path, kind=question.kind)

    def origin(self, origin: Origin, column: Field) -> Iterator[Fault]:
        if isinstance(origin, FirstOf):
            for inner in origin.values:
                yield from self.origin(inner, column)
        elif isinstance(origin, SumOf):
            for path in origin.paths:
                yield from self.summed(path, origin.line, column)
        elif isinstance(origin, FromField):
            question = self.definition.by_path.get(origin.path)
            if question is None:
                yield self.unknown(origin.path, origin.line)
            elif question.repeats != self.around[: len(question.repeats)]:
                yield self.repeated(question, origin.line)
            else:
                yield from self.typed(origin, question, column)

    def unknown(self, path: str, line: int) -> Fault:
        return wrong("unknown_field", line, field=path, near=nearest(path, self.definition.by_path))

    def repeated(self, question: Question, line: int) -> Fault:
        return wrong("field_in_repeat", line, field=question.path, repeat=question.repeats[-1])

    def summed(self, path: str, line: int, column: Field) -> Iterator[Fault]:
        question = self.definition.by_path.get(path)
        if question is None:
            yield self.unknown(path, line)
            return
        shared = min(len(question.repeats), len(self.around))
        if question.repeats[:shared] != self.around[:shared]:
            yield self.repeated(question, line)
        elif column.form not in (Form.COUNT, Form.NUMBER) or not is_number(question, column):
            yield unfit(question, column, line)

    def typed(self, origin: FromField, question: Question, column: Field) -> Iterator[Fault]:
        """Whether the answers of a question can stand in a column, as they are or by their codes."""
        if origin.codes is None:
            if not fits(question, column):
                yield unfit(question, column, origin.line)
            elif question.choices:
                yield from self.choices_as_codes(origin, question, column)
            return
        if question.kind != "select_one" and question.kind not in OPEN_KINDS and question.data != "int":
            yield unfit(question, column, origin.line)
        elif question.choices:
            names = [choice.name for choice in question.choices]
            for code in origin.codes:
                if code not in question.choice_names:
                    yield wrong(
                        "unknown_choice",
                        origin.line,
                        value=code,
                        field=question.path,
                        near=nearest(code, names),
                    )
            lacking = [name for name in names if name not in origin.codes]
            if lacking and not origin.has_otherwise:
                yield wrong("choice_without_code", origin.line, field=question.path, choices=some(lacking))

    def choices_as_codes(self, origin: FromField, question: Question, column: Field) -> Iterator[Fault]:
        """Without codes, the names of the choices are the codes of the column themselves."""
        kinds = self.kinds if column.name == "kind" else None
        strange = [choice.name for choice in question.choices if not stands(choice.name, column, kinds)]
        if strange:
            yield wrong(
                "choices_no_codes",
                origin.line,
                field=question.path,
                column=column.name,
                choices=some(strange),
            )

    def condition(self, condition: Condition) -> Iterator[Fault]:
        question = self.definition.by_path.get(condition.path)
        if question is None:
            yield self.unknown(condition.path, condition.line)
        elif question.repeats != self.around[: len(question.repeats)]:
            yield self.repeated(question, condition.line)
        elif question.choices:
            names = [choice.name for choice in question.choices]
            for value in sorted((condition.values or frozenset()) - question.choice_names):
                yield wrong(
                    "unknown_choice",
                    condition.line,
                    value=value,
                    field=question.path,
                    near=nearest(value, names),
                )


def unfit(question: Question, column: Field, line: int) -> Fault:
    return wrong("wrong_type", line, field=question.path, kind=question.kind, column=column.name)


def fits(question: Question, column: Field) -> bool:
    """Whether answers of a question's type can stand in a column as they are."""
    if column.form is Form.DATE:
        return question.data in DATES
    if column.form is Form.INSTANT:
        return question.data == "dateTime"
    if column.form is Form.TEXT:
        return question.data == "time"
    if column.form in (Form.COUNT, Form.AGE, Form.NUMBER):
        return is_number(question, column)
    return question.kind == "select_one" or (question.kind in OPEN_KINDS and question.data in TEXTS)


def is_number(question: Question, column: Field) -> bool:
    if question.data in NUMBERS:
        return question.data == "int" or column.form is Form.NUMBER
    return question.kind in {"calculate", "hidden"} and question.data == "string"


def stands(name: str, column: Field, kinds: Iterable[str] | None) -> bool:
    try:
        value = cell(column, name)
    except CellError:
        return False
    return kinds is None or str(value) in kinds


def some(names: list[str]) -> str:
    """The first few of many names."""
    return ", ".join(names[:MOST_NAMES]) + (" …" if len(names) > MOST_NAMES else "")
