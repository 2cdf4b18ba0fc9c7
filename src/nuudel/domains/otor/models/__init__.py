"""The records of the register of otor, one file a subject."""

from nuudel.domains.otor.models.broadcasts import Delivery, Message
from nuudel.domains.otor.models.care import Conflict, Mediation, Service
from nuudel.domains.otor.models.households import Camp, HerderHousehold, LivestockCount
from nuudel.domains.otor.models.pasture import PastureCapacity
from nuudel.domains.otor.models.requests import OtorRequest

__all__ = [
    "Camp",
    "Conflict",
    "Delivery",
    "HerderHousehold",
    "LivestockCount",
    "Mediation",
    "Message",
    "OtorRequest",
    "PastureCapacity",
    "Service",
]
