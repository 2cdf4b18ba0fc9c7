"""The words of the PxWeb answers that do not stand in the tables."""

from collections.abc import Mapping

from nuudel.base.provenance import Quality, Text

CONTENTS: Text = {"en": "Contents", "mn": "Агуулга"}
DATABASE: Text = {"en": "Nuudel: movement of people", "mn": "Нүүдэл: хүн амын хөдөлгөөн"}
FOLDERS: Mapping[Quality, Text] = {
    Quality.OBSERVED: {"en": "Observed figures", "mn": "Ажигласан тоо"},
    Quality.ESTIMATED: {"en": "Estimated figures", "mn": "Тооцоолсон тоо"},
    Quality.SCENARIO: {
        "en": "Scenarios: figures under stated assumptions",
        "mn": "Хувилбар: таамаглалд үндэслэсэн тоо",
    },
    Quality.SYNTHETIC: {"en": "Synthetic figures, not real ones", "mn": "Зохиомол тоо, бодит биш"},
}
LANGUAGES: Mapping[str, str] = {"en": "English", "mn": "Монгол"}
