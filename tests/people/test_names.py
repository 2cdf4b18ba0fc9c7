"""Names: the standard's table, readings back, one skeleton for all spellings, and what is no name."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuudel.base.errors import PeopleError
from nuudel.people import name_elements
from nuudel.people.name_reading import by_letters
from nuudel.people.names import similarity, skeleton, to_cyrillic, transliterate, variants
from nuudel.people.spelling import CYRILLIC, LETTERS

cyrillic_names = st.text(alphabet="".join(CYRILLIC) + "әғқңұһі", min_size=1, max_size=20).filter(str.strip)
latin_names = st.text(alphabet="abcdefghijklmnopqrstuvwxyzöü", min_size=1, max_size=16)
syllables = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(("", *"bdghjklmnprstzvc", "kh", "ts", "ch", "sh")),
        st.sampled_from((*"aeiouöü", "aa", "ee", "uu", "ii", "ai", "ei", "ui", "ya", "yo", "yu")),
        st.sampled_from(("", "", *"bdglmnr")),
    ),
)
sounding_names = st.builds("".join, st.lists(syllables, min_size=1, max_size=5))
elements = st.sampled_from(
    sorted(
        {*name_elements.FIRST, *name_elements.MALE_NAMES, *name_elements.FEMALE_NAMES, *name_elements.FAMILY}
    )
)

# The table of MNS 5217:2012, letter by letter.
STANDARD = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "ye", "ё": "yo", "ж": "j", "з": "z", "и": "i",
    "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "ө": "ö", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ү": "ü", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "i",
    "ы": "y", "ь": "i", "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip


@pytest.mark.parametrize(("letter", "latin"), STANDARD.items())
def test_each_letter_of_the_standard(letter: str, latin: str) -> None:
    assert transliterate(letter) == latin


def test_the_standard_has_the_35_letters_of_the_alphabet() -> None:
    assert len(STANDARD) == 35


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("Бат-Эрдэнэ", "Bat-Erdene"),
        ("Хүрэлсүх", "Khürelsükh"),
        ("Цэцэгмаа", "Tsetsegmaa"),
        ("Өлзийжаргал", "Ölziijargal"),
        ("Ёндон", "Yondon"),
        ("Ерөөлт", "Yeröölt"),
        ("Гарьд", "Garid"),
        ("Адъяа", "Adiyaa"),
        ("Юмжав Чойдог", "Yumjav Choidog"),
        ("ЧИНГИС ХААН", "CHINGIS KHAAN"),
        ("Я", "Ya"),
        ("  Дорж   Бат ", "Dorj Bat"),
        ("Bold", "Bold"),
        ("Еркін", "Yerkin"),  # Kazakh letters are not in the standard
    ],
)
def test_names_are_transliterated(name: str, latin: str) -> None:
    assert transliterate(name) == latin


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("Munkhbat", "Мөнхбат"),
        ("Mönkhbat", "Мөнхбат"),
        ("Munhbat", "Мөнхбат"),
        ("Enkhtuya", "Энхтуяа"),
        ("Oyunchimeg", "Оюунчимэг"),
        ("Tumurbaatar", "Төмөрбаатар"),
        ("Purevdorj", "Пүрэвдорж"),
        ("Sukhbaatar", "Сүхбаатар"),
        ("Ulziijargal", "Өлзийжаргал"),
        ("BAT-ERDENE", "БАТ-ЭРДЭНЭ"),
        ("Zhargal", "Жаргал"),
        ("Ceceg", "Цэцэг"),
        ("Yeruult", "Ерөөлт"),
        ("Дорж", "Дорж"),
        ("Zul Sar", "Зул Сар"),  # two words stay two
        ("Rentsen", "Рэнцэн"),
    ],
)
def test_latin_names_are_read(latin: str, cyrillic: str) -> None:
    assert to_cyrillic(latin) == cyrillic


@pytest.mark.parametrize(
    "spellings",
    [
        ("Бат-Эрдэнэ", "Батэрдэнэ", "Bat-Erdene", "BATERDENE", "bat erdene", "Bat–Erdene", "Baterdenee"),
        ("Мөнхцэцэг", "Mönkhtsetseg", "Munkhtsetseg", "Munhceceg", "Mônhcècèg", "Moenkhtsetseg", "Мунхцэцэг"),
        ("Хүрэлсүх", "Khürelsükh", "Hurelsuh", "Khurelsukh", "Хурэлсух", "Hu'relsu'h"),
        ("Даваасүрэн", "Davaasüren", "Dawaasuren", "Davasuren", "Даваасурэн"),
        ("Өлзийжаргал", "Ölziijargal", "Ulziijargal", "Olzijargal", "Ulziyjargal", "Ulzijargal"),
        ("Туяа", "Tuyaa", "Tuya", "Tuiaa"),
        ("Жаргал", "Jargal", "Zhargal", "Žargal"),
        ("Равдан", "Рабдан", "Ravdan", "Rabdan"),
        ("Очир", "Ochir", "Očir"),
        ("Шагдар", "Shagdar", "Šagdar", "Schagdar"),
        ("Батсайхан", "Bat-Saikhan", "Batsaikhan", "Batsajhan", "Batsayhan"),
    ],
)
def test_spellings_of_one_name_meet(spellings: tuple[str, ...]) -> None:
    assert len({skeleton(name) for name in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Болд", "Бат"),
        ("Дорж", "Доржи"),
        ("Цэцэг", "Сэцэг"),
        ("Ганбат", "Ганболд"),
        ("Чимэг", "Шимэг"),
        ("Ганаа", "Гана"),
    ],
)
def test_names_that_differ_in_more_than_spelling_stay_apart(one: str, other: str) -> None:
    assert (skeleton(one) == skeleton(other)) is (one == "Ганаа")  # long vowels are spelling


@given(cyrillic_names)
def test_a_name_and_its_transliteration_have_one_skeleton(name: str) -> None:
    assert skeleton(transliterate(name)) == skeleton(name)


@given(cyrillic_names)
def test_a_skeleton_is_small_ascii_letters(name: str) -> None:
    letters = skeleton(name)
    assert letters == "" or (letters.isascii() and letters.isalpha() and letters.islower())


@given(cyrillic_names)
def test_case_and_hyphens_do_not_matter(name: str) -> None:
    assert skeleton(name.upper()) == skeleton(name) == skeleton(f"{name[:1]}-{name[1:]}")


@given(cyrillic_names)
def test_decomposed_letters_are_the_same_letters(name: str) -> None:
    latin = transliterate(name)
    assert skeleton(unicodedata.normalize("NFD", latin)) == skeleton(latin)


@given(sounding_names)
def test_a_reading_has_the_skeleton_of_what_was_read(name: str) -> None:
    assert skeleton(to_cyrillic(name)) == skeleton(name)


@given(latin_names)
def test_a_reading_is_in_cyrillic_letters(name: str) -> None:
    assert all(letter.lower() in LETTERS for letter in to_cyrillic(name))


@given(elements)
def test_known_parts_come_back_from_their_transliteration(name: str) -> None:
    assert skeleton(to_cyrillic(transliterate(name))) == skeleton(name)


def without_umlauts(latin: str) -> str:
    """As in travel documents before the standard: u for ö and ü, no hyphens."""
    return latin.translate(str.maketrans("öüÖÜ", "uuUU", "-"))


def test_names_of_known_parts_come_back_letter_for_letter() -> None:
    made = [
        "Бат-Эрдэнэ",
        "Мөнхзул",
        "Өлзийсайхан",
        "Цэрэндулам",
        "Лхагвасүрэн",
        "Нямбаяр",
        "Төгс-Эрдэнэ",
        "Хүрэлбаатар",
    ]
    names = [*made, *name_elements.MALE_NAMES, *name_elements.FEMALE_NAMES, *name_elements.OLDER_MEN]
    assert [name for name in names if to_cyrillic(transliterate(name)) != name] == []
    plain = {name: to_cyrillic(without_umlauts(transliterate(name))) for name in names}
    assert [name for name, reading in plain.items() if folded_case(reading) != folded_case(name)] == []


def folded_case(name: str) -> str:
    return name.replace("-", "").lower()


def test_unknown_names_are_read_letter_by_letter() -> None:
    parts = [*name_elements.FIRST, *name_elements.OLDER_MEN]
    right = [part for part in parts if by_letters(transliterate(part).lower()) == part.lower()]
    assert len(right) > 0.95 * len(parts)


def test_variants_are_the_word_and_one_letter_fewer() -> None:
    assert variants("bold") == {"bold", "old", "bld", "bod", "bol"}
    assert variants("b") == {"b"}
    assert variants("bb") == {"bb", "b"}


@given(st.text("abdeghor", min_size=2, max_size=10), st.data())
def test_words_one_change_apart_share_a_variant(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abdeghor"))
    swapped = word[:place] + word[place : place + 2][::-1] + word[place + 2 :]
    for other in (
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place:],
        word[:place] + letter + word[place + 1 :],
        swapped,
    ):
        assert variants(word) & variants(other)


def test_similarity_by_hand() -> None:
    assert similarity("Бат-Эрдэнэ", "Baterdene") == 1
    # Same skeleton, one of five letters other: 0.95 + 0.05 * 4 / 5.
    assert similarity("Мөнх", "Munkh") == pytest.approx(0.99)
    # dorj and dorji: one change in five letters.
    assert similarity("Дорж", "Доржи") == pytest.approx(0.95 * 0.8)
    # bold and dobl: two changes of four at least.
    assert similarity("Болд", "Бат") == pytest.approx(0.95 * 0.25)


@given(cyrillic_names, cyrillic_names)
def test_similarity_is_a_share_and_has_no_direction(one: str, other: str) -> None:
    value = similarity(one, other)
    assert 0 <= value <= 1
    assert value == similarity(other, one)
    assert similarity(one, one) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "PEOPLE-101"),
        ("  \t", "PEOPLE-101"),
        ("-'-", "PEOPLE-101"),
        ("1234", "PEOPLE-101"),
        ("Бат1", "PEOPLE-102"),
        ("Bat; DROP TABLE", "PEOPLE-102"),
        ("Бат\x00", "PEOPLE-102"),
        ("Бат😀", "PEOPLE-102"),
        ("Бат_Эрдэнэ", "PEOPLE-102"),
        ("Бат\u202eЭ", "PEOPLE-102"),  # turns the direction of writing
        ("Бат\u200bЭ", "PEOPLE-102"),  # a space that nobody sees
        ("巴特", "PEOPLE-103"),
        ("ᠪᠠᠲᠤ", "PEOPLE-103"),
        ("Μάρκος", "PEOPLE-103"),
        ("Бaт", "PEOPLE-104"),  # the second letter is Latin
        ("Bат", "PEOPLE-104"),
        ("Б" * 101, "PEOPLE-105"),
    ],
)
@pytest.mark.parametrize("call", [transliterate, to_cyrillic, skeleton, lambda text: similarity("Бат", text)])
def test_what_is_no_name_is_refused_without_repeating_it(call: object, text: str, code: str) -> None:
    with pytest.raises(PeopleError) as refused:
        call(text)  # type: ignore[operator]
    assert refused.value.code == code
    assert not text.strip() or text not in str(refused.value)


def test_two_words_may_be_of_two_scripts() -> None:
    assert transliterate("Дорж Bold") == transliterate("Дорж–Bold").replace("–", " ") == "Dorj Bold"


def test_no_part_of_a_name_stands_twice() -> None:
    source = name_elements.weighted("Бат:2 Болд")
    assert source == {"Бат": 2.0, "Болд": 1.0}
    for parts in (name_elements.FIRST, name_elements.MALE_SECOND, name_elements.FEMALE_SECOND):
        assert all(weight > 0 for weight in parts.values())
