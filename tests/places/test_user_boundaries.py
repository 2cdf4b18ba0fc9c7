import json

import pytest
import shapely

from nuudel.base.errors import PlacesError
from nuudel.base.settings import data_folder as folder_of_settings
from nuudel.places.boundaries import boundaries
from nuudel.places.user_boundaries import forget, load_boundaries, read_boundaries, stored


def feature(geometry, **properties):
    entry = json.loads(shapely.to_geojson(geometry)) if isinstance(geometry, shapely.Geometry) else geometry
    return {"type": "Feature", "properties": properties, "geometry": entry}


def square(place, size=0.2):
    x, y = place.longitude, place.latitude
    return shapely.box(x - size, y - size, x + size, y + size)


@pytest.fixture
def write(tmp_path):
    def write_document(features, **further):
        path = tmp_path / "own.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **further}), "utf-8")
        return path

    return write_document


def test_real_boundaries_where_one_polygon_stands_for_several_units(pack, gazetteer, shared):
    report = load_boundaries(shared / "boundaries" / "adm2.geojson", pack, gazetteer)
    assert (report.level, report.property_name) == ("soum", "nso_codes")
    assert (len(report.regions), report.units, report.missing, report.unmatched) == (335, 339, (), ())
    together = {region.codes for region in report.regions if len(region.codes) > 1}
    assert together == {
        ("MN42101", "MN42107"), ("MN42201", "MN42222"), ("MN42331", "MN42352"), ("MN18501", "MN18540"),
    }  # fmt: skip
    soums = boundaries(pack, "soum", gazetteer)
    assert not soums.approximate
    # The labelled points of the file itself, inside the polygon of the code.
    document = json.loads((shared / "boundaries" / "adm2.geojson").read_text("utf-8"))
    entries = [entry["properties"] for entry in document["features"]]
    found = soums.locate([e["lat"] for e in entries], [e["lon"] for e in entries])
    agree = sum(code[2:] in e["nso_codes"] for code, e in zip(found, entries, strict=True) if code)
    assert agree >= 330  # the middle of a bent polygon can lie outside it
    # And used everywhere: the aimags are now the joined soums.
    aimags = boundaries(pack, "aimag", gazetteer)
    assert aimags.source.key == "user-boundaries"
    assert aimags.region("MN42").geometry.area == pytest.approx(
        sum(soums.region(c).geometry.area for c in ("MN34201", "MN34204", "MN34207")), rel=1e-9
    )
    assert forget(pack, "soum")
    assert not forget(pack, "soum")
    assert boundaries(pack, "soum", gazetteer).approximate


def test_real_boundaries_by_names_alone(gazetteer, shared, write):
    document = json.loads((shared / "boundaries" / "adm2.geojson").read_text("utf-8"))
    by_number = {}
    for entry in document["features"]:
        properties = entry["properties"]
        by_number[properties["nso_code"]] = properties["nso_codes"]
        entry["properties"] = {"NAME": properties["aotm_name"], "AIMAG": properties["aimag_code"]}
    report = read_boundaries(write(document["features"]), gazetteer)
    assert (report.level, report.property_name) == ("soum", "NAME")
    codes = list(by_number)
    right = sum(
        any(code[2:] in by_number[codes[n - 1]] for code in found)
        for n, found in zip(range(1, 336), matched_in_order(report, document, gazetteer), strict=True)
    )
    # A name that several units bear is decided by the polygon in which the centre lies.
    assert right >= 325
    assert report.units >= 325


def matched_in_order(report, document, gazetteer):
    """The codes of each feature, by the region that holds its inner point."""
    regions = shapely.STRtree([region.geometry for region in report.regions])
    for entry in document["features"]:
        inner = shapely.point_on_surface(shapely.from_geojson(json.dumps(entry["geometry"])))
        hits = regions.query(inner, predicate="within")
        yield report.regions[hits[0]].codes if len(hits) else ()


def test_real_aimags(pack, gazetteer, shared):
    report = load_boundaries(shared / "boundaries" / "adm1.geojson", pack, gazetteer)
    assert (report.level, report.units, report.missing) == ("aimag", 22, ())
    assert boundaries(pack, "aimag", gazetteer).source.identifier == "adm1.geojson"
    cells = boundaries(pack, "soum", gazetteer)
    assert cells.approximate  # cells, now clipped to the user's aimags
    assert cells.source.key == "user-boundaries"


def test_what_matches_and_what_does_not_is_reported(pack, gazetteer, write):
    one, two = gazetteer.get("MN81"), gazetteer.get("MN82")
    bow = {"type": "Polygon", "coordinates": [[[95, 45], [97, 47], [97, 45], [95, 47], [95, 45]]]}
    path = write([
        feature(square(one), code="MN81"),
        feature(bow, code="MN82"),
        feature(square(two, 0.1), code="MN82"),
        feature(shapely.Point(1, 2), code="MN83"),
        feature(square(one, 0.1), code="nowhere"),
        feature(shapely.box(88, 42, 88.5, 42.5), code="MN21"),
        {"type": "Feature", "properties": None, "geometry": None},
    ])  # fmt: skip
    report = load_boundaries(path, pack, gazetteer)
    notes = {note.code: note.features for note in report.notes}
    assert notes == {
        "PLACES-141": (4, 7),
        "PLACES-142": (2,),
        "PLACES-143": (5,),
        "PLACES-144": (3,),
        "PLACES-145": (6,),
    }
    assert len(report.regions) == 3
    assert len(report.missing) == 19
    assert all(region.geometry.is_valid for region in stored(pack, "aimag").regions)


def test_soums_of_one_aimag_with_the_code_of_the_aimag_are_matched_by_name(gazetteer, write):
    soums = gazetteer.children("MN85", "soum")
    path = write([feature(square(p, 0.01), aimag="85", ner=p.names["mn"]) for p in soums])
    report = read_boundaries(path, gazetteer)
    assert (report.level, report.property_name, report.units) == ("soum", "ner", len(soums))


def test_part_of_the_soums_is_not_joined_to_aimags(pack, gazetteer, write):
    soums = gazetteer.children("MN85", "soum")
    load_boundaries(write([feature(square(p, 0.01), code=p.code) for p in soums]), pack, gazetteer)
    assert len(boundaries(pack, "soum", gazetteer).codes) == len(soums)
    assert len(boundaries(pack, "aimag", gazetteer).codes) == 22


CENTRE = {"type": "Polygon", "coordinates": [[[106, 47], [107, 47], [107, 48], [106, 47]]]}
PROJECTED = {"type": "Polygon", "coordinates": [[[6e5, 5e6], [7e5, 5e6], [7e5, 5.1e6], [6e5, 5e6]]]}
EXCHANGED = {"type": "Polygon", "coordinates": [[[47, 85], [47, 84], [48, 84], [47, 85]]]}
UTM = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32648"}}
WGS = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("not json", "PLACES-130"),
        ("[1, 2]", "PLACES-131"),
        ('{"type": "Topology"}', "PLACES-131"),
        ('{"type": "FeatureCollection", "features": []}', "PLACES-131"),
        ('{"type": "FeatureCollection", "features": [{"geometry": {"type": "Polygon"}}, 7]}', "PLACES-131"),
    ],
)
def test_files_that_are_no_boundaries(gazetteer, tmp_path, text, code):
    (tmp_path / "bad.geojson").write_text(text)
    with pytest.raises(PlacesError, match=code):
        read_boundaries(tmp_path / "bad.geojson", gazetteer)


def test_a_file_that_is_absent_or_not_text(gazetteer, tmp_path):
    with pytest.raises(PlacesError, match="PLACES-130"):
        read_boundaries(tmp_path / "absent.geojson", gazetteer)
    (tmp_path / "bytes.geojson").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(PlacesError, match="PLACES-130"):
        read_boundaries(tmp_path / "bytes.geojson", gazetteer)


def test_other_coordinate_systems_are_refused(gazetteer, write):
    with pytest.raises(PlacesError, match="PLACES-132"):
        read_boundaries(write([feature(PROJECTED, code="MN11")]), gazetteer)
    with pytest.raises(PlacesError, match="PLACES-132"):
        read_boundaries(write([feature(CENTRE, code="MN11")], crs=UTM), gazetteer)
    assert read_boundaries(write([feature(CENTRE, code="MN11")], crs=WGS), gazetteer).units == 1
    with pytest.raises(PlacesError, match="PLACES-133"):
        read_boundaries(write([feature(EXCHANGED, code="MN11")]), gazetteer)


def test_nothing_that_matches_names_the_properties(gazetteer, write):
    with pytest.raises(PlacesError, match=r"PLACES-135: .*GID, region"):
        read_boundaries(write([feature(CENTRE, GID="x1", region="Bavaria")]), gazetteer)
    with pytest.raises(PlacesError, match="PLACES-102"):
        read_boundaries(write([feature(CENTRE, code="MN11")]), gazetteer, level="county")


def test_a_folder_that_cannot_be_written(pack, gazetteer, write, data_folder):
    data_folder.write_text("a file stands where the folder should be")
    with pytest.raises(PlacesError, match=r"PLACES-140: .*NUUDEL_DATA"):
        load_boundaries(write([feature(CENTRE, code="MN11")]), pack, gazetteer)


def test_a_broken_store_says_what_to_do(pack, gazetteer, write, data_folder):
    load_boundaries(write([feature(CENTRE, code="MN11")]), pack, gazetteer)
    path = data_folder / "boundaries" / "mongolia" / "aimag.geojson"
    assert [p.name for p in path.parent.iterdir()] == ["aimag.geojson"]
    path.write_text("{")
    with pytest.raises(PlacesError, match="PLACES-146"):
        boundaries(pack, "aimag", gazetteer)


def test_the_folder_of_a_users_data_is_a_setting(data_folder, monkeypatch):
    assert folder_of_settings() == data_folder
    monkeypatch.delenv("NUUDEL_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/data")
    assert folder_of_settings().as_posix() == "/srv/data/nuudel"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    assert folder_of_settings().as_posix().endswith("/.local/share/nuudel")
