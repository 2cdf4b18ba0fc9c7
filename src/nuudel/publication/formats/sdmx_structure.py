"""The SDMX structure of a table: concepts, code lists, data structure definition and dataflow.

pysdmx writes names in one language only and turns apostrophes in them into quotation marks. It is given
identifiers for names; the texts, in all languages, are then put into the document.
"""

import importlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from nuudel.base.errors import PublicationError
from nuudel.base.provenance import Quality, Text
from nuudel.publication.formats.description import describe
from nuudel.publication.formats.px.words import STATUS_WORDS
from nuudel.publication.tables import Dimension, Status, Table

if TYPE_CHECKING:
    from pysdmx.model import Codelist, Component, Components, Concept, ConceptScheme, Schema
    from pysdmx.model.message import Header

AGENCY = "NUUDEL"
VERSION = "1.0"
DESCRIPTION = "NUUDEL_TABLE"
COMMON = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common}"
STRUCTURE = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
CODE_OF: Mapping[Status, str] = {
    # SDMX code list CL_OBS_STATUS
    Status.NORMAL: "A",
    Status.MISSING: "O",
    Status.NOT_APPLICABLE: "M",
    Status.SUPPRESSED: "Q",
    Status.DOUBTFUL: "U",
    Status.NOT_COMPARABLE: "B",
    Status.ESTIMATED: "E",
    Status.PROVISIONAL: "P",
}
QUALITY_WORDS: Mapping[Quality, Text] = {
    Quality.OBSERVED: {"en": "observed", "mn": "ажигласан"},
    Quality.ESTIMATED: {"en": "estimated", "mn": "тооцоолсон"},
    Quality.SCENARIO: {"en": "scenario", "mn": "хувилбар"},
    Quality.SYNTHETIC: {"en": "synthetic", "mn": "зохиомол"},
}
CONCEPT_WORDS: Mapping[str, Text] = {
    "OBS_STATUS": {"en": "Status of the figure", "mn": "Тооны төлөв"},
    "QUALITY": {"en": "Quality of the figures", "mn": "Тооны чанар"},
}
LEVEL = {"OBS_STATUS": "O", "QUALITY": "D"}
RESERVED = frozenset({"TIME_PERIOD", "OBS_VALUE", *CONCEPT_WORDS})


def table_id(table: Table) -> str:
    return table.key.upper()


def component_id(dimension: Dimension) -> str:
    """Identifier of a dimension's column: ``TIME_PERIOD`` for time."""
    name = dimension.key.upper()
    if dimension.is_time:
        return "TIME_PERIOD"
    return f"{name}_DIM" if name in RESERVED else name


def code_id(code: str) -> str:
    """A code as SDMX identifier: what is no letter, digit, ``_`` or ``-`` becomes its number in ``$``."""
    return re.sub(r"[^A-Za-z0-9_-]", lambda found: f"${ord(found[0]):X}$", code)


def concepts(table: Table) -> "ConceptScheme":
    from pysdmx.model import Concept, ConceptScheme, DataType

    kinds = {"TIME_PERIOD": DataType.PERIOD, "OBS_VALUE": DataType.DOUBLE}
    ids = [*(component_id(d) for d in table.dimensions), "OBS_VALUE", *CONCEPT_WORDS]
    return ConceptScheme(
        id=f"CS_{table_id(table)}",
        name="concepts",
        agency=AGENCY,
        version=VERSION,
        items=[Concept(id=name, name=name, dtype=kinds.get(name, DataType.STRING)) for name in ids],
    )


def codelists(table: Table) -> "dict[str, Codelist]":
    """Component -> its code list; time has none."""
    lists = {component_id(d): [code_id(code) for code in d.codes] for d in table.dimensions if not d.is_time}
    lists |= {"OBS_STATUS": list(CODE_OF.values()), "QUALITY": [str(q) for q in Quality]}
    from pysdmx.model import Code, Codelist

    return {
        name: Codelist(
            id=f"CL_{table_id(table)}_{name}",
            name=name,
            agency=AGENCY,
            version=VERSION,
            items=[Code(id=code, name=code) for code in codes],
        )
        for name, codes in lists.items()
    }


def components(table: Table, value_kind: str = "Double") -> "Components":
    from pysdmx.model import Component, Components, DataType, Role

    scheme, lists = concepts(table), codelists(table)
    of_id: dict[str, Concept] = {concept.id: with_urn(concept, scheme) for concept in scheme.items}

    def component(name: str, role: "Role", kind: "DataType") -> "Component":
        return Component(
            id=name,
            required=role is Role.DIMENSION,
            role=role,
            concept=of_id[name],
            local_dtype=kind,
            local_codes=lists.get(name),
            attachment_level=LEVEL.get(name),
        )

    ordered = sorted(table.dimensions, key=lambda d: d.is_time)  # the time dimension stands last
    kinds = {True: DataType.PERIOD, False: DataType.STRING}
    return Components(
        [
            *(component(component_id(d), Role.DIMENSION, kinds[d.is_time]) for d in ordered),
            component("OBS_VALUE", Role.MEASURE, DataType(value_kind)),
            *(component(name, Role.ATTRIBUTE, DataType.STRING) for name in CONCEPT_WORDS),
        ]
    )


def with_urn(concept: "Concept", scheme: "ConceptScheme") -> "Concept":
    from pysdmx.model import Concept

    base = "urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept"
    urn = f"{base}={AGENCY}:{scheme.id}({VERSION}).{concept.id}"
    return Concept(id=concept.id, name=concept.name, dtype=concept.dtype, urn=urn)


def schema(table: Table) -> "Schema":
    """What pysdmx needs to write figures; they are texts here, so that it does not print 12 as 12.0."""
    from pysdmx.model import Schema

    return Schema(
        context="dataflow",
        agency=AGENCY,
        id=table_id(table),
        version=VERSION,
        components=components(table, "String"),
        name=table_id(table),
    )


def message_header(table: Table) -> "Header":
    from pysdmx.model import Organisation
    from pysdmx.model.message import Header

    day = table.as_of
    return Header(
        id=table_id(table),
        prepared=datetime(day.year, day.month, day.day, tzinfo=timezone.utc),  # noqa: UP017
        sender=Organisation(id=AGENCY),
    )


def format_structure(table: Table) -> bytes:
    """The structure message (SDMX-ML 2.1), all texts in all languages of the table."""
    from pysdmx.io import write_sdmx
    from pysdmx.io.format import Format
    from pysdmx.model import Annotation, Dataflow, DataStructureDefinition

    notes = list(annotations(table))
    definition = DataStructureDefinition(
        id=table_id(table), name="table", agency=AGENCY, version=VERSION, components=components(table)
    )
    flow = Dataflow(
        id=table_id(table),
        name="table",
        agency=AGENCY,
        version=VERSION,
        structure=definition,
        annotations=[Annotation(id=name, type=kind, text=name) for name, kind, _ in notes],
    )
    text = write_sdmx(
        [*codelists(table).values(), concepts(table), definition, flow],
        Format.STRUCTURE_SDMX_ML_2_1,
        prettyprint=True,
        header=message_header(table),
    )
    return put_texts(str(text), table, {name: words for name, _, words in notes})


def annotations(table: Table) -> Iterator[tuple[str, str, Text]]:
    """Identifier, kind and text of everything that is said about the table."""
    yield "UNIT", "UNIT", table.measure.unit
    yield "DISCLOSURE", "DISCLOSURE", table.disclosure
    for number, source in enumerate(table.sources, 1):
        yield f"SOURCE_{number}", "SOURCE", {lang: source.line(lang) for lang in table.languages}
    for number, caveat in enumerate(table.caveats, 1):
        yield f"CAVEAT_{number}", f"CAVEAT_{caveat.effect.upper()}", caveat.text
    machine = json.dumps(describe(table), ensure_ascii=False, separators=(",", ":"))
    yield DESCRIPTION, DESCRIPTION, {"en": machine}


def put_texts(document: str, table: Table, notes: Mapping[str, Text]) -> bytes:
    etree = xml()
    root = etree.fromstring(document.encode(), safe_parser())
    for note in root.iter(f"{COMMON}Annotation"):
        say(note, "AnnotationText", notes[note.get("id")])
    for item, words in names(root, table):
        say(item, "Name", {lang: words.get(lang) or words["en"] for lang in table.languages})
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def names(root: Any, table: Table) -> Iterator[tuple[Any, Text]]:
    """Each element of the document that has a name, and the name."""
    titles: dict[str, Text] = {component_id(d): d.title for d in table.dimensions} | dict(CONCEPT_WORDS)
    titles["OBS_VALUE"] = table.measure.title
    codes: dict[str, dict[str, Text]] = {
        component_id(d): {
            code_id(code): {lang: d.labels[lang][i] for lang in table.languages}
            for i, code in enumerate(d.codes)
        }
        for d in table.dimensions
    }
    codes["OBS_STATUS"] = {code: STATUS_WORDS[status] for status, code in CODE_OF.items()}
    codes["QUALITY"] = {str(quality): words for quality, words in QUALITY_WORDS.items()}
    for codelist in root.iter(f"{STRUCTURE}Codelist"):
        component = codelist.get("id").removeprefix(f"CL_{table_id(table)}_")
        yield codelist, titles[component]
        for code in codelist.iter(f"{STRUCTURE}Code"):
            yield code, codes[component][code.get("id")]
    for concept in root.iter(f"{STRUCTURE}Concept"):
        yield concept, titles[concept.get("id")]
    for kind in ("ConceptScheme", "DataStructure", "Dataflow"):
        for artefact in root.iter(f"{STRUCTURE}{kind}"):
            yield artefact, table.title


def say(element: Any, tag: str, words: Text) -> None:
    """Put a text in place of the one that stands in an element, once for each language."""
    etree = xml()
    for first in element.findall(f"{COMMON}{tag}"):
        before = first
        for number, (lang, text) in enumerate(words.items()):
            node = first if number == 0 else etree.Element(f"{COMMON}{tag}")
            node.text = text
            node.set(LANG, lang)
            if number:
                node.tail = before.tail
                before.addnext(node)
            before = node


def xml() -> Any:
    """lxml, which pysdmx brings; it has no types."""
    return importlib.import_module("lxml.etree")


def safe_parser() -> Any:
    etree = xml()
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def read_structure(content: bytes, name: str) -> dict[str, Any]:
    """The description of the table in a structure message; error ``PUBLICATION-171``."""
    etree = xml()
    try:
        root = etree.fromstring(content, safe_parser())
        note = next(a for a in root.iter(f"{COMMON}Annotation") if a.get("id") == DESCRIPTION)
        found: Any = json.loads(note.findtext(f"{COMMON}AnnotationText"))
    except (etree.XMLSyntaxError, StopIteration, ValueError, TypeError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise PublicationError(
            171,
            f"{name} is no SDMX-ML structure as Nuudel writes it (annotation {DESCRIPTION}).",
            "Restore it, or write the table again.",
            (DESCRIPTION,),
        )
    return found
