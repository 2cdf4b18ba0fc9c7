"""What the tests of the domain begin with: an operation with an open round, a form, an enumerator's phone."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from nuudel.domains.displacement import models
from nuudel.domains.displacement.forms.keeping import Uploaded, keep
from nuudel.domains.displacement.operations.keys import NewKey, make_key
from nuudel.web.access.context import acting
from nuudel.web.access.models import Record
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.testing import institution, user_with

PLACE = "MN81"
FORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:orx="http://openrosa.org/xforms">
<h:head><h:title>{title}</h:title><model>
<instance><data id="{form_id}" version="{version}"><persons/><note/><photo/>
<meta><instanceID/></meta></data></instance>{instances}
<bind nodeset="/data/persons" type="int"/><bind nodeset="/data/note" type="string"/>
<bind nodeset="/data/photo" type="binary"/>
<bind nodeset="/data/meta/instanceID" type="string" preload="uid"/>
</model></h:head>
<h:body><input ref="/data/persons"><label>Persons present</label></input>
<input ref="/data/note"><label>Note</label></input>
<upload ref="/data/photo" mediatype="image/*"><label>Photo</label></upload></h:body></h:html>
"""


def form_xml(form_id: str = "count", version: str = "1", *, files: tuple[str, ...] = ()) -> bytes:
    """A small form; ``files`` are tables that it names."""
    instances = "".join(
        f'<instance id="{name.partition(".")[0]}" src="jr://file-csv/{name}"/>' for name in files
    )
    title = "Тооллого"
    return FORM.format(title=title, form_id=form_id, version=version, instances=instances).encode()


def sent_xml(
    instance: str = "",
    *,
    form_id: str = "count",
    version: str = "1",
    persons: object = 5,
    note: str = "",
    replaces: str = "",
) -> bytes:
    """A submission as a phone writes it."""
    deprecated = f"<deprecatedID>{replaces}</deprecatedID>" if replaces else ""
    told = f' version="{version}"' if version else ""
    return (
        f"<?xml version='1.0' ?><data id=\"{form_id}\"{told}><persons>{persons}</persons>"
        f"<note>{note}</note><photo/><meta><instanceID>{instance or new_instance()}</instanceID>"
        f"{deprecated}</meta></data>"
    ).encode()


def new_instance() -> str:
    return f"uuid:{uuid.uuid4()}"


def make(user: User, kind: str, record: Record, *steps: str) -> Any:
    """Make a record and take it through steps."""
    record_type = record_types()[f"displacement.{kind}"]
    with acting(user, "test"):
        made = records.create(user, record_type, record)
        for step in steps:
            records.transition(user, record_type, made, step, reason="test")
    return made


def step(user: User, kind: str, record: Record, action: str) -> None:
    record_type = record_types()[f"displacement.{kind}"]
    with acting(user, "test"):
        fresh = records.find(user, record_type, record.pk, to_change=True)
        records.transition(user, record_type, fresh, action, reason="test")


@dataclass(frozen=True)
class Given:
    """An open round with a form, and who runs it."""

    planner: User
    round: models.Round
    form: models.Form

    @property
    def operation(self) -> models.Operation:
        return self.round.operation

    def upload(self, xml: bytes, name: str = "form.xml", mapping: str = "") -> models.FormVersion:
        with acting(self.planner, "test"):
            return keep(self.planner, self.operation, Uploaded(name, xml, mapping))

    def phone(self, person: User | None = None, area: str = PLACE) -> NewKey:
        """The key of a phone of an enumerator who covers an area."""
        person = person or user_with(Role.FIELD_ENUMERATOR, place=area)
        assignment = models.Assignment(round=self.round, holder=person, place=area, institution=institution())
        make(self.planner, "assignment", assignment)
        with acting(self.planner, "test"):
            return make_key(self.planner, assignment, "Утас 1")


def given(*, files: tuple[str, ...] = (), mapping: str = "") -> Given:
    """A new operation with one open round and one open form."""
    planner = user_with(Role.PLANNER)
    office = institution()
    operation = models.Operation(
        title_mn="Туршилтын ажиллагаа", purpose="Туршина.", place=PLACE, institution=office
    )
    make(planner, "operation", operation, "open")
    days = {"start": date(2026, 11, 1), "end": date(2026, 11, 30)}
    around = models.Round(operation=operation, number=1, place=PLACE, institution=office, **days)
    make(planner, "round", around, "open")
    with acting(planner, "test"):
        version = keep(planner, operation, Uploaded("form.xml", form_xml(files=files), mapping))
    step(planner, "form", version.form, "open")
    return Given(planner, around, version.form)


def submissions_of(around: Given) -> list[models.Submission]:
    """All submissions of the round, as who runs it sees them."""
    with acting(around.planner, "test"):
        rows = models.Submission.objects.filter(round=around.round).order_by("pk")
        found = list(rows.select_related("form", "version"))
        for row in found:
            _ = row.content
        return found
