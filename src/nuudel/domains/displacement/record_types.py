"""All record types of the domain, in the order in which they are shown."""

from nuudel.domains.displacement.forms import record_types as forms
from nuudel.domains.displacement.operations import record_types as operations
from nuudel.domains.displacement.submissions import record_types as submissions

RECORD_TYPES = (*operations.RECORD_TYPES, *submissions.RECORD_TYPES, *forms.RECORD_TYPES)
