"""What the register counts in the ledger: one series each, never added to each other."""

from nuudel.ledger.schema import Fact
from nuudel.ledger.series import Series

SOURCE = "Nuudel: register of residence"

MOVES = Series(
    key="registration-moves",
    source=SOURCE,
    fact=Fact.MOVEMENT.value,
    durations=("unknown",),
    concept={
        "en": "Changes of the registered residence from one soum or district to another, and from and to "
        "other countries; one fact for each person and move. A move within a soum or district is not "
        "counted here. The register asks nobody how long they mean to stay.",
        "mn": "Бүртгэлтэй оршин суух газраа сум, дүүрэг хооронд болон улс хооронд сольсон тоо; хүн, "
        "шилжилт тус бүрд нэг. Сум, дүүрэг доторх шилжилтийг энд тоолохгүй. Хэр удаан суухыг бүртгэл "
        "асуудаггүй.",
    },
)
WITHIN = Series(
    key="registration-moves-within",
    source=SOURCE,
    fact=Fact.EVENT.value,
    concept={
        "en": "Changes of the registered residence within a soum or district; one fact for each person.",
        "mn": "Сум, дүүрэг доторх бүртгэлтэй шилжилт; хүн, шилжилт тус бүрд нэг.",
    },
)
BIRTHS = Series(
    key="registration-births",
    source=SOURCE,
    fact=Fact.EVENT.value,
    concept={
        "en": "Births of children that entered the register where their mother lives, by the day of birth.",
        "mn": "Эхийн оршин суугаа газарт бүртгэгдсэн төрөлт, төрсөн өдрөөр.",
    },
)
DEATHS = Series(
    key="registration-deaths",
    source=SOURCE,
    fact=Fact.EVENT.value,
    concept={
        "en": "Deaths of registered residents where they lived, by the day of death.",
        "mn": "Бүртгэлтэй оршин суугчийн нас баралт, оршин сууж байсан газраар, нас барсан өдрөөр.",
    },
)
LATE = Series(
    key="registration-late",
    source=SOURCE,
    fact=Fact.EVENT.value,
    concept={
        "en": "People who had lived at a place without being registered and entered the register there.",
        "mn": "Бүртгэлгүй оршин сууж байгаад тухайн газартаа бүртгэгдсэн хүн.",
    },
)
CORRECTIONS = Series(
    key="registration-corrections",
    source=SOURCE,
    fact=Fact.EVENT.value,
    concept={
        "en": "People whom a correction of the register added to a place or took from it; nobody moved.",
        "mn": "Бүртгэлийн залруулгаар нэмэгдсэн, хасагдсан хүн; шилжилт биш.",
    },
)
STOCK = Series(
    key="registration-stock",
    source=SOURCE,
    fact=Fact.PRESENCE.value,
    concept={
        "en": "Registered residents of each soum and district at the end of a day, by sex and age group.",
        "mn": "Өдрийн эцэст сум, дүүрэгт бүртгэлтэй оршин суугч, хүйс, насны бүлгээр.",
    },
)

ALL = (MOVES, WITHIN, BIRTHS, DEATHS, LATE, CORRECTIONS, STOCK)

TAKEN_BACK = "_taken_back"
"""Ending of the kind of an event that takes another back: it supersedes that one and counts 0 persons."""
