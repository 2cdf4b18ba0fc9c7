"""Keeping a version of a form, and the files that it names."""

from dataclasses import dataclass, field

from nuudel.base.errors import WebError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.entities.filling import fill
from nuudel.domains.displacement.entities.reading import list_of
from nuudel.surveys.definition import Definition
from nuudel.surveys.faults import Fault
from nuudel.surveys.mapping import check, read_mapping
from nuudel.surveys.xform import read_xform
from nuudel.surveys.xlsform import read_xlsform
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types

MOST_BYTES = 10_000_000
MOST_FILE_BYTES = 8_000_000
LONGEST = 200


@dataclass(frozen=True)
class Uploaded:
    """A workbook or an XML form, and the mapping that belongs to it (empty: none yet)."""

    name: str
    content: bytes = field(repr=False)
    mapping: str = field(default="", repr=False)


class FaultyMappingError(WebError):
    """The mapping does not fit its form; ``faults`` say where."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(520, "the mapping does not fit the form.", "Correct what is told.", ("mapping",))


def read_form(uploaded: Uploaded) -> Definition:
    """The form of an upload: XML as it is, anything else as a workbook.

    Raises
    ------
    SurveyError
        What is wrong with it; ``XlsFormError`` and ``MappingError`` with all faults at their cells.
    WebError
        ``WEB-520`` the mapping does not fit, ``WEB-521`` its names are too long or it has none.
    """
    is_xml = uploaded.name.lower().endswith(".xml")
    definition = read_xform(uploaded.content) if is_xml else read_xlsform(uploaded.content, uploaded.name)
    names = (definition.form_id, definition.version, *definition.files)
    if not definition.title.strip() or any(len(name) > LONGEST for name in names):
        raise WebError(521, "a name of the form is missing or too long.", "Shorten it.", ("file",))
    if uploaded.mapping.strip():
        faults = check(read_mapping(uploaded.mapping), definition)
        if faults:
            raise FaultyMappingError(faults)
    return definition


def keep(user: User, operation: models.Operation, uploaded: Uploaded) -> models.FormVersion:
    """Keep a form's version in the running transaction; the same one again is the one that is there.

    Raises
    ------
    SurveyError, WebError
        As ``read_form``; ``WEB-522`` where this version is there with another content.
    """
    definition = read_form(uploaded)
    form = form_for(user, operation, definition)
    with service_rights():
        before = models.FormVersion.objects.filter(form=form, version=definition.version).first()
    if before is not None:
        if before.hash == definition.hash and before.mapping == uploaded.mapping:
            return before
        raise WebError(
            522,
            "this version of the form is there with another content.",
            "Give the form a new version in its settings.",
            ("file",),
        )
    version = models.FormVersion(
        form=form,
        version=definition.version,
        hash=definition.hash,
        xml=definition.xml,
        itemsets=definition.itemsets,
        mapping=uploaded.mapping,
        workbook=b"" if uploaded.name.lower().endswith(".xml") else uploaded.content,
        files=list(definition.files),
        encrypted=bool(definition.public_key),
        place=form.place,
        institution=form.institution,
    )
    records.create(user, record_types()["displacement.version"], version)
    return version


def form_for(user: User, operation: models.Operation, definition: Definition) -> models.Form:
    """The operation's form of this id, made where there is none."""
    with service_rights():
        found = models.Form.objects.filter(operation=operation, form_id=definition.form_id).first()
    if found is not None:
        return found
    form = models.Form(
        operation=operation,
        form_id=definition.form_id,
        title=definition.title.strip()[:LONGEST],
        place=operation.place,
        institution=operation.institution,
    )
    records.create(user, record_types()["displacement.form"], form)
    return form


def keep_file(user: User, form: models.Form, name: str, content: bytes, *, entities: bool) -> models.FormFile:
    """Keep a file that a version of the form names; the newest of a name is served.

    Raises
    ------
    WebError
        ``WEB-523`` no version names it, ``WEB-524`` too large or empty, ``WEB-525`` a list of entities that
        is no CSV, ``WEB-530`` (``ListError``) lines of it do not fit.
    """
    named = {each for files in form.versions.values_list("files", flat=True) for each in files}
    if name not in named:
        raise WebError(523, "no version of the form names this file.", "Name it as the form does.", ("file",))
    if not 0 < len(content) <= MOST_FILE_BYTES:
        raise WebError(524, f"a file has 1 to {MOST_FILE_BYTES:,} bytes.", "Send a smaller one.", ("file",))
    if entities and not list_of(name):
        raise WebError(
            525,
            "a list of entities is a CSV.",
            "Give it a name that ends in .csv, or send it as a plain file.",
            ("file",),
        )
    file = models.FormFile(
        form=form, name=name, entities=entities, place=form.place, institution=form.institution
    )
    file.put(content)
    records.create(user, record_types()["displacement.table"], file)
    if entities:
        fill(user, form.operation, list_of(name), content)
    return file
