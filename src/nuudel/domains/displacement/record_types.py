"""All record types of the domain, in the order in which they are shown."""

from nuudel.domains.displacement.alerts import record_types as alerts
from nuudel.domains.displacement.entities import record_types as entities
from nuudel.domains.displacement.forms import record_types as forms
from nuudel.domains.displacement.frames import record_types as frames
from nuudel.domains.displacement.operations import record_types as operations
from nuudel.domains.displacement.publishing import record_types as publishing
from nuudel.domains.displacement.quality import record_types as quality
from nuudel.domains.displacement.submissions import record_types as submissions

RECORD_TYPES = (
    *operations.RECORD_TYPES,
    *frames.RECORD_TYPES,
    *submissions.RECORD_TYPES,
    *quality.RECORD_TYPES,
    *forms.RECORD_TYPES,
    *entities.RECORD_TYPES,
    *alerts.RECORD_TYPES,
    *publishing.RECORD_TYPES,
)
