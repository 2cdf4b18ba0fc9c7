import dataclasses
import json
import shutil

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from nuudel.base.errors import PlacesError
from nuudel.base.packs import load_pack
from nuudel.places.boundaries import boundaries
from nuudel.places.contiguity import contiguity, region_borders
from nuudel.places.region import Region
from nuudel.places.topojson import read_topology
from nuudel.places.user_boundaries import load_boundaries

SQUARES = {
    "type": "Topology",
    "transform": {"scale": [0.5, 1.0], "translate": [10.0, 20.0]},
    # Two unit squares side by side: the middle line is arc 1, shared.
    "arcs": [
        [[2, 0], [-2, 0], [0, 1], [2, 0]],
        [[2, 1], [0, -1]],
        [[2, 0], [2, 0], [0, 1], [-2, 0]],
    ],
    "objects": {
        "land": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]], "properties": {"name": "west"}},
                {"type": "MultiPolygon", "arcs": [[[2, 1]]], "properties": {"name": "east"}},
                {"type": "Point", "coordinates": [0, 0]},
            ],
        }
    },
}


def test_topojson_is_decoded_by_hand_computed_positions():
    (west, left), (east, right) = read_topology(SQUARES)
    assert (west["name"], east["name"]) == ("west", "east")
    assert left.equals(shapely.box(10, 20, 11, 21))
    assert right.equals(shapely.box(11, 20, 12, 21))


def test_reversed_arcs_and_files_without_a_transform():
    ring = {"type": "Polygon", "arcs": [[~0]]}
    plain = {"type": "Topology", "arcs": [[[0, 0], [2, 0], [2, 2], [0, 0]]], "objects": {"x": ring}}
    [(_, found)] = read_topology(plain)
    assert found.equals(shapely.Polygon([(0, 0), (2, 0), (2, 2)]))
    assert shapely.is_ccw(found.exterior) is not shapely.is_ccw(shapely.LinearRing([(0, 0), (2, 0), (2, 2)]))


def test_outlines_come_with_the_installation(pack, gazetteer):
    drawn = boundaries(pack, "aimag", gazetteer)
    assert set(drawn.codes) == {unit.code for unit in gazetteer.units("aimag")}
    assert all(region.geometry.is_valid for region in drawn.regions)
    lat, lon = gazetteer.coordinates(drawn.codes)
    assert list(drawn.locate(lat, lon)) == list(drawn.codes)
    country = boundaries(pack, "country", gazetteer)
    assert country.codes == ("MN",)
    # 1 564 116 km² by the statistical yearbook: on the sphere's mean cosine within 2 %.
    [whole] = country.regions
    degrees = whole.geometry.area * 111.1951**2 * np.cos(np.radians(whole.geometry.centroid.y))
    assert degrees == pytest.approx(1_564_116, rel=0.02)


def test_the_outline_of_baganuur_is_not_taken_for_govisumber(pack, gazetteer):
    drawn = boundaries(pack, "aimag", gazetteer)
    assert list(drawn.locate([47.78, 46.45], [108.38, 108.45])) == ["MN11", "MN42"]
    [caveat] = drawn.caveats
    assert set(caveat.places) == {"MN42", "MN44"}


def test_outlines_agree_with_an_independent_drawing(pack, gazetteer, shared):
    drawn = boundaries(pack, "aimag", gazetteer)
    document = json.loads((shared / "boundaries" / "adm1.geojson").read_text("utf-8"))
    for feature in document["features"]:
        code = "MN" + feature["properties"]["aimag_code"]
        theirs, ours = shapely.make_valid(shape(feature["geometry"])), drawn.region(code).geometry
        overlap = theirs.intersection(ours).area / theirs.union(ours).area
        # Natural Earth draws for 1:10 million: small units are coarse, Govisumber is divided from cells.
        assert overlap > (0.65 if code in ("MN11", "MN42", "MN45", "MN61") else 0.9), code


def test_soums_are_approximate_cells_inside_their_aimag(pack, gazetteer):
    aimags, soums = (boundaries(pack, level, gazetteer) for level in ("aimag", "soum"))
    assert soums.approximate
    assert not aimags.approximate
    assert "approximate-cells" in {caveat.key for caveat in soums.caveats}
    assert sorted(soums.codes) == sorted(unit.code for unit in gazetteer.units("soum"))
    for aimag in aimags.regions:
        codes = {unit.code for unit in gazetteer.children(aimag.codes[0], "soum")}
        cells = {id(r): r.geometry for code in codes for r in [soums.region(code)]}.values()
        # The cells of an aimag cover it once: their areas add up, and nothing is outside (rounding only).
        assert sum(cell.area for cell in cells) == pytest.approx(aimag.geometry.area, rel=1e-9)
        assert shapely.union_all(list(cells)).difference(aimag.geometry).area < 1e-9
    lat, lon = gazetteer.coordinates(soums.codes)
    inside = sum(a == b for a, b in zip(soums.locate(lat, lon), soums.codes, strict=True))
    assert inside >= 335  # four centres lie just outside the coarse outline of their aimag


def test_cells_are_nearest_centres(pack, gazetteer):
    soums = boundaries(pack, "soum", gazetteer)
    codes = [unit.code for unit in gazetteer.children("MN81", "soum")]
    lat, lon = gazetteer.coordinates(codes)
    outline = boundaries(pack, "aimag", gazetteer).region("MN81").geometry
    shrink = np.cos(np.radians(outline.centroid.y))
    points = np.random.default_rng(5).uniform((47, 94), (49.5, 98.5), (400, 2))
    inside = points[[outline.contains(shapely.Point(x, y)) for y, x in points]]
    assert len(inside) > 100
    found = soums.locate(inside[:, 0], inside[:, 1])
    for (y, x), code in zip(inside, found, strict=True):
        nearest = np.argmin((lat - y) ** 2 + ((lon - x) * shrink) ** 2)
        assert code == codes[nearest]


def test_points_outside_and_bad_points(pack, gazetteer):
    drawn = boundaries(pack, "aimag", gazetteer)
    assert list(drawn.locate([0, 47.92], [0, 106.9])) == [None, "MN11"]
    assert list(drawn.locate([], [])) == []
    with pytest.raises(PlacesError, match="PLACES-115"):
        drawn.locate([1, 2], [3])
    with pytest.raises(PlacesError, match="PLACES-151"):
        drawn.region("MN18101")


def test_missing_or_broken_outlines_say_how_to_get_them(pack, gazetteer, tmp_path):
    shutil.copytree(pack.folder, tmp_path / "mongolia", ignore=shutil.ignore_patterns("built"))
    bare = load_pack(tmp_path / "mongolia")
    with pytest.raises(PlacesError, match=r"PLACES-150: .*mng\.topo\.json.*Install Nuudel again"):
        boundaries(bare, "aimag", gazetteer)
    (bare.folder / "built").mkdir()
    (bare.folder / "built" / "mng.topo.json").write_text('{"type": "Topology", "arcs": []}')
    with pytest.raises(PlacesError, match="PLACES-150"):
        boundaries(bare, "soum", gazetteer)


def test_a_pack_without_outlines_says_so():
    austria = load_pack("austria")
    if "outlines" not in austria.manifest:
        level = list(austria.manifest["levels"])[1]
        with pytest.raises(PlacesError, match="PLACES-152"):
            boundaries(austria, level)


def grid(*boxes):
    return [shapely.box(*corners) for corners in boxes]


def test_borders_of_a_hand_drawn_grid():
    # Two by two squares, and one that stands alone: corners touch, but are no border.
    squares = grid((0, 0, 1, 1), (1, 0, 2, 1), (0, 1, 1, 2), (1, 1, 2, 2), (5, 5, 6, 6))
    expected = np.zeros((5, 5), dtype=bool)
    for a, b in ((0, 1), (0, 2), (1, 3), (2, 3)):
        expected[a, b] = expected[b, a] = True
    assert np.array_equal(region_borders(squares), expected)


def test_borders_survive_rounded_positions_and_extra_vertices():
    left = shapely.box(0, 0, 1, 1)
    right = shapely.Polygon([(1.000002, 0.2), (2, 0.2), (2, 0.8), (0.999998, 0.8), (1.000001, 0.5)])
    assert region_borders([left, right])[0, 1]


def test_neighbours_of_the_capital(pack, gazetteer):
    codes = [unit.code for unit in gazetteer.units("aimag")]
    matrix = contiguity(boundaries(pack, "aimag", gazetteer), codes)
    assert np.array_equal(matrix, matrix.T)
    assert not matrix.diagonal().any()
    neighbours = {code for code, is_one in zip(codes, matrix[codes.index("MN11")], strict=True) if is_one}
    assert neighbours == {"MN41", "MN23"}  # Khentii by the exclave of Baganuur
    uvs = {code for code, is_one in zip(codes, matrix[codes.index("MN85")], strict=True) if is_one}
    assert uvs == {"MN83", "MN84", "MN81"}


def test_units_of_one_polygon_border_on_each_other_and_its_neighbours(pack, gazetteer, shared):
    load_boundaries(shared / "boundaries" / "adm2.geojson", pack, gazetteer)
    drawn = boundaries(pack, "soum", gazetteer)
    codes = ["MN42101", "MN42107", "MN42137"]  # Kherlen inside Bayantumen; Choibalsan to the north
    matrix = contiguity(drawn, codes)
    assert matrix.tolist() == [[False, True, True], [True, False, True], [True, True, False]]
    full = contiguity(drawn, drawn.codes)
    assert full.any(axis=1).all()


def test_two_units_of_one_polygon_are_told_apart_by_their_centres(pack, gazetteer):
    drawn = boundaries(pack, "aimag", gazetteer)
    both = Region(codes=("MN81", "MN85"), geometry=shapely.box(91, 47, 97, 51))
    shared_region = dataclasses.replace(drawn, regions=(both,))
    # Uliastai lies at 47.75 N 96.82 E, Ulaangom at 49.97 N 92.07 E.
    assert list(shared_region.locate([47.5, 50.5, 52], [96.5, 91.5, 94])) == ["MN81", "MN85", None]
