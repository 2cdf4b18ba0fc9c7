"""Mappings: which facts of the ledger a form's answers are. One YAML for each form (survey-forms.md).

``read_mapping`` reads one, ``check`` holds it against its form, ``facts`` makes the facts of a submission.
"""

from nuudel.surveys.facts import Context, FactRow, Facts, LeftOut, corrected, facts
from nuudel.surveys.mapped import Mapping, MappingError
from nuudel.surveys.mapping_check import check
from nuudel.surveys.mapping_reading import read_mapping

__all__ = [
    "Context",
    "FactRow",
    "Facts",
    "LeftOut",
    "Mapping",
    "MappingError",
    "check",
    "corrected",
    "facts",
    "read_mapping",
]
