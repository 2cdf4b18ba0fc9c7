"""What the pages of forms and versions show beside the fields."""

from collections.abc import Mapping

from nuudel.domains.displacement import models
from nuudel.domains.displacement.collect.served import missing_files
from nuudel.web.access.decisions import may
from nuudel.web.accounts.models import User


def form(user: User, record: models.Form) -> Mapping[str, object]:
    """What the newest version still lacks, and the ways to send a version or a file."""
    newest = record.versions.order_by("-id").first()
    return {
        "form": record,
        "missing": missing_files(newest) if newest else (),
        "uploads": may(user, "displacement.version", "create", record),
    }


def version(user: User, record: models.FormVersion) -> Mapping[str, object]:
    """The workbook and the mapping as they came."""
    return {
        "version": record,
        "has_workbook": bool(record.workbook),
        "may_workbook": may(user, "displacement.version", "create", record),
    }
