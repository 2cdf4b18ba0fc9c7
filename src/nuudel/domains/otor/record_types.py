"""All record types of the register of otor, in the order in which they are shown."""

from nuudel.domains.otor.broadcasts import record_types as broadcasts
from nuudel.domains.otor.care import record_types as care
from nuudel.domains.otor.households import record_types as households
from nuudel.domains.otor.pasture import record_types as pasture
from nuudel.domains.otor.requests import record_types as requests

RECORD_TYPES = (
    *requests.RECORD_TYPES,
    *households.RECORD_TYPES,
    *care.RECORD_TYPES,
    *broadcasts.RECORD_TYPES,
    *pasture.RECORD_TYPES,
)
