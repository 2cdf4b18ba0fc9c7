"""Reading an XForm, the XML form that phones get."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from nuudel.base.errors import SurveyError
from nuudel.surveys.definition import DEFAULT_LANGUAGE, Choice, Definition, Question
from nuudel.surveys.submission import version_of
from nuudel.surveys.xform_texts import Texts, read_texts
from nuudel.surveys.xml_reading import local_name, read_xml

JAVAROSA = "{http://openrosa.org/javarosa}"
ENTITIES = "{http://www.opendatakit.org/xforms/entities}"
TEMPLATE = f"{JAVAROSA}template"
INSTANCE_OF = re.compile(r"instance\(\s*['\"]([^'\"]+)['\"]\s*\)")
MEDIA_OF_KIND = {"image": "image", "audio": "audio", "video": "video"}
SELECTS = {"select1": "select_one", "select": "select_multiple", "rank": "rank"}
CONTROLS = {"input", "select1", "select", "rank", "upload", "trigger", "range", "secret"}
# Types of values that name their question's kind by themselves.
KIND_OF_DATA = {"int": "integer", "string": "text", "binary": "file", "boolean": "text"}
DATA_ALIASES = {"integer": "int", "select1": "string", "select": "string", "rank": "string", "": "string"}
# Values of the form about itself that are no answers.
OWN_META = frozenset({"instanceID", "deprecatedID", "entity"})


@dataclass(frozen=True)
class Control:
    """What of the body asks for a value."""

    element: Element
    kind: str


@dataclass(frozen=True)
class Parts:
    """A form's XML, taken apart: binds and controls by path, lists of choices by instance."""

    root: Element
    model: Element
    binds: Mapping[str, Mapping[str, str]]
    controls: Mapping[str, Control]
    groups: Mapping[str, Element]
    repeats: tuple[str, ...]
    instances: Mapping[str, Element]
    texts: Texts


def read_xform(xml: bytes, itemsets: bytes = b"") -> Definition:
    """Read a form.

    Parameters
    ----------
    itemsets
        Content of ``itemsets.csv`` that was made with it.

    Raises
    ------
    SurveyError
        ``SURVEY-101`` to ``SURVEY-106`` from ``read_xml``, ``SURVEY-111`` no XForm, ``SURVEY-112`` one
        without an id.
    """
    document = read_xml(xml)
    parts = take_apart(document)
    form_id = parts.root.get("id", "").strip()
    if not form_id:
        raise SurveyError(112, "the form has no id.", "Write form_id on the sheet settings.", ("form_id",))
    submission = child(parts.model, "submission")
    return Definition(
        form_id=form_id,
        version=version_of(parts.root),
        title=title_of(document) or form_id,
        languages=parts.texts.languages or (DEFAULT_LANGUAGE,),
        questions=tuple(questions(parts)),
        groups={path: parts.texts.labels(element) for path, element in parts.groups.items()},
        repeats=parts.repeats,
        files=tuple(dict.fromkeys([*media(document), *(["itemsets.csv"] if itemsets else [])])),
        entity_lists=tuple(dict.fromkeys(entity_lists(parts.root))),
        xml=xml,
        public_key=submission.get("base64RsaPublicKey", "") if submission is not None else "",
        itemsets=itemsets,
    )


def child(element: Element, name: str) -> Element | None:
    """The first child of a name, in whichever namespace."""
    return next((found for found in element if local_name(found.tag) == name), None)


def title_of(document: Element) -> str:
    head = child(document, "head")
    title = child(head, "title") if head is not None else None
    return (title.text or "").strip() if title is not None else ""


def take_apart(document: Element) -> Parts:
    """Find the parts of a form; ``SURVEY-111`` where one that must be there is not."""
    head, body = child(document, "head"), child(document, "body")
    model = child(head, "model") if head is not None else None
    primary = child(model, "instance") if model is not None else None
    if body is None or model is None or primary is None or not len(primary):
        raise SurveyError(
            111,
            "the XML is no XForm: it lacks a model, an instance or a body.",
            "Upload the workbook instead.",
        )
    root = primary[0]
    prefix = f"/{local_name(root.tag)}/"
    found = list(body_parts(body))
    repeats = [element.get("nodeset", "") for name, element in found if name == "repeat"]
    return Parts(
        root=root,
        model=model,
        binds={relative(bind.get("nodeset", ""), prefix): dict(bind.items()) for bind in binds(model)},
        controls={
            relative(element.get("ref", ""), prefix): Control(element, name)
            for name, element in found
            if name in CONTROLS
        },
        groups={
            relative(element.get("ref", ""), prefix): element
            for name, element in found
            if name == "group" and element.get("ref")
        },
        repeats=tuple(dict.fromkeys(relative(path, prefix) for path in repeats)),
        instances={
            element.get("id", ""): element
            for element in model
            if local_name(element.tag) == "instance" and element is not primary
        },
        texts=read_texts(model),
    )


def binds(model: Element) -> Iterator[Element]:
    return (element for element in model if local_name(element.tag) == "bind")


def body_parts(body: Element) -> Iterator[tuple[str, Element]]:
    """Groups, repeats and controls of the body with their names, in the order of the form."""
    for element in body:
        name = local_name(element.tag)
        if name in {"group", "repeat"}:
            yield name, element
            yield from body_parts(element)
        elif name in CONTROLS:
            yield name, element


def relative(path: str, prefix: str) -> str:
    """``group/name`` of ``/data/group/name``."""
    return path.strip().removeprefix(prefix)


def questions(parts: Parts) -> Iterator[Question]:
    """The questions in the order of the instance, each once, whatever rows and templates its repeat shows."""
    lists: dict[tuple[str, ...], tuple[Choice, ...]] = {}
    seen: set[str] = set()
    for path in leaves(parts.root, ""):
        if path in seen or path in parts.repeats or path in parts.groups or own_meta(path):
            continue
        seen.add(path)
        yield question(parts, path, lists)


def leaves(element: Element, path: str) -> Iterator[str]:
    """Paths of the elements that hold no others."""
    for part in element:
        here = f"{path}{local_name(part.tag)}"
        if len(part):
            yield from leaves(part, f"{here}/")
        else:
            yield here


def own_meta(path: str) -> bool:
    """Whether a path is of what the form says about itself or about an entity."""
    names = path.split("/")
    place = names.index("meta") if "meta" in names else -1
    return 0 <= place < len(names) - 1 and names[place + 1] in OWN_META


def question(parts: Parts, path: str, lists: dict[tuple[str, ...], tuple[Choice, ...]]) -> Question:
    bind = parts.binds.get(path, {})
    control = parts.controls.get(path)
    given = local_type(bind.get("type", ""))
    data = DATA_ALIASES.get(given, given)
    name, file, choices = choices_of(parts, control, lists) if control else ("", "", ())
    return Question(
        path=path,
        kind="select_one" if given == "select1" else kind_of(path, bind, control, data),
        data=data,
        labels=parts.texts.labels(control.element) if control else {},
        choices=choices,
        required=bind.get("required", "").replace(" ", "") == "true()",
        repeats=tuple(repeat for repeat in parts.repeats if path.startswith(f"{repeat}/")),
        list_name=name,
        file=file,
        save_to=bind.get(f"{ENTITIES}saveto", ""),
    )


def local_type(name: str) -> str:
    """``int`` of ``xsd:int``."""
    return name.rpartition(":")[2]


def kind_of(path: str, bind: Mapping[str, str], control: Control | None, data: str) -> str:
    """The type as XLSForm names it."""
    if control is None:
        return kind_unasked(path, bind, data)
    known = SELECTS.get(control.kind) or ("acknowledge" if control.kind == "trigger" else "")
    if known or control.element.get("query"):
        return known or "select_one"
    if control.kind == "upload":
        return MEDIA_OF_KIND.get(control.element.get("mediatype", "").partition("/")[0], "file")
    shown = data == "string" and bind.get("readonly", "").replace(" ", "") == "true()"
    return "note" if shown and "calculate" not in bind else KIND_OF_DATA.get(data, data)


def kind_unasked(path: str, bind: Mapping[str, str], data: str) -> str:
    """The type of what nobody is asked: metadata, calculations, what is hidden."""
    preload = bind.get(f"{JAVAROSA}preload", "")
    if preload in {"timestamp", "property"}:
        return bind.get(f"{JAVAROSA}preloadParams", "")
    if preload == "date":
        return "today"
    if path == "meta/audit":
        return "audit"
    if "calculate" in bind:
        return "calculate"
    return "audio" if data == "binary" else "hidden" if data == "string" else KIND_OF_DATA.get(data, data)


def choices_of(
    parts: Parts, control: Control, lists: dict[tuple[str, ...], tuple[Choice, ...]]
) -> tuple[str, str, tuple[Choice, ...]]:
    """List name, file and choices of a control; lists that several questions share are made once."""
    query = control.element.get("query", "")
    if query:
        found = INSTANCE_OF.search(query)
        return (found[1] if found else ""), "itemsets.csv", ()
    itemset = child(control.element, "itemset")
    if itemset is None:
        return "", "", tuple(inline_choices(parts, control.element))
    found = INSTANCE_OF.search(itemset.get("nodeset", ""))
    name = found[1] if found else ""
    instance = parts.instances.get(name)
    if instance is None:
        return name, "", ()
    source = instance.get("src", "")
    if source:
        return name, source.rpartition("/")[2], ()
    refs = tuple(
        part.get("ref", "").strip() if (part := child(itemset, tag)) is not None else ""
        for tag in ("value", "label")
    )
    key = (name, *refs)
    if key not in lists:
        lists[key] = tuple(instance_choices(parts, instance, *refs))
    return name, "", lists[key]


def inline_choices(parts: Parts, element: Element) -> Iterator[Choice]:
    for item in element:
        value = child(item, "value") if local_name(item.tag) == "item" else None
        if value is not None:
            yield Choice((value.text or "").strip(), parts.texts.labels(item))


def instance_choices(parts: Parts, instance: Element, value: str, label: str) -> Iterator[Choice]:
    translated = label.startswith("jr:itext(")
    column = label.removeprefix("jr:itext(").removesuffix(")").strip() if translated else label
    language = parts.texts.languages[0] if parts.texts.languages else DEFAULT_LANGUAGE
    for item in (item for root in instance for item in root):
        cells = {local_name(cell.tag): (cell.text or "").strip() for cell in item}
        said = cells.get(column, "")
        labels = parts.texts.of(said) if translated else {language: said} if said else {}
        yield Choice(cells.get(value, ""), labels)


def media(document: Element) -> Iterator[str]:
    """Names of the files that a form needs beside it, in the order in which it names them."""
    for element in document.iter():
        for text in (element.text or "", element.get("src", "")):
            said = text.strip()
            if said.startswith("jr://") and not said.startswith("jr://instance"):
                name = said.removeprefix("jr://").partition("/")[2]
                if name:
                    yield name


def entity_lists(root: Element) -> Iterator[str]:
    """Names of the entity lists that a submission of the form creates or changes."""
    for element in root.iter():
        if local_name(element.tag) == "entity" and element.get("dataset"):
            yield element.get("dataset", "")
