"""What the domain counts in the ledger: one series each, never added to each other."""

from nuudel.ledger.schema import Fact
from nuudel.ledger.series import Series

SOURCE = "Nuudel: register of campaigns and training"

TRAININGS = Series(
    key="campaigns-trainings",
    source=SOURCE,
    fact=Fact.EVENT.value,
    concept={
        "en": "Trainings of officials that were held; persons are those present, each training by itself.",
        "mn": "Албан хаагчдад зохион байгуулсан сургалт; хүний тоо нь сургалт тус бүрд оролцсон хүн.",
    },
)
OFFICIALS = Series(
    key="campaigns-officials-trained",
    source=SOURCE,
    fact=Fact.EVENT.value,
    concept={
        "en": "Officials present at trainings, by sex; who took part in two trainings is counted twice.",
        "mn": "Сургалтад оролцсон албан хаагч, хүйсээр; хоёр сургалтад оролцсон хүнийг хоёр тоолно.",
    },
)
CAMPAIGNS = Series(
    key="campaigns-campaigns",
    source=SOURCE,
    fact=Fact.EVENT.value,
    concept={
        "en": "Information campaigns that were run; it counts campaigns and no persons.",
        "mn": "Явуулсан мэдээллийн аян; аяныг тоолно, хүнийг тоолохгүй.",
    },
)
REACH = Series(
    key="campaigns-reach",
    source=SOURCE,
    fact=Fact.EVENT.value,
    concept={
        "en": "Contacts of campaigns through channels, as they were counted; one person can be reached "
        "often, so that contacts are no number of people.",
        "mn": "Аяны сувгаар хүрсэн тоо, тоолсон хэмжээгээр; нэг хүнд олон удаа хүрч болох тул хүний тоо биш.",
    },
)
MANUALS = Series(
    key="campaigns-manuals",
    source=SOURCE,
    fact=Fact.EVENT.value,
    concept={
        "en": "Manuals that were published, each language and version by itself; it counts no persons.",
        "mn": "Нийтэлсэн гарын авлага, хэл ба хувилбар тус бүрээр; хүнийг тоолохгүй.",
    },
)

ALL = (TRAININGS, OFFICIALS, CAMPAIGNS, REACH, MANUALS)

TAKEN_BACK = {
    "training_held": "training_taken_back",
    "officials_trained": "officials_taken_back",
    "campaign_run": "campaign_taken_back",
    "reach_counted": "reach_taken_back",
    "manual_published": "manual_taken_back",
}
"""The kinds of event, each with that of the fact which takes one back.

A fact is never deleted. One that takes another back supersedes it under a kind of its own, with 0 persons,
so that neither events nor persons of the kind are counted any more.
"""
