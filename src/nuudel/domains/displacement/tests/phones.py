"""Phones for the tests: with a key in the address, as ODK Collect is set up by a code."""

from typing import Any
from xml.etree import ElementTree

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nuudel.domains.displacement import models
from nuudel.domains.displacement.operations.keys import NewKey
from nuudel.domains.displacement.submissions.stored import content_of
from nuudel.domains.displacement.tests.given import Given
from nuudel.web.access.context import acting

RESPONSE = "{http://openrosa.org/http/response}"
LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"


class Phone:
    """A phone with a key in its address."""

    def __init__(self, key: NewKey) -> None:
        self.base = f"/collect/key/{key.secret}"
        self.client = Client()

    def get(self, path: str, **query: str) -> Any:
        return self.client.get(f"{self.base}/{path}", query)

    def send(self, xml: bytes, files: dict[str, bytes] | None = None, **fields: str) -> Any:
        parts: dict[str, Any] = {"xml_submission_file": SimpleUploadedFile("a.xml", xml, "text/xml")}
        parts |= {name: SimpleUploadedFile(name, content) for name, content in (files or {}).items()}
        return self.client.post(f"{self.base}/submission", parts | fields)


def forms_in(answer: Any) -> list[dict[str, str]]:
    root = ElementTree.fromstring(answer.content)
    return [{child.tag.removeprefix(LIST): child.text or "" for child in form} for form in root]


def message_of(answer: Any) -> str:
    return ElementTree.fromstring(answer.content).findtext(f"{RESPONSE}message") or ""


def kept_files(around: Given, row: models.Submission) -> dict[str, bytes]:
    with acting(around.planner, "test"):
        return {file.name: content_of(file) for file in row.sent_files.all()}
