"""The form list and the manifest, as OpenRosa's form discovery has them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from nuudel.domains.displacement import models
from nuudel.domains.displacement.collect import served
from nuudel.domains.displacement.collect.answers import document, element
from nuudel.domains.displacement.collect.refusals import unknown
from nuudel.domains.displacement.collect.sign_in import Caller

LIST = "http://openrosa.org/xforms/xformsList"
MANIFEST = "http://openrosa.org/xforms/xformsManifest"


def form_list(request: HttpRequest, caller: Caller) -> HttpResponse:
    """What is to be filled; ``formID``, ``verbose`` and ``listAllVersions`` are heard, the rest is not."""
    asked = request.GET
    found = served.versions(
        caller.round,
        form_id=asked.get("formID", "").replace("\0", ""),
        every=asked.get("listAllVersions", "").lower() == "true",
    )
    verbose = asked.get("verbose", "").lower() == "true"
    return document("xforms", LIST, (entry(caller, version, verbose) for version in found))


def entry(caller: Caller, version: models.FormVersion, verbose: bool) -> str:
    address = f"{caller.base}/form/{version.pk}"
    return element(
        "xform",
        [
            ("formID", version.form.form_id),
            ("name", version.form.title),
            ("version", version.version),
            ("hash", version.hash),
            ("descriptionText", str(caller.round) if verbose else ""),
            ("downloadUrl", f"{address}/form.xml"),
            ("manifestUrl", f"{address}/manifest" if version.files else ""),
        ],
    )


def form_xml(caller: Caller, pk: UUID) -> HttpResponse:
    """A version of a form, byte for byte."""
    version = found_version(caller, pk)
    return HttpResponse(bytes(version.xml), content_type="text/xml; charset=utf-8")


def manifest(caller: Caller, pk: UUID) -> HttpResponse:
    """The files of a version."""
    version = found_version(caller, pk)
    address = f"{caller.base}/form/{version.pk}/file"
    files = served.files_of(caller.round, version)
    return document(
        "manifest",
        MANIFEST,
        (
            element(
                "mediaFile",
                [
                    ("filename", file.name),
                    ("hash", file.hash),
                    ("downloadUrl", f"{address}/{version.files.index(file.name)}"),
                ],
                {"type": "entityList"} if file.entities else {},
            )
            for file in files
        ),
    )


def form_file(caller: Caller, pk: UUID, number: int) -> HttpResponse:
    """A file of a version, by its place in the version's list."""
    version = found_version(caller, pk)
    names = version.files[number : number + 1]
    found = [file for file in served.files_of(caller.round, version) if file.name in names]
    if not found:
        raise unknown()
    csv = found[0].name.lower().endswith(".csv")
    kind = "text/csv; charset=utf-8" if csv else "application/octet-stream"
    return HttpResponse(found[0].read(), content_type=kind)


def found_version(caller: Caller, pk: UUID) -> models.FormVersion:
    version = served.version_of(caller.round, pk)
    if version is None:
        raise unknown()
    return version
