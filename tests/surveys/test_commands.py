"""``nuudel survey`` as a person runs it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from nuudel.base.errors import SurveyError
from nuudel.cli import app
from nuudel.surveys.instruments import FOLDER, keys

from .books import SMALL, xlsx
from .counting import FORM, MAPPING


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["survey", *map(str, arguments)])


@pytest.fixture
def form(tmp_path: Path) -> Path:
    file = tmp_path / "points.md"
    file.write_text(FORM, "utf-8")
    return file


def test_a_form_and_its_mapping_without_faults(form: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(MAPPING, "utf-8")
    done = run("check", form, "--mapping", mapping)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "form      points, version (none)" in done.stdout
    assert "files     baghs.csv" in done.stdout
    assert done.stdout.endswith("mapping   4 facts in 2 series, no fault\n")


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "The type “integr” is unknown."), ("mn", "«integr» төрлийг танихгүй.")]
)
def test_faults_of_a_form_are_told_in_the_language(tmp_path: Path, lang: str, said: str) -> None:
    file = tmp_path / "small.xlsx"
    file.write_bytes(xlsx({**SMALL, "survey": [["type", "name", "label"], ["integr", "a", "A"]]}))
    done = run("check", file, "--lang", lang)
    assert done.exit_code == 1
    assert f"survey!A2: {said}" in done.stderr


def test_faults_of_a_mapping_are_told_at_their_lines(form: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    for old, new, line in (("group/size}", "group/sise}", 21), ("mode: on_foot", "mode: walking", 24)):
        mapping.write_text(MAPPING.replace(old, new, 1), "utf-8")
        done = run("check", form, "--mapping", mapping)
        assert done.exit_code == 1
        assert done.stderr.startswith(f"mapping!line {line}: ")


def test_every_instrument_can_be_had_and_has_no_fault(tmp_path: Path) -> None:
    listed = run("list")
    assert listed.stdout.split() == list(keys())
    for key in keys():
        file = tmp_path / f"{key}.xlsx"
        assert run("instrument", key, "--out", file).exit_code == 0
        done = run("check", file, "--mapping", FOLDER / key / "mapping.yaml")
        assert (done.exit_code, done.stderr) == (0, "")


def test_what_cannot_be_done_is_an_error_of_ours(form: Path, tmp_path: Path) -> None:
    for code, arguments in {
        "SURVEY-122": ("check", tmp_path / "a.txt"),
        "SURVEY-130": ("check", tmp_path / "nowhere.xlsx"),
        "SURVEY-131": ("instrument", "flow_registry", "--out", tmp_path),
        "SURVEY-132": ("check", form, "--lang", "fr"),
        "SURVEY-150": ("instrument", "flow_regstry"),
    }.items():
        (tmp_path / "a.txt").write_text("x")
        error = run(*arguments).exception
        assert isinstance(error, SurveyError)
        assert error.code == code
