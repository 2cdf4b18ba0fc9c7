import json

import pytest
from typer.testing import CliRunner

from nuudel.base.errors import PlacesError
from nuudel.cli.places import app


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")

    def invoke(*words):
        result = CliRunner().invoke(app, list(words))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


def test_search_prints_both_scripts(run):
    lines = run("search", "South Gobi").stdout.splitlines()
    assert lines[0].split() == ["code", "en", "mn", "level", "in", "score"]
    assert lines[1].split()[:4] == ["MN46", "Umnugovi", "Өмнөговь", "aimag"]
    assert "MN18531" in run("search", "Өмнөговь", "--within", "Uvs aimag").stdout


def test_list_and_show(run, tmp_path):
    assert len(run("list").stdout.splitlines()) == 1 + 22
    assert len(run("list", "--on", "1990-06-30").stdout.splitlines()) == 1 + 21
    assert len(run("list", "--level", "soum", "--within", "MN11").stdout.splitlines()) == 1 + 9
    shown = run("show", "Erdenet", "--pack", "mongolia").stdout
    assert "Баян-Өндөр" in shown
    (tmp_path / "baghs.csv").write_text("code,level,parent,name_mn\nMN1810151,bagh,MN18101,Жинст\n", "utf-8")
    assert "Жинст" in run("list", "--level", "bagh", "--units", str(tmp_path / "baghs.csv")).stdout


def test_distance_and_locate(run):
    # Ulaanbaatar to Darkhan: about 190 km as the crow flies.
    line = run("distance", "Ulaanbaatar", "Darkhan-Uul").stdout
    assert 175 < float(line.rsplit(maxsplit=2)[-2]) < 205
    assert "MN11" in run("locate", "47.92", "106.92").stdout
    outside = run("locate", "-10", "-20")
    assert outside.exit_code == 1
    assert "outside Mongolia" in outside.stdout


def test_boundaries_are_loaded_used_and_forgotten(run, tmp_path, data_folder):
    ring = [[105, 47], [108, 47], [108, 49], [105, 47]]
    polygon = {"type": "Polygon", "coordinates": [ring]}
    entry = {"type": "Feature", "properties": {"iso": "MN-1"}, "geometry": polygon}
    path = tmp_path / "own.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [entry]}))
    checked = run("boundaries", str(path), "--check").stdout
    assert "1 polygons for 1 of 22 units of level aimag" in checked
    assert not data_folder.exists()
    run("boundaries", str(path))
    assert (data_folder / "boundaries" / "mongolia" / "aimag.geojson").is_file()
    assert "forgotten" in run("boundaries", "--forget").stdout
    assert not (data_folder / "boundaries" / "mongolia" / "aimag.geojson").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("search", "Qwrtpfg"), "PLACES-110"),
        (("show", "Bayan-Undur"), "PLACES-111"),
        (("list", "--on", "yesterday"), "PLACES-108"),
        (("boundaries",), "PLACES-130"),
    ],
)
def test_errors_keep_their_code(run, words, code):
    with pytest.raises(PlacesError, match=code):
        run(*words)
