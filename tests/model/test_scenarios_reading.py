"""Scenario files are read strictly: each mistake is refused with its line and what to do."""

from pathlib import Path

import pytest

from nuudel.base.errors import ModelError
from nuudel.base.packs import Pack, load_pack
from nuudel.model.scenarios.capacities import read_capacity_file
from nuudel.model.scenarios.catalogue import Catalogue, check_lever, read_catalogue, read_levers
from nuudel.model.scenarios.check import check_words
from nuudel.model.scenarios.read import read_scenario, read_scenarios

PLACES = {"MN": "", "MN11": "MN", "MN41": "MN", "MN14101": "MN41"}
LEVERS = """
levers:
  - name: houses
    kind: lever
    title: {en: Houses}
    text: {en: Houses are built.}
    unit: {en: houses}
    places: [MN41]
    most_a_year: 100
    effects:
      - acts_on: capacity.housing
        form: elasticity
        base: capacity.housing
        size: 0.9
        low: 0.7
        high: 1
        lag: 1
        quality: assumption
        evidence: {en: None is at hand.}
        source: assumption
    cost:
      value: 130e6
      low: 70e6
      high: 220e6
      year: 2024
      currency: MNT
      quality: assumption
      evidence: {en: None is at hand.}
      source: assumption
"""
SCENARIO = """
name: more
title: {en: More houses}
text: {en: Some houses.}
expected:
  - {indicator: population, place: MN41, year: 2040, direction: up}
uses:
  - lever: houses
    amounts: {MN41: 50}
    from: 2027
    to: 2030
"""
CAPACITIES = """
capacities:
  - name: housing
    title: {en: Dwellings}
    unit: {en: dwellings}
    users:
      - {ages: [20, 100], weight: 0.45}
    room: 1
    pace: country
    pull: {size: -0.3, low: -0.6, high: 0}
    push: {size: 0.1, low: 0, high: 0.3}
    quality: assumption
    evidence: {en: None is at hand.}
    source: assumption
"""


def write(folder: Path, name: str, text: str, *change: str) -> Path:
    """A file with one change, which must be there to be made."""
    old, new = change or ("", "")
    assert old in text
    path = folder / name
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def read_lever_file(path: Path) -> Catalogue:
    found = {}
    for lever, lines, at in read_levers(path):
        check_lever(lever, "lever", lines, at, ("en",), {"housing"}, PLACES)
        found[lever.name] = lever
    return Catalogue(found, (), "MN", PLACES, ("en",))


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return read_lever_file(write(tmp_path, "levers.yaml", LEVERS))


def test_a_lever_is_read(catalogue: Catalogue):
    houses = catalogue.lever("houses")
    assert houses.cost is not None
    assert (houses.cost.size, houses.effects[0].lag, houses.effects[0].decay) == (130e6, 1, 0)
    assert houses.shared
    assert [lever.name for lever in catalogue.acting()] == ["houses"]


def test_a_scenario_is_read(tmp_path: Path, catalogue: Catalogue):
    scenario = read_scenario(write(tmp_path, "more.yaml", SCENARIO), catalogue)
    assert (scenario.uses[0].first, scenario.uses[0].last) == (2027, 2030)
    assert scenario.uses[0].amounts == {"MN41": 50}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("    to: 2030", "    until: 2030"),
            r"MODEL-733: more.yaml, line 11: .*'until' is unknown.*: .*lever",
        ),
        (("amounts: {MN41", "amonts: {MN41"), r"MODEL-733: more.yaml, line 9: .*'amonts'.*: amounts"),
        (("title:", "titel:"), r"MODEL-733: .*line 3: .*'titel'.*: title"),
        (
            ("direction: up", "direction: upwards"),
            r"MODEL-734: .*line 6, expected\[0\].direction: invalid enum",
        ),
        (("    to: 2030", ""), r"MODEL-734: .*line 8, uses\[0\]: .*missing required field `to`"),
        (("from: 2027", "from: soon"), r"MODEL-734: .*line 10, uses\[0\].from: expected `int`, got `str`"),
        (
            ("from: 2027", "from: 2027\n    from: 2028"),
            r"MODEL-732: .*line 11: the key 'from' is there twice",
        ),
        (("{MN41: 50}", "&a {MN41: 50}\n    copy: *a"), r"MODEL-732: .*anchor"),
        (("{en: More houses}", "{en: More houses"), r"MODEL-731: more.yaml, line \d+ is not YAML"),
        (("{en: Some houses.}", "{en: ''}"), r"MODEL-739: .*line 4: the text in 'en' is missing"),
        (("{en: Some houses.}", "{en: Some., de: Ein paar.}"), r"MODEL-739: .*line 4: the language 'de'"),
        (("lever: houses", "lever: house"), r"MODEL-742: .*line 8: .*'house'.*: houses"),
        (("{MN41: 50}", "{MN42: 50}"), r"MODEL-743: .*line 9: the place 'MN42' is unknown.*: MN41"),
        (
            ("{MN41: 50}", "{MN11: 50}"),
            r"MODEL-743: .*line 9: the place 'MN11' of 'houses' is not one of MN41",
        ),
        (("{MN41: 50}", "{MN: 50}"), r"MODEL-743: .*line 9: .*the whole country"),
        (("place: MN41", "place: MN4"), r"MODEL-743: .*line 6: the place 'MN4' is unknown"),
        (("to: 2030", "to: 2026"), r"MODEL-744: .*line 11: the use of 'houses' from 2027 ends in 2026"),
        (("to: 2030", "to: 99999999999"), r"MODEL-744: .*line 10: the years 2027 to 99999999999"),
        (("{en: More houses}", '{en: "\\ud800"}'), r"MODEL-731: .*line 3 has a control character"),
        (("{en: More houses}", '{en: "\\e[31mred"}'), r"MODEL-731: .*line 3 has a control character"),
        (("{MN41: 50}", "{MN41: -50}"), r"MODEL-745: .*line 9: an amount of -50"),
        (("{MN41: 50}", "{MN41: .nan}"), r"MODEL-745: .*line 9: an amount of nan"),
        (("{MN41: 50}", "{MN41: 101}"), r"MODEL-745: .*limit of 'houses', 100"),
        (
            (
                "    to: 2030\n",
                "    to: 2030\n  - {lever: houses, amounts: {MN41: 60}, from: 2030, to: 2031}\n",
            ),
            r"MODEL-745: .*line 12: .*comes to 110 in 2030, above its limit of 100",
        ),
        (("name: more", "name: fewer"), r"MODEL-746: .*line 2: .*'fewer' is in the file more.yaml"),
    ],
)
def test_a_mistake_in_a_scenario(tmp_path: Path, catalogue: Catalogue, change: tuple[str, str], message: str):
    with pytest.raises(ModelError, match=message):
        read_scenario(write(tmp_path, "more.yaml", SCENARIO, *change), catalogue)


def test_a_part_of_an_allowed_place_is_allowed(tmp_path: Path, catalogue: Catalogue):
    path = write(tmp_path, "more.yaml", SCENARIO, "{MN41: 50}", "{MN14101: 50}")
    assert read_scenario(path, catalogue).uses[0].amounts == {"MN14101": 50}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("size: 0.9", "size: 1.2"), r"MODEL-735: levers.yaml, line 11: the size 1.2 is not between"),
        (("low: 0.7", "low: .nan"), r"MODEL-735"),
        (("low: 0.7", "low: -0.1\n        spread: lognormal"), r"MODEL-735: .*log-normal"),
        (
            ("acts_on: capacity.housing", "acts_on: capacity.houses"),
            r"MODEL-736: .*line 11: .*: capacity.housing",
        ),
        (("base: capacity.housing", "base: people"), r"MODEL-736: .*line 13: base is 'people'"),
        (("        base: capacity.housing\n", ""), r"MODEL-736: .*base is ''"),
        (("form: elasticity", "form: log"), r"MODEL-736: .*Leave it out"),
        (
            ("form: elasticity\n        base: capacity.housing", "form: log"),
            r"MODEL-740: .*capacity is given in log",
        ),
        (("lag: 1", "lag: -1"), r"MODEL-737"),
        (("lag: 1", "build_up: 0"), r"MODEL-737"),
        (("lag: 1", "decay: 1.1"), r"MODEL-737"),
        (("lag: 1", "drawn_with: 'reaction: x'"), r"MODEL-740: .*kept"),
        (("low: 70e6", "low: -70e6"), r"MODEL-738: .*line 2\d: the cost begins at"),
        (("high: 220e6", "high: 20e6"), r"MODEL-735"),
        (("{en: houses}", "{mn: байшин}"), r"MODEL-739"),
        (("kind: lever", "kind: shock"), r"MODEL-740: .*a shock stands among the levers"),
        (("most_a_year: 100", "most_a_year: 0"), r"MODEL-740: .*limit"),
        (("places: [MN41]", "places: [MN4]"), r"MODEL-740: .*'MN4' is unknown.*: MN41"),
        (("currency: MNT", "currency: USD"), r"MODEL-734: .*invalid enum"),
    ],
)
def test_a_mistake_in_a_lever(tmp_path: Path, change: tuple[str, str], message: str):
    with pytest.raises(ModelError, match=message):
        read_lever_file(write(tmp_path, "levers.yaml", LEVERS, *change))


def test_two_forms_in_one_lever_are_refused(tmp_path: Path):
    second = "\n      - {acts_on: pull, form: log, size: 0, low: 0, high: 0, quality: assumption,"
    second += " source: assumption, evidence: {en: None.}}\n    cost:"
    with pytest.raises(ModelError, match=r"MODEL-740: .*two forms"):
        read_lever_file(write(tmp_path, "levers.yaml", LEVERS, "\n    cost:", second))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("ages: [20, 100]", "ages: [20, 101]"), r"MODEL-741: capacities.yaml, line 7: the ages 20 to 101"),
        (("weight: 0.45", "weight: 0"), r"MODEL-741"),
        (("room: 1", "room: 0"), r"MODEL-741: .*line 8"),
        (("      - {ages: [20, 100], weight: 0.45}\n", "      []\n"), r"MODEL-741: .*nobody"),
        (("pull: {size: -0.3", "pull: {size: -0.9"), r"MODEL-735: .*line 10"),
        (("pace: country", "pace: slow"), r"MODEL-734"),
        (("evidence: {en: None is at hand.}", "evidence: {}"), r"MODEL-739"),
    ],
)
def test_a_mistake_in_a_capacity(tmp_path: Path, change: tuple[str, str], message: str):
    with pytest.raises(ModelError, match=message):
        read_capacity_file(write(tmp_path, "capacities.yaml", CAPACITIES, *change))


def test_a_capacity_twice_is_refused(tmp_path: Path):
    twice = CAPACITIES + CAPACITIES.replace("\ncapacities:\n", "")
    with pytest.raises(ModelError, match=r"MODEL-741: .*'housing' is there twice"):
        read_capacity_file(write(tmp_path, "capacities.yaml", twice))


def test_capacities_are_read(tmp_path: Path):
    (housing,) = read_capacity_file(write(tmp_path, "capacities.yaml", CAPACITIES))
    assert housing.weights().sum() == pytest.approx(2 * 81 * 0.45)


def test_a_file_that_is_missing_or_empty_is_refused(tmp_path: Path, catalogue: Catalogue):
    with pytest.raises(ModelError, match=r"MODEL-731: more\.yaml cannot be read"):
        read_scenario(tmp_path / "more.yaml", catalogue)
    with pytest.raises(ModelError, match=r"MODEL-734: .*missing required field"):
        read_scenario(write(tmp_path, "more.yaml", ""), catalogue)


def test_files_that_are_no_text_of_a_person_are_refused(tmp_path: Path, catalogue: Catalogue):
    path = tmp_path / "more.yaml"
    for raw, message in (
        (SCENARIO.encode("utf-16"), "is not UTF-8"),
        (b"# " + b"x" * 600_000, "larger than 500 kB"),
        (b"a: " + b"[" * 5000, "nested too deeply"),
    ):
        path.write_bytes(raw)
        with pytest.raises(ModelError, match=f"MODEL-731: more.yaml .*{message}"):
            read_scenario(path, catalogue)
    with pytest.raises(ModelError, match="it is a folder"):
        read_scenario(tmp_path, catalogue)


def test_no_path_of_the_machine_is_told(tmp_path: Path, catalogue: Catalogue):
    with pytest.raises(ModelError) as refused:
        read_scenario(tmp_path / "more.yaml", catalogue)
    assert str(tmp_path) not in str(refused.value)


def test_a_pack_without_scenarios_is_refused(tmp_path: Path, catalogue: Catalogue):
    with pytest.raises(ModelError, match="MODEL-747: the pack none has no folder"):
        read_scenarios(Pack(folder=tmp_path, manifest={"name": "none"}), catalogue)


def test_words_of_every_language_are_demanded(tmp_path: Path):
    _, lines, at = read_levers(write(tmp_path, "levers.yaml", LEVERS))[0]
    with pytest.raises(ModelError, match=r"MODEL-739: levers\.yaml, line 5: the text in 'mn' is missing"):
        check_words({"en": "Houses"}, ("en", "mn"), lines, f"{at}.title")


def test_nothing_but_plain_values_is_read(tmp_path: Path, catalogue: Catalogue):
    path = write(tmp_path, "more.yaml", SCENARIO, "name: more", "name: !!python/object/apply:os.getcwd []")
    with pytest.raises(ModelError, match=r"MODEL-731: more\.yaml, line 2 is not YAML"):
        read_scenario(path, catalogue)


def blocks_of(page: Path) -> list[str]:
    return [part.split("```")[0] for part in page.read_text("utf-8").split("```yaml\n")[1:]]


def test_the_examples_of_the_page_are_read(repository: Path, tmp_path: Path):
    """With the catalogue of Mongolia, and with the lever that the page invents."""
    scenario, lever = blocks_of(repository / "docs" / "how-to" / "write-a-scenario.md")
    known = read_catalogue(load_pack("mongolia"))
    read = read_scenario(write(tmp_path, "homes_in_darkhan.yaml", scenario), known)
    assert [use.lever for use in read.uses] == ["soft_mortgages", "golden_triangle_jobs"]
    ((trains, lines, at),) = read_levers(write(tmp_path, "levers.yaml", lever))
    check_lever(trains, "lever", lines, at, ("en", "mn"), set(), known.parents)
    assert trains.effects[0].build_up == 2
