"""What the register counts in the ledger: one series each, never added to each other."""

from nuudel.ledger.schema import Fact
from nuudel.ledger.series import Series

SOURCE = "Nuudel: register of otor"

ARRIVALS = Series(
    key="otor-arrivals",
    source=SOURCE,
    fact=Fact.MOVEMENT.value,
    concept={
        "en": "Herder households that came to another soum on otor, from the day they came, whether they had "
        "a permit or not; persons are those who went along. Households that nobody recorded are not counted.",
        "mn": "Өөр суманд отроор ирсэн малчин өрх, ирсэн өдрөөр, зөвшөөрөлтэй эсэхээс үл хамаарна; хүний тоо "
        "нь хамт явсан хүн. Бүртгээгүй өрхийг тоолоогүй.",
    },
)
DEPARTURES = Series(
    key="otor-departures",
    source=SOURCE,
    fact=Fact.MOVEMENT.value,
    concept={
        "en": "Herder households that went back from otor to the soum in which they are registered.",
        "mn": "Отроос харьяа сумандаа буцсан малчин өрх.",
    },
)
REQUESTS = Series(
    key="otor-requests",
    source=SOURCE,
    fact=Fact.EVENT.value,
    concept={
        "en": "Requests of otor, at the soum that was asked; each is counted once, whatever came of it.",
        "mn": "Отрын хүсэлт, хүлээн авах сумаар; хүсэлт бүрийг шийдвэрээс үл хамааран нэг удаа тоолно.",
    },
)
REFUSALS = Series(
    key="otor-refusals",
    source=SOURCE,
    fact=Fact.EVENT.value,
    concept={
        "en": "Requests of otor that the soum refused; a household that came all the same stays counted.",
        "mn": "Татгалзсан отрын хүсэлт; өрх зөвшөөрөлгүй ирсэн ч энд тоологдоно.",
    },
)
SERVICES = Series(
    key="otor-services",
    source=SOURCE,
    fact=Fact.EVENT.value,
    concept={
        "en": "Services that households on otor were given; persons are those served, none for animals.",
        "mn": "Отроор яваа өрхөд үзүүлсэн үйлчилгээ; хүний тоо нь үйлчлүүлсэн хүн, малд үзүүлсэн бол 0.",
    },
)
CONFLICTS = Series(
    key="otor-conflicts",
    source=SOURCE,
    fact=Fact.EVENT.value,
    concept={
        "en": "Conflicts over pasture, water or animals that were recorded, at the soum where they were.",
        "mn": "Бэлчээр, ус, малын тухай бүртгэсэн маргаан, болсон сумаар.",
    },
)

ALL = (ARRIVALS, DEPARTURES, REQUESTS, REFUSALS, SERVICES, CONFLICTS)

TAKEN_BACK = {
    "otor_requested": "otor_request_taken_back",
    "otor_refused": "otor_refusal_taken_back",
    "otor_service_delivered": "otor_service_taken_back",
    "otor_conflict": "otor_conflict_taken_back",
}
"""The kinds of event, each with that of the fact which takes one back.

A fact is never deleted. A movement that did not happen is superseded by one of 0 persons and 0 households.
"""
