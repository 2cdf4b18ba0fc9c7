"""What a row must keep to become a fact. Each rule has a code, a meaning and a next step."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import LedgerError
from nuudel.base.provenance import Text
from nuudel.ledger.fingerprint import numbers_of
from nuudel.ledger.schema import FIELDS, PLACE_COLUMNS, Fact

Mask = NDArray[np.bool_]

OLDEST_AGE = 130
DAY = 86_400_000_000
# Clocks of registers run ahead of UTC by up to fourteen hours.
CLOCK_DAYS = 1


@dataclass(frozen=True)
class Fault:
    """Rows that break one rule in one place."""

    number: int
    columns: tuple[str, ...]
    rows: Mask


@dataclass(frozen=True)
class Rule:
    """A rule in both languages; ``error`` carries code, meaning and next step in English."""

    error: LedgerError
    mn: Text

    def sentence(self, lang: str, columns: str) -> str:
        """The reason as written to the rejects file: never a value of the row."""
        where = f" ({columns})" if columns else ""
        if lang == "mn":
            return f"{self.mn['problem'].rstrip('.')}{where}. {self.mn['next_step']}"
        return f"{self.error.problem.rstrip('.')}{where}. {self.error.next_step}"


def rule(error: LedgerError, problem: str, next_step: str) -> Rule:
    return Rule(error, {"problem": problem, "next_step": next_step})


RULES: Mapping[int, Rule] = {
    101: rule(
        LedgerError(101, "A required value is missing.", "Fill it."),
        "Заавал байх утга алга.",
        "Бөглөнө үү.",
    ),
    102: rule(
        LedgerError(102, "The end precedes the start.", "Correct one of the dates."),
        "Төгсгөл эхлэлээс өмнө байна.",
        "Огноог засна уу.",
    ),
    103: rule(
        LedgerError(103, "Both origin and destination are unknown.", "Give at least one of them."),
        "Гарсан, очсон газар хоёулаа тодорхойгүй.",
        "Ядаж нэгийг нь бичнэ үү.",
    ),
    104: rule(
        LedgerError(
            104, "Origin and destination are the same place.", "Correct one of them, or use smaller places."
        ),
        "Гарсан, очсон газар адилхан.",
        "Нэгийг нь засах, эсвэл доод нэгжийн код хэрэглэнэ үү.",
    ),
    105: rule(
        LedgerError(
            105, "A count is negative.", "Write a number of 0 or more; take back by a correcting fact."
        ),
        "Тоо сөрөг байна.",
        "0 ба түүнээс их тоо бичнэ үү; буцаалтыг залруулгаар хийнэ.",
    ),
    106: rule(
        LedgerError(106, "The code is not in its list.", "Use a code of docs/reference/ledger.md."),
        "Код жагсаалтад алга.",
        "Жагсаалтын кодыг хэрэглэнэ үү.",
    ),
    107: rule(
        LedgerError(107, "The place is unknown.", "Use a place code of the gazetteer."),
        "Газрын код танигдсангүй.",
        "Газар нутгийн жагсаалтын кодыг хэрэглэнэ үү.",
    ),
    108: rule(
        LedgerError(108, "The start lies after the day of recording.", "Record it when it has happened."),
        "Эхлэх өдөр бүртгэсэн өдрөөс хойш байна.",
        "Болсны дараа бүртгэнэ үү.",
    ),
    109: rule(
        LedgerError(
            109, "The time of recording lies in the future.", "Correct it, or leave it empty for now."
        ),
        "Бүртгэсэн хугацаа ирээдүйд байна.",
        "Засах, эсвэл хоосон орхино уу.",
    ),
    110: rule(
        LedgerError(110, "The weight is not a number above 0.", "Correct it, or leave it empty for 1."),
        "Жин 0-ээс их тоо биш.",
        "Засах, эсвэл 1 гэсэн утгаар хоосон орхино уу.",
    ),
    111: rule(
        LedgerError(111, "The id occurs earlier in the file.", "Keep one row for each id."),
        "Энэ дугаар файлд давтагдсан.",
        "Дугаар бүрд нэг мөр үлдээнэ үү.",
    ),
    112: rule(
        LedgerError(
            112,
            "The id belongs to a fact that says something else.",
            "Give a correction a new id and name the old one in supersedes.",
        ),
        "Энэ дугаартай өөр баримт бүртгэлтэй.",
        "Залруулгад шинэ дугаар өгч, хуучныг supersedes баганад заана уу.",
    ),
    113: rule(
        LedgerError(113, "The superseded fact is not there.", "Load the fact before its correction."),
        "Залруулах баримт алга.",
        "Эхлээд тэр баримтыг оруулна уу.",
    ),
    114: rule(
        LedgerError(
            114,
            "The value cannot be read.",
            "Write dates as 2024-12-31, whole numbers in digits, ids as UUIDs.",
        ),
        "Утгыг уншиж чадсангүй.",
        "Огноог 2024-12-31, тоог цифрээр, дугаарыг UUID хэлбэрээр бичнэ үү.",
    ),
    115: rule(
        LedgerError(115, "The ages are not in order or outside 0 to 130.", "Correct them."),
        "Нас буруу дараалалтай, эсвэл 0–130-аас гадуур.",
        "Засна уу.",
    ),
    116: rule(
        LedgerError(116, "The fact has been superseded already.", "Correct the latest fact of the chain."),
        "Энэ баримт аль хэдийн залруулагдсан.",
        "Гинжин дэх сүүлчийн баримтыг залруулна уу.",
    ),
    117: rule(
        LedgerError(
            117, "The series belongs to another source or kind of fact.", "Give each source its own series."
        ),
        "Цуваа өөр эх сурвалж, эсвэл өөр төрлийн баримтынх.",
        "Эх сурвалж бүрд өөр цуваа хэрэглэнэ үү.",
    ),
    118: rule(
        LedgerError(
            118,
            "The duration class is not one that the series counts.",
            "Correct it, or use the series that counts it.",
        ),
        "Энэ цуваа ийм хугацааны ангиллыг тоолдоггүй.",
        "Засах, эсвэл тохирох цувааг хэрэглэнэ үү.",
    ),
    119: rule(
        LedgerError(
            119, "The line has more or fewer values than the header.", "Correct the separators and quotes."
        ),
        "Мөрийн утгын тоо толгойнхоос өөр.",
        "Таслал, хашилтыг засна уу.",
    ),
}


def check_rows(fact: Fact, columns: Mapping[str, Any], known_at: int) -> list[Fault]:
    """The faults that can be seen from the rows alone, without the ledger.

    Parameters
    ----------
    columns
        Arrow arrays in stored form, shape (rows,) each; what could not be read is null.
    known_at
        Time of the load, microseconds since 1970 UTC.
    """
    faults = [
        Fault(101, (field.name,), nulls(columns[field.name]))
        for field in FIELDS[fact]
        if field.required and columns[field.name].null_count
    ]
    faults += check_times(columns, known_at)
    faults += check_counts(columns)
    if fact is Fact.MOVEMENT:
        faults += check_ends(columns)
    return [fault for fault in faults if fault.rows.any()]


def check_times(columns: Mapping[str, Any], known_at: int) -> list[Fault]:
    start, end = columns["start"], columns["end"]
    recorded_at = numbers_of(columns["recorded_at"])
    days = numbers_of(start)
    faults = [
        # Times before 1970 are negative: floor, not truncate.
        Fault(108, ("start",), (days > recorded_at // DAY + CLOCK_DAYS) & ~nulls(start)),
        Fault(109, ("recorded_at",), recorded_at > known_at + CLOCK_DAYS * DAY),
    ]
    if end.null_count < len(end):
        faults.append(Fault(102, ("end",), (numbers_of(end) < days) & ~nulls(end) & ~nulls(start)))
    return faults


def check_counts(columns: Mapping[str, Any]) -> list[Fault]:
    faults = [
        Fault(105, (name,), numbers_of(columns[name]) < 0)
        for name in ("persons", "households")
        if columns[name].null_count < len(columns[name])
    ]
    weight = numbers_of(columns["weight"])
    faults.append(Fault(110, ("weight",), ~((weight > 0) & np.isfinite(weight))))
    first, last = columns["age_from"], columns["age_to"]
    if first.null_count == len(first) and last.null_count == len(last):
        return faults
    low, high = numbers_of(first), numbers_of(last)
    wrong = (low < 0) | (low > OLDEST_AGE) | (high < 0) | (high > OLDEST_AGE)
    wrong |= (low > high) & ~nulls(first) & ~nulls(last)
    return [*faults, Fault(115, ("age_from", "age_to"), wrong)]


def check_ends(columns: Mapping[str, Any]) -> list[Fault]:
    origin, destination = columns["origin"], columns["destination"]
    known = {name: n for n, name in enumerate(origin.dictionary.to_pylist())}
    # The same numbers for both ends; -1 is unknown, and no number of ours is -2.
    table = np.array([known.get(name, -2) for name in destination.dictionary.to_pylist()] + [-1])
    start = index_of(origin)
    end = table[index_of(destination)]
    return [
        Fault(103, ("origin", "destination"), (start == -1) & (end == -1)),
        Fault(104, ("origin", "destination"), (start == end) & (start != -1)),
    ]


def check_places(fact: Fact, columns: Mapping[str, Any], places: Set[str] | None) -> list[Fault]:
    """Rows whose place is not one of the caller's; without a set every well-formed code is a place."""
    if places is None:
        return []
    faults = []
    for name in PLACE_COLUMNS[fact]:
        array = columns[name]
        unknown = np.array([place not in places for place in array.dictionary.to_pylist()] + [False])
        if unknown.any():
            faults.append(Fault(107, (name,), unknown[index_of(array)]))
    return faults


def nulls(array: Any) -> Mask:
    mask: Mask = array.is_null().to_numpy(zero_copy_only=False)
    return mask


def index_of(array: Any) -> NDArray[np.integer[Any]]:
    """The dictionary indices of a column, -1 at nulls."""
    indices = array.indices
    numbers: NDArray[np.integer[Any]] = (indices.fill_null(-1) if indices.null_count else indices).to_numpy()
    return numbers
