from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from nuudel.base.errors import PlacesError
from nuudel.base.packs import load_pack
from nuudel.places.gazetteer import read_gazetteer
from nuudel.places.units import read_units, with_units

# ISO 3166-2:MN as published by ISO (Online Browsing Platform), by national code.
ISO_CODES = {
    "11": "MN-1", "21": "MN-061", "22": "MN-051", "23": "MN-039", "41": "MN-047", "42": "MN-064",
    "43": "MN-049", "44": "MN-063", "45": "MN-037", "46": "MN-053", "48": "MN-059", "61": "MN-035",
    "62": "MN-055", "63": "MN-067", "64": "MN-069", "65": "MN-073", "67": "MN-041", "81": "MN-057",
    "82": "MN-065", "83": "MN-071", "84": "MN-043", "85": "MN-046",
}  # fmt: skip


def test_mongolia_has_21_aimags_the_capital_330_soums_and_9_districts(gazetteer):
    aimags = gazetteer.units("aimag")
    assert {unit.national_code: unit.iso_3166_2 for unit in aimags} == ISO_CODES
    districts = gazetteer.children("MN11", "soum")
    assert len(districts) == 9
    assert len(gazetteer.units("soum")) == 330 + 9
    assert [unit.code for unit in gazetteer.units("country")] == ["MN"]


def test_the_four_villages_are_settlements_of_their_soums(gazetteer):
    villages = {p.code: p.parent for p in gazetteer.places.values() if p.kind == "village"}
    assert villages == {
        "MN18340": "MN18325",  # Tsagaannuur in Nogoonnuur
        "MN26770": "MN26704",  # Khatgal in Alag-Erdene
        "MN42355": "MN42304",  # Berkh in Batnorov
        "MN42358": "MN42346",  # Gurvanbayan in Umnudelger
    }


def test_every_unit_has_both_names_and_coordinates_inside_the_country(gazetteer):
    for unit in (*gazetteer.units("aimag"), *gazetteer.units("soum")):
        assert unit.names["en"].isascii()
        assert unit.names["mn"][0] in "АБВГДЕЖЗИЙКЛМНОӨПРСТУҮФХЦЧШЭЮЯЁ"
    # The extreme points of Mongolia: 41.58 to 52.15 north, 87.74 to 119.93 east.
    lat, lon = gazetteer.coordinates(unit.code for unit in gazetteer.units("soum"))
    assert lat.min() > 41.5
    assert lat.max() < 52.2
    assert lon.min() > 87.7
    assert lon.max() < 120


def test_the_line_of_a_soum(gazetteer):
    assert [place.code for place in gazetteer.ancestors("MN18101")] == ["MN81", "MN"]
    assert gazetteer.at_level("MN18101", "aimag").code == "MN81"
    assert gazetteer.at_level("MN81", "soum") is None
    assert gazetteer.path("MN18101", "mn") == "Улиастай, Завхан"
    assert len(gazetteer.children("MN81", "soum")) == 24


def test_a_unit_is_there_from_its_first_day_on(gazetteer):
    before = gazetteer.units("aimag", date(1990, 12, 31))
    after = gazetteer.units("aimag", date(1991, 1, 1))
    assert {p.code for p in after} - {p.code for p in before} == {"MN42"}
    assert len(before) == 21


def test_unknown_codes_and_levels_name_the_nearest(gazetteer):
    with pytest.raises(PlacesError, match=r"PLACES-101: .*MN18101"):
        gazetteer.get("MN181011")
    with pytest.raises(PlacesError, match=r"PLACES-102: .*soum"):
        gazetteer.units("soums")


def test_austria_is_a_pack_like_any_other():
    austria = read_gazetteer(load_pack("austria"))
    level = austria.levels[1].name
    assert len(austria.units(level)) == 9
    assert {unit.parent for unit in austria.units(level)} == {"AT"}


def baghs(**columns):
    base = {"code": ["MN1810151"], "level": ["bagh"], "parent": ["MN18101"], "name_mn": ["Жинст"]}
    return pl.DataFrame({**base, **{name: [value] for name, value in columns.items()}})


def test_baghs_of_a_user_join_the_gazetteer(gazetteer, tmp_path):
    grown = with_units(gazetteer, baghs(latitude="47.7", longitude="96.8", valid_from="2001-01-01"))
    bagh = grown.get("MN1810151")
    assert (bagh.name("en"), bagh.latitude, bagh.valid_from) == ("Жинст", 47.7, date(2001, 1, 1))
    assert [p.code for p in grown.children("MN18101", "bagh")] == ["MN1810151"]
    assert not gazetteer.children("MN18101", "bagh")
    baghs().write_csv(tmp_path / "baghs.csv")
    with pytest.raises(PlacesError, match="PLACES-103"):
        read_units(gazetteer, tmp_path / "baghs.csv").coordinates(["MN1810151"])


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (baghs(nam_mn="x"), "PLACES-104: .*name_mn"),
        (baghs().drop("parent"), "PLACES-104: .*parent"),
        (baghs(code="MN18101"), "PLACES-105"),
        (baghs(parent="MN99999"), "PLACES-106"),
        (baghs(parent="MNW890451631"), "PLACES-106"),
        (baghs(level="baghs"), "PLACES-102"),
        (baghs(name_mn=""), "PLACES-107"),
        (baghs(latitude="north"), "PLACES-108: line 2"),
        (baghs(latitude="97"), "PLACES-108"),
        (baghs(valid_from="1991"), "PLACES-108"),
        (baghs(parent=""), "PLACES-108"),
    ],
)
def test_bad_units_are_refused_with_the_reason(gazetteer, frame, code):
    with pytest.raises(PlacesError, match=code):
        with_units(gazetteer, frame)


def test_a_file_of_units_that_is_none(gazetteer, tmp_path):
    with pytest.raises(PlacesError, match="PLACES-109"):
        read_units(gazetteer, tmp_path / "absent.csv")


def broken_pack(tmp_path, places):
    (tmp_path / "places.csv").write_text(places, "utf-8")
    columns = {"valid_from": "code", "valid_to": "code", "latitude": "number", "longitude": "number"}
    header = places.splitlines()[0].split(",")
    entries = "\n".join(
        f'{name} = {{ type = "{columns.get(name, "text")}", optional = true }}' for name in header
    )
    (tmp_path / "pack.toml").write_text(
        f"""name = "test"
country = "XX"
languages = ["en"]
title = {{ en = "Test" }}
[levels.country]
title = {{ en = "Country" }}
[levels.state]
title = {{ en = "State" }}
[sources.s]
institution = {{ en = "S" }}
title = {{ en = "S" }}
identifier = ""
licence = "CC0"
[tables.places]
file = "places.csv"
title = {{ en = "Places" }}
source = "s"
key = ["code"]
[tables.places.columns]
{entries}
""",
        "utf-8",
    )
    return load_pack(tmp_path)


HEADER = (
    "code,national_code,iso_3166_2,level,parent,name_en,latitude,longitude,elevation_m,valid_from,valid_to\n"
)


@pytest.mark.parametrize(
    ("places", "code"),
    [
        (HEADER.replace("parent", "parrent") + "XX,,,country,,X,1,1,,,\n", "PLACES-104: .*parent"),
        (HEADER.replace(",valid_to", "") + "XX,,,country,,X,1,1,,\n", "PLACES-104: .*valid_to"),
        (HEADER + "XX,,,country,,X,1,1,,,\nXX1,,,state,,A,1,1,,,\n", "PLACES-106"),
        (HEADER + "XX,,,country,,X,1,1,,,\nXX1,,,state,XX1,A,1,1,,,\n", "PLACES-106"),
        (HEADER + "XX,,,country,,X,1,1,,,\nXX1,,,stat,XX,A,1,1,,,\n", "PLACES-102"),
        (HEADER + "XX,,,country,,,1,1,,,\n", "PLACES-107"),
        (HEADER + "XX,,,country,,X,1,1,,31.12.1990,\n", "PLACES-108"),
    ],
)
def test_a_broken_table_of_places_is_refused(tmp_path, places, code):
    with pytest.raises(PlacesError, match=code):
        read_gazetteer(broken_pack(tmp_path, places))


def test_a_pack_without_levels_or_places_is_refused(tmp_path):
    pack = broken_pack(tmp_path, HEADER + "XX,,,country,,X,1,1,,,\n")
    without_levels = replace(pack, manifest={**pack.manifest, "levels": {}})
    without_places = replace(pack, manifest={**pack.manifest, "tables": {}})
    for bare in (without_levels, without_places):
        with pytest.raises(PlacesError, match="PLACES-112"):
            read_gazetteer(bare)
