"""The sentences that Nuudel writes into PX files; they are recognised when such a file is read."""

from collections.abc import Mapping

from nuudel.base.provenance import Quality, Text
from nuudel.publication.tables import Status

UNKNOWN = "–"

QUALITY: Mapping[Quality, Text] = {
    Quality.OBSERVED: {"en": "Quality: observed figures.", "mn": "Чанар: ажигласан тоо."},
    Quality.ESTIMATED: {"en": "Quality: ESTIMATED figures.", "mn": "Чанар: ТООЦООЛСОН тоо."},
    Quality.SCENARIO: {
        "en": "Quality: SCENARIO, figures under stated assumptions.",
        "mn": "Чанар: ХУВИЛБАР, таамаглалд үндэслэсэн тоо.",
    },
    Quality.SYNTHETIC: {
        "en": "Quality: SYNTHETIC figures, not real ones.",
        "mn": "Чанар: ЗОХИОМОЛ тоо, бодит биш.",
    },
}
STATUS_WORDS: Mapping[Status, Text] = {
    Status.NORMAL: {"en": "normal", "mn": "хэвийн"},
    Status.MISSING: {"en": "not available", "mn": "мэдээлэл байхгүй"},
    Status.NOT_APPLICABLE: {"en": "not applicable", "mn": "хамаарахгүй"},
    Status.SUPPRESSED: {"en": "suppressed to protect persons", "mn": "хувь хүнийг хамгаалж нуусан"},
    Status.DOUBTFUL: {"en": "doubtful", "mn": "эргэлзээтэй"},
    Status.NOT_COMPARABLE: {"en": "not comparable", "mn": "харьцуулах боломжгүй"},
    Status.ESTIMATED: {"en": "estimated", "mn": "тооцоолсон"},
    Status.PROVISIONAL: {"en": "provisional", "mn": "урьдчилсан"},
}
LEGEND: Text = {
    "en": "Marks: d doubtful, b not comparable with its neighbours, e estimated, p provisional.",
    "mn": "Тэмдэглэгээ: d эргэлзээтэй, b зэргэлдээ тоотой харьцуулах боломжгүй, e тооцоолсон, p урьдчилсан.",
}
NOTES: Mapping[str, Text] = {
    "disclosure": {"en": "Disclosure control", "mn": "Нууцлалын хяналт"},
    "not_stated": {
        "en": "The file does not state which disclosure control was applied.",
        "mn": "Ямар нууцлалын хяналт хэрэглэснийг файлд заагаагүй.",
    },
    "subject": {"en": "Migration", "mn": "Шилжих хөдөлгөөн"},
}


def word(text: Text, lang: str) -> str:
    """The text in a language; in English where Nuudel has no words in that language."""
    return text.get(lang) or text["en"]
