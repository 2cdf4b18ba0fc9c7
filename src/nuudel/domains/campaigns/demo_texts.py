"""What the demonstration's records say; days are distances from the day on which they are made."""

from collections.abc import Mapping, Sequence
from typing import Any

from nuudel.web.access.roles import Role

Fields = Mapping[str, Any]
Steps = Sequence[tuple[str, str]]
"""Actions in their order, each with its reason, empty where none is asked for."""

CAMPAIGNS: Sequence[tuple[str, Fields, Steps]] = (
    (
        "register",
        {
            "title_mn": "Шилжилтээ бүртгүүлээрэй (жишээ)",
            "title_en": "Register your move (example)",
            "purpose": "Шилжсэн хүмүүс хаана, яаж бүртгүүлэхээ мэддэг болно.",
            "audience": "internal_migrants",
            "audience_size": 1_200_000,
            "start": -320,
            "end": -260,
            "channels": ["tv", "radio", "social_media"],
            "budget_mnt": 85_000_000,
            "result": "Дараах судалгаагаар бүртгүүлэх газрыг мэдэх хүний эзлэх хувь өссөн гэж зохиов.",
            "evidence": "Зохиомол судалгаа, жишээ болгон оруулав.",
        },
        (("plan", ""), ("run", ""), ("close", ""), ("evaluate", "")),
    ),
    (
        "herders",
        {
            "title_mn": "Оторчин малчдад зориулсан нэвтрүүлэг (жишээ)",
            "title_en": "Broadcasts for herders on otor (example)",
            "purpose": "Оторт яваа өрхүүд үйлчилгээ хаанаас авахаа мэддэг болно.",
            "audience": "herders",
            "audience_size": 90_000,
            "start": -30,
            "end": 45,
            "channels": ["radio", "meetings"],
        },
        (("plan", ""), ("run", "")),
    ),
    (
        "students",
        {
            "title_mn": "Гадаадад ажиллахаас өмнө (жишээ)",
            "title_en": "Before you work abroad (example)",
            "purpose": "Залуус гэрээ, зуучлагчаа шалгаж сурна.",
            "audience": "young_people",
            "start": 20,
            "end": 50,
            "channels": ["social_media", "web"],
        },
        (("plan", ""),),
    ),
    (
        "posters",
        {
            "title_mn": "Зурагт хуудасны аян (жишээ)",
            "title_en": "Posters (example)",
            "purpose": "Хилийн боомтоор нэвтрэгчид эрхээ мэддэг болно.",
            "audience": "labour_migrants",
        },
        (("cancel", "Сувгийг өөр аянтай нэгтгэсэн (жишээ)."),),
    ),
)

REACH: Mapping[str, Sequence[Fields]] = {
    "register": (
        {"channel": "tv", "day": -262, "persons": 640_000, "method": "audience_measurement"},
        {"channel": "radio", "day": -262, "persons": 210_000, "method": "audience_measurement"},
        {"channel": "social_media", "day": -261, "persons": 385_000, "method": "platform_statistics"},
    ),
    "herders": (
        {"channel": "radio", "day": 44, "persons": 60_000, "method": "estimate", "planned": True},
        {"channel": "meetings", "day": -3, "persons": 1_150, "method": "attendance_list"},
    ),
}

TRAININGS: Mapping[Role, Sequence[tuple[str, Fields, Steps]]] = {
    Role.REGISTRAR: (
        (
            "registration",
            {
                "subject": "registration",
                "title_mn": "Сумын бүртгэлийн ажилтны сургалт (жишээ)",
                "title_en": "Training for registrars of soums (example)",
                "objective": "Бүртгэлийг нэг өдөрт, алдаагүй хийж сурна.",
                "start": -262,
                "end": -260,
                "venue": "Аймгийн төв (жишээ)",
                "trainers": "Жишээ газрын баг",
                "places_planned": 12,
                "follow_up_day": -40,
                "follow_up": "Алдаатай бүртгэл цөөрсөн гэж зохиов; зохиомол тооцоо.",
                "place": "MN81",
            },
            (("plan", ""), ("hold", ""), ("evaluate", "")),
        ),
        (
            "equality",
            {
                "subject": "non_discrimination",
                "title_mn": "Шилжигчдэд тэгш хандах (жишээ)",
                "title_en": "Equal treatment of those who move (example)",
                "objective": "Ажилтнууд гомдол хэрхэн хүлээн авахаа мэддэг болно.",
                "start": -34,
                "end": -33,
                "venue": "Аймгийн төв (жишээ)",
                "counted_women": 22,
                "counted_men": 9,
                "place": "MN81",
            },
            (("plan", ""), ("hold", "")),
        ),
        (
            "protection",
            {
                "subject": "data_protection",
                "title_mn": "Хувийн мэдээллээ хамгаалах (жишээ)",
                "title_en": "Protection of personal data (example)",
                "objective": "Ажилтнууд юуг хэнд өгч болохгүйг мэддэг болно.",
                "start": 21,
                "end": 22,
                "venue": "Аймгийн төв (жишээ)",
                "place": "MN81",
            },
            (("plan", ""),),
        ),
    ),
    Role.CASE_WORKER: (
        (
            "services",
            {
                "subject": "service_delivery",
                "title_mn": "Дүүргийн нийгмийн ажилтны сургалт (жишээ)",
                "title_en": "Training for social workers of districts (example)",
                "objective": "Шинээр ирсэн өрхийг үйлчилгээтэй холбож сурна.",
                "start": -12,
                "end": -11,
                "venue": "Дүүргийн танхим (жишээ)",
                "counted_women": 17,
                "counted_men": 4,
                "place": "MN11",
            },
            (("plan", ""), ("hold", "")),
        ),
        (
            "winter",
            {
                "subject": "crisis_response",
                "title_mn": "Зудын дараах шилжилт (жишээ)",
                "title_en": "Moves after a dzud (example)",
                "objective": "Зудад нэрвэгдсэн өрхийг хүлээн авах дарааллыг сурна.",
                "place": "MN11",
            },
            (),
        ),
    ),
}


def participant(number: int, sex: str, scores: tuple[int, int] | None) -> Fields:
    """A made-up participant; who has no scores was not there."""
    before, after = scores or (None, None)
    return {
        "full_name": f"Жишээ Оролцогч {number}",
        "registration_number": f"ЯЯ9001{number:02}{number:02}",
        "email": f"participant{number}@example.org",
        "institution_name": "Жишээ сумын тамгын газар",
        "role": "civil_registration",
        "sex": sex,
        "age_group": ("25_34", "35_44", "45_54")[number % 3],
        "attended": scores is not None,
        "pre_score": before,
        "post_score": after,
    }


PARTICIPANTS: Mapping[str, Sequence[Fields]] = {
    "registration": tuple(
        participant(number, sex, scores)
        for number, (sex, scores) in enumerate(
            (
                ("female", (45, 80)),
                ("female", (60, 85)),
                ("male", (40, 70)),
                ("female", (55, 90)),
                ("male", (50, 65)),
                ("female", (70, 95)),
                ("female", (35, 75)),
                ("male", None),
            ),
            start=1,
        )
    )
}

MANUALS: Sequence[tuple[Fields, Steps]] = (
    (
        {
            "title": "Бүртгэлийн гарын авлага (жишээ)",
            "language": "mn",
            "version": "2",
            "translator": "Жишээ баг",
            "summary": "Шилжилтийг бүртгэх алхмууд.",
        },
        (("review", ""), ("publish", "")),
    ),
    (
        {"title": "Көші-қон нұсқаулығы (жишээ)", "language": "kk", "version": "1", "summary": "Орчуулга."},
        (("review", ""),),
    ),
    ({"title": "Example manual for trainers", "language": "en", "version": "0.1"}, ()),
)
