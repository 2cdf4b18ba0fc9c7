import csv
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuudel.base.errors import PlacesError
from nuudel.places.search import resolve, search
from nuudel.places.spelling import close_key, key

# One name in each row: Cyrillic, NSO, MNS 5217 or BGN/PCGN, GeoNames, old ASCII, ISO 9.
SPELLINGS = [
    ("MN46", "Өмнөговь", "Umnugovi", "Ömnögovi", "Omnogovi", "O'mnogovi", "Ômnôgovʹ", "South Gobi"),
    ("MN67", "Хөвсгөл", "Khuvsgul", "Khövsgöl", "Hövsgöl", "Xo'vsgol", "Hôvsgôl", "Hovsgol"),
    ("MN83", "Баян-Өлгий", "Bayan-Ulgii", "Bayan-Ölgii", "Bayan-Ölgiy", "Bayan-O'lgii", "Baân-Ôlgij"),
    ("MN65", "Архангай", "Arkhangai", "Arhangay", "Arxangai", "Arhangaj"),
    ("MN62", "Өвөрхангай", "Uvurkhangai", "Övörkhangai", "Övörhangay", "O'vorxangai"),
    ("MN81", "Завхан", "Zavkhan", "Dzavhan", "Zavxan", "Dzavkhan"),
    ("MN42", "Говьсүмбэр", "Govisumber", "Govisümber", "Govĭ-Sümber", "Govisu'mber", "Govʹsùmbèr"),
    ("MN48", "Дундговь", "Dundgovi", "Dundgovĭ", "Middle Gobi"),
    ("MN11", "Улаанбаатар", "Ulaanbaatar", "Ulan Bator", "Ulaan Baatar"),
    ("MN41", "Төв", "Tuv", "Töv", "Tov", "To'v", "Tuv aimag", "Төв аймаг"),
    ("MN22", "Сүхбаатар аймаг", "Sukhbaatar aimag", "Sühbaatar aymag", "Su'xbaatar province"),
    ("MN26552", "Чулуут сум", "CHuluut", "Chuluut soum"),
    ("MN34643", "Цогтцэций", "Tsogttsetsii", "Cogtcecii", "Cogtcècij"),
    ("MN34416", "Замын-Үүд", "Zamiin-Uud", "Zamyn-U'ud", "Zamyn-Üüd", "Dzamïn-Üüd"),
    ("MN18201", "Есөнбулаг", "Yesunbulag", "YEso'nbulag", "Esönbulag"),
]


@pytest.mark.parametrize("row", SPELLINGS, ids=lambda row: row[0])
def test_all_spellings_of_a_name_mean_the_same_place(gazetteer, row):
    code, *spellings = row
    for spelling in spellings:
        hits = search(gazetteer, spelling)
        assert hits[0].place.code == code, spelling
        assert hits[0].score >= 97


def test_all_outlines_that_come_with_the_installation_are_found(gazetteer, pack):
    topology = json.loads((pack.folder / "built" / "mng.topo.json").read_text("utf-8"))
    names = [g["properties"]["name"] for g in topology["objects"]["mng"]["geometries"]]
    found = {resolve(gazetteer, name, level="aimag").code for name in names}
    assert len(names) == 22
    assert found == {unit.code for unit in gazetteer.units("aimag")}


def test_all_market_regions_of_the_price_table_are_found(gazetteer, shared):
    with (shared / "wfp_food_prices.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if not row["date"].startswith("#")]
    assert {resolve(gazetteer, row["admname"], level="aimag").code for row in rows} == {"MN83"}
    assert {resolve(gazetteer, row["mktname"], level="aimag").code for row in rows} == {"MN83"}


@pytest.mark.parametrize("name", ["name", "name_mn", "aotm_name"])
def test_all_names_of_an_independent_list_mean_the_unit_of_its_code(gazetteer, shared, name):
    document = json.loads((shared / "boundaries" / "adm2.geojson").read_text("utf-8"))
    wrong = []
    for entry in (feature["properties"] for feature in document["features"]):
        aimag = (
            resolve(gazetteer, entry["aimag_iso"].replace("MN-1", "Ulaanbaatar"), level="aimag")
            if entry["aimag_iso"] == "MN-1"
            else resolve(gazetteer, entry["aimag"], level="aimag")
        )
        assert aimag.national_code == entry["aimag_code"]
        found = resolve(gazetteer, entry[name], level="soum", within=aimag.code)
        if found.national_code != entry["nso_code"]:
            wrong.append((entry[name], found.code))
    assert len(document["features"]) == 335
    assert not wrong


def test_two_units_of_one_aimag_never_fall_together(gazetteer):
    for aimag in gazetteer.units("aimag"):
        for language in ("en", "mn"):
            names = [close_key(unit.names[language]) for unit in gazetteer.children(aimag.code, "soum")]
            assert len(names) == len(set(names))


def test_both_names_of_a_unit_have_the_same_key(gazetteer):
    units = (*gazetteer.units("aimag"), *gazetteer.units("soum"))
    differing = {u.code for u in units if key(u.names["en"]) != key(u.names["mn"])}
    # Sharyn gol is written with two i in the table of names; "Shariin" folds to the same key as "Шарын".
    assert differing == set()


def test_a_name_that_several_places_bear_shows_level_and_parent(gazetteer):
    hits = search(gazetteer, "Bayan-Undur", level="soum")
    assert {hit.place.code for hit in hits[:3]} == {"MN26101", "MN26213", "MN26419"}
    assert len({hit.place.parent for hit in hits[:3]}) == 3
    with pytest.raises(PlacesError, match=r"PLACES-111: .*MN26213 Bayan-Undur, Uvurkhangai \(soum\)"):
        resolve(gazetteer, "Bayan-Undur")
    assert resolve(gazetteer, "Bayan-Undur", within="MN62").code == "MN26213"
    assert resolve(gazetteer, "Selenge", level="aimag").code == "MN43"


def test_a_slip_of_the_pen_is_found_below_the_certain(gazetteer):
    hits = search(gazetteer, "Улаанбатор")
    assert hits[0].place.code == "MN11"
    assert search(gazetteer, "Zavkan")[0].place.code == "MN81"
    assert search(gazetteer, "Zavkan")[0].score < 99


def test_an_unknown_name_is_an_error_that_names_the_nearest(gazetteer):
    with pytest.raises(PlacesError, match=r"PLACES-110: no place is called 'Qwrtpfg'; the nearest are"):
        search(gazetteer, "Qwrtpfg")
    with pytest.raises(PlacesError, match=r"PLACES-110: .*the nearest are Bulgan"):
        resolve(gazetteer, "Bulggxn", level="aimag")
    with pytest.raises(PlacesError, match="PLACES-110"):
        search(gazetteer, "  ")


@given(st.text(max_size=30))
def test_the_key_is_stable_and_blind_to_case_and_spaces(text):
    assert key(text) == key(f"  {text} ")
    assert key(text.upper().lower()) == key(text.upper())
