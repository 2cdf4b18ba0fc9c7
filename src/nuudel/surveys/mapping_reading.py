"""Reading a mapping: every key known, every constant a value of its column; all faults at their lines."""

from collections.abc import Iterable
from collections.abc import Mapping as Table
from difflib import get_close_matches

from nuudel.base.tables import nearest
from nuudel.ledger.codes import DURATIONS
from nuudel.ledger.schema import KEY, NAME, Field
from nuudel.ledger.series import Series
from nuudel.surveys.cells import CellError, cell, pattern
from nuudel.surveys.faults import LANGUAGES, Fault, fault
from nuudel.surveys.mapped import (
    CONTEXTS,
    COUNTS,
    Cell,
    Condition,
    Constant,
    FirstOf,
    FromContext,
    FromField,
    MappedFact,
    Mapping,
    MappingError,
    Origin,
    SumOf,
    columns_of,
)
from nuudel.surveys.measures_reading import read_measures
from nuudel.surveys.yaml_reading import Part, YamlError, read_yaml

NEEDED_KEYS = ("form", "source", "series", "facts")
ROOT_KEYS = (*NEEDED_KEYS, "measures")
SERIES_KEYS = ("concept", "durations")
FACT_KEYS = ("counts", "series", "repeat", "when", "zeros", "columns", "each")
WHEN_KEYS = ("field", "is", "not", "answered")
ORIGIN_KEYS = ("field", "codes", "otherwise", "sum", "first", "context")
ZEROS = {"keep": True, "leave_out": False}


def read_mapping(text: str) -> Mapping:
    """Read a mapping.

    Raises
    ------
    MappingError
        ``SURVEY-140`` with every fault that was found.
    """
    reader = Reader()
    try:
        found = reader.mapping(read_yaml(text), text)
    except YamlError as error:
        raise MappingError([error.fault]) from None
    if reader.faults:
        raise MappingError(sorted(reader.faults, key=lambda one: int(one.cell.removeprefix("line "))))
    return found


class Reader:
    """One reading; what is wrong is collected in ``faults``, and something harmless stands in its place."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def wrong(self, key: str, part: Part, /, **slots: object) -> None:
        found = fault(key, "mapping", f"line {part.line}", **slots)
        # Facts of one ``each`` share what stands around them.
        if found not in self.faults:
            self.faults.append(found)

    def table(
        self, part: Part, known: Iterable[str] | None = None, required: Iterable[str] = ()
    ) -> dict[str, Part]:
        """The entries of a table; without ``known``, names are free."""
        if not isinstance(part.content, dict):
            self.wrong("not_a_table", part)
            return {}
        names = None if known is None else list(known)
        for key, value in part.content.items():
            if names is not None and key not in names:
                self.wrong("unknown_key", value, key=key, near=nearest(key, names))
        for key in required:
            if key not in part.content:
                self.wrong("missing_key", part, key=key)
        return part.content

    def entries(self, part: Part) -> list[Part]:
        if not isinstance(part.content, list):
            self.wrong("not_a_list", part)
            return []
        return part.content

    def text(self, part: Part, form: str = "") -> str:
        """A text, of the given form where there is one."""
        if not isinstance(part.content, str) or (form and not pattern(form).fullmatch(part.content)):
            self.wrong("not_a_text", part)
            return ""
        return part.content

    def one_of(self, part: Part, known: Iterable[str]) -> str:
        text, names = self.text(part), list(known)
        if text and text not in names:
            self.wrong("unknown_value", part, value=text, near=nearest(text, names))
            # What is meant is guessed, so that one wrong letter is one fault.
            return next(iter(get_close_matches(text, names, n=1)), names[0])
        return text or names[0]

    def mapping(self, part: Part, text: str) -> Mapping:
        root = self.table(part, ROOT_KEYS, NEEDED_KEYS)
        source = self.text(root["source"], NAME) if "source" in root else ""
        facts = [
            found
            for name, entry in self.table(root.get("facts", Part(part.line, {}))).items()
            for found in self.facts(name, entry)
        ]
        series = self.all_series(root.get("series", Part(part.line, {})), source, facts)
        form = self.text(root["form"]) if "form" in root else ""
        measures = read_measures(self, root["measures"]) if "measures" in root else None
        return Mapping(form, source, series, tuple(facts), text, measures)

    def all_series(self, part: Part, source: str, facts: list[MappedFact]) -> dict[str, Series]:
        """The series that are declared; each is used, by facts of one kind."""
        found: dict[str, Series] = {}
        kinds = {fact.series: fact.fact for fact in facts}
        declared = self.table(part)
        for fact in facts:
            if fact.series and fact.series not in declared:
                self.wrong(
                    "unknown_series",
                    Part(fact.line, None),
                    series=fact.series,
                    near=nearest(fact.series, declared),
                )
            elif kinds[fact.series] != fact.fact:
                self.wrong("series_of_two_kinds", Part(fact.line, None), series=fact.series)
        for key, entry in declared.items():
            if not pattern(KEY).fullmatch(key):
                self.wrong("not_a_series_key", entry, key=key)
            elif key not in kinds:
                self.wrong("unused_series", entry, series=key)
            else:
                found[key] = self.series(key, entry, source, kinds[key].value)
        return found

    def series(self, key: str, part: Part, source: str, kind: str) -> Series:
        entry = self.table(part, SERIES_KEYS, ("concept",))
        concept = self.table(entry["concept"], LANGUAGES, LANGUAGES) if "concept" in entry else {}
        durations = self.entries(entry["durations"]) if "durations" in entry else []
        return Series(
            key,
            source,
            kind,
            tuple(self.one_of(duration, DURATIONS.names) for duration in durations),
            {lang: self.text(said) for lang, said in concept.items()},
        )

    def facts(self, name: str, part: Part) -> list[MappedFact]:
        """A fact, or one for each entry of ``each``."""
        if not pattern(KEY).fullmatch(name):
            self.wrong("not_a_fact_name", part, name=name)
        entry = self.table(part, FACT_KEYS, ("counts", "series", "columns"))
        counts = self.one_of(entry["counts"], COUNTS) if "counts" in entry else "presence"
        zeros = self.one_of(entry["zeros"], ZEROS) if "zeros" in entry else "leave_out"
        shared = self.columns(entry["columns"], counts) if "columns" in entry else {}
        several = self.table(entry["each"]) if "each" in entry else {"": Part(part.line, {})}
        when = tuple(self.condition(one) for one in self.entries(entry["when"])) if "when" in entry else ()
        found = []
        for key, own in several.items():
            if key and not pattern(KEY).fullmatch(key):
                self.wrong("not_a_fact_name", own, name=key)
            columns = shared | (self.columns(own, counts) if own.content else {})
            self.complete(Part(own.line, None), columns, counts)
            found.append(
                MappedFact(
                    name=f"{name}.{key}" if key else name,
                    counts=counts,
                    series=self.text(entry["series"]) if "series" in entry else "",
                    repeat=self.text(entry["repeat"]) if "repeat" in entry else "",
                    when=when,
                    zeros=ZEROS[zeros],
                    columns=columns,
                    line=part.line,
                )
            )
        return found

    def complete(self, part: Part, columns: Table[str, Origin], counts: str) -> None:
        """Refuse a fact that lacks what every fact of its kind has."""
        known = columns_of(COUNTS[counts][0])
        needed = {name for name, column in known.items() if column.required and name != "quality"}
        for name in sorted(needed - columns.keys()):
            self.wrong("missing_column", part, column=name)
        if "origin" in known and not {"origin", "destination"} & columns.keys():
            self.wrong("missing_column", part, column="destination")

    def columns(self, part: Part, counts: str) -> dict[str, Origin]:
        fact, kinds = COUNTS[counts]
        known = columns_of(fact)
        found: dict[str, Origin] = {}
        for name, value in self.table(part, known).items():
            if name in known:
                found[name] = self.origin(value, known[name])
                if name == "kind" and kinds is not None:
                    self.check_kinds(found[name], counts, kinds)
        return found

    def check_kinds(self, origin: Origin, counts: str, kinds: tuple[str, ...]) -> None:
        """A passage is no move: the kinds that an origin can give are those of what is counted."""
        for value in constants(origin):
            if value is not None and value not in kinds:
                self.wrong(
                    "kind_not_counted",
                    Part(origin.line, None),
                    kind=value,
                    counts=counts,
                    kinds=", ".join(kinds),
                )

    def origin(self, part: Part, column: Field) -> Origin:
        """Where a column's value comes from."""
        if not isinstance(part.content, dict):
            return Constant(self.constant(part, column), part.line)
        entry = self.table(part, ORIGIN_KEYS)
        named = [key for key in ("field", "sum", "first", "context") if key in entry]
        allowed = {"field", "codes", "otherwise"} if named == ["field"] else set(named)
        if len(named) != 1 or not set(entry) <= allowed | (set(entry) - set(ORIGIN_KEYS)):
            self.wrong("one_origin", part)
            return Constant(None, part.line)
        if "sum" in entry:
            return SumOf(tuple(self.text(one) for one in self.entries(entry["sum"])), part.line)
        if "first" in entry:
            return FirstOf(tuple(self.origin(one, column) for one in self.entries(entry["first"])), part.line)
        if "context" in entry:
            return FromContext(self.one_of(entry["context"], CONTEXTS), part.line)
        codes = None
        if "codes" in entry:
            codes = {name: self.constant(code, column) for name, code in self.table(entry["codes"]).items()}
        otherwise = self.constant(entry["otherwise"], column) if "otherwise" in entry else None
        return FromField(self.text(entry["field"]), part.line, codes, otherwise, "otherwise" in entry)

    def constant(self, part: Part, column: Field) -> Cell:
        """A value of a column, written as a text; nothing means that the column stays empty."""
        if part.content is None:
            return None
        if not isinstance(part.content, str):
            self.wrong("not_a_text", part)
            return None
        try:
            return cell(column, part.content)
        except CellError as error:
            near = nearest(part.content, column.codes.names) if column.codes else "."
            self.wrong(str(error), part, value=part.content, column=column.name, near=near)
            return None

    def condition(self, part: Part) -> Condition:
        entry = self.table(part, WHEN_KEYS, ("field",))
        said = [key for key in ("is", "not", "answered") if key in entry]
        if len(said) != 1:
            self.wrong("one_condition", part)
        path = self.text(entry["field"]) if "field" in entry else ""
        if "answered" in entry:
            return Condition(path, None, self.one_of(entry["answered"], ("yes", "no")) == "no", part.line)
        values = frozenset(
            self.text(one) for key in ("is", "not") if key in entry for one in self.entries(entry[key])
        )
        return Condition(path, values, "not" in entry, part.line)


def constants(origin: Origin) -> list[Cell]:
    """The values that a mapping itself writes in an origin."""
    if isinstance(origin, Constant):
        return [origin.value]
    if isinstance(origin, FromField):
        return [*(origin.codes or {}).values(), origin.otherwise]
    if isinstance(origin, FirstOf):
        return [value for inner in origin.values for value in constants(inner)]
    return []
