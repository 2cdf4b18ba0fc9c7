"""Code lists of the facts: each code with its name in English and Mongolian, each list with its source."""

from collections.abc import Mapping
from dataclasses import dataclass

from nuudel.base.provenance import Quality, Text

UN_1998 = (
    "UN, Recommendations on Statistics of International Migration, Revision 1, 1998 (ST/ESA/STAT/SER.M/58)"
)
UN_2021 = "UN Statistical Commission, revised conceptual framework on international migration, 2021"
UN_CENSUS = "UN, Principles and Recommendations for Population and Housing Censuses, Revision 3, 2017"
DTM = "IOM, Displacement Tracking Matrix: flow monitoring and mobility tracking"


@dataclass(frozen=True)
class CodeList:
    """A closed list: the codes in their order, each with a name in every language, and where it is from."""

    name: str
    source: str
    codes: Mapping[str, Text]

    def __contains__(self, code: str) -> bool:
        return code in self.codes

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.codes)


def text(en: str, mn: str) -> Text:
    return {"en": en, "mn": mn}


MOVEMENT_KINDS = CodeList(
    "kind of movement",
    f"{UN_2021}; {DTM}",
    {
        "residence": text("change of usual residence", "байнга оршин суух газраа солих"),
        "seasonal": text("seasonal move", "улирлын нүүдэл"),
        "crossing": text("passage at a border or flow point", "хил, хяналтын цэгээр нэвтрэх"),
        "trip": text("trip", "түр зорчих"),
        "return": text("return", "буцах"),
        "displacement": text("displacement", "албадан нүүх"),
    },
)
# A passage is counted where people pass, and one person passes often: it is never a migrant.
PASSAGES = ("crossing", "trip")
MIGRATION_KINDS = tuple(kind for kind in MOVEMENT_KINDS.names if kind not in PASSAGES)

PRESENCE_KINDS = CodeList(
    "kind of presence",
    f"{UN_CENSUS}; {DTM}",
    {
        "census": text("census", "тооллого"),
        "assessment": text("assessment round", "үнэлгээний үе шат"),
        "register": text("stock in a register", "бүртгэлийн үлдэгдэл"),
        "estimate": text("population estimate", "хүн амын тооцоо"),
    },
)

# The limits of 3 and 12 months are those of short-term and long-term migrants (UN 1998, box 1).
DURATIONS = CodeList(
    "duration class",
    UN_1998,
    {
        "under_3_months": text("under 3 months", "3 сараас доош"),
        "3_to_12_months": text("3 to 12 months", "3–12 сар"),
        "12_months_and_more": text("12 months and more", "12 сар, түүнээс дээш"),
        "unknown": text("duration unknown", "хугацаа тодорхойгүй"),
    },
)

MODES = CodeList(
    "mode of transport",
    DTM,
    {
        "on_foot": text("on foot", "явган"),
        "animal": text("on or with animals", "мал унаж, хөсөглөж"),
        "motorcycle": text("motorcycle", "мотоцикл"),
        "car": text("car", "суудлын машин"),
        "bus": text("bus", "автобус"),
        "truck": text("truck", "ачааны машин"),
        "train": text("train", "галт тэрэг"),
        "air": text("air", "онгоц"),
        "boat": text("boat", "завь, хөлөг онгоц"),
        "other": text("other", "бусад"),
        "unknown": text("unknown", "тодорхойгүй"),
    },
)

REASONS = CodeList(
    "reason",
    f"{UN_1998}; {UN_CENSUS}; hazards and conflict: {DTM}",
    {
        "employment": text("employment", "ажил хөдөлмөр"),
        "education": text("education and training", "сурах, мэргэших"),
        "marriage": text("marriage", "гэрлэх"),
        "family": text("family reunification or formation", "гэр бүлтэйгээ нийлэх, өрх тусгаарлах"),
        "housing": text("housing", "орон сууц"),
        "health": text("health and care", "эрүүл мэнд, асаргаа"),
        "retirement": text("retirement", "тэтгэвэрт гарах"),
        "settlement": text("settlement", "суурьших"),
        "herding": text("pasture and herding", "бэлчээр, мал аж ахуй"),
        "hazard": text("natural hazard, dzud", "байгалийн аюул, зуд"),
        "conflict": text("conflict or violence", "зөрчил, хүчирхийлэл"),
        "asylum": text("asylum or other protection", "орогнол, хамгаалалт"),
        "return": text("return", "буцах"),
        "other": text("other", "бусад"),
        "unknown": text("unknown", "тодорхойгүй"),
    },
)

SEXES = CodeList(
    "sex",
    UN_CENSUS,
    {
        "female": text("female", "эмэгтэй"),
        "male": text("male", "эрэгтэй"),
        "other": text("other", "бусад"),
        "unknown": text("not stated", "тодорхойгүй"),
        "all": text("counted together", "хүйсээр ялгаагүй"),
    },
)

QUALITIES = CodeList(
    "quality",
    "Nuudel, base.provenance.Quality",
    {
        Quality.OBSERVED.value: text("observed", "ажиглагдсан"),
        Quality.ESTIMATED.value: text("estimated", "тооцоолсон"),
        Quality.SYNTHETIC.value: text("synthetic", "зохиомол"),
    },
)
