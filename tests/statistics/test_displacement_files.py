"""Files of rounds and flow points: read strictly, told in the terminal, written whole."""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from nuudel.base.errors import StatisticsError
from nuudel.cli import app
from nuudel.statistics.assessment_rounds.comparing import compare_round, read_frame, read_rounds
from nuudel.statistics.flow_points.tables import read_registry, read_survey

ROUNDS = """round,area,parent,persons,outcome,credibility,population
1,a,P,100,done,1,1000
1,b,P,200,done,,1000
1,c,P,50,done,,500
1,d,Q,80,done,,
1,e,Q,90,done,,
1,f,Q,60,,,
2,a,P,110,done,1,1000
2,a,P,900,done,3,1000
2,b,P,220,done,,1000
2,c,P,,refused,,500
2,d,Q,88,done,,
2,e,Q,99,done,,
2,f,Q,66,done,,
2,g,Q,10,done,,
"""
FLOW = """watch,point,day,from,to,hour,direction,mode,persons,missed,opens,closes
""" + "".join(
    f"w{day},p,2026-11-{day:02},08:00,12:00,{hour},{way},car,{5 + (day + hour) % 3},none,08:00,12:00\n"
    for day in range(2, 8)
    for hour in range(8, 12)
    for way in ("in", "out")
)


@pytest.fixture
def written(tmp_path):
    def write(text: str, name: str = "table.csv"):
        file = tmp_path / name
        file.write_text(text, "utf-8")
        return file

    return write


def test_a_round_is_compared_with_the_one_before(written):
    found = compare_round(read_rounds(written(ROUNDS)))
    assert (found.number, found.before) == (2, 1)
    whole = found.totals.row(0, named=True)
    # a: 110 (weight 1) against 900 (a third); c was refused; g is new.
    assert (whole["before"], whole["now"], whole["change"]) == (580, 593, 13)
    assert (whole["both"], whole["new"], whole["lost"]) == (53, 10, 50)
    assert (whole["done"], whole["refused"], whole["share"]) == (6, 1, pytest.approx(6 / 7))
    rows = {row["area"]: row for row in found.areas.iter_rows(named=True)}
    assert (rows["a"]["persons"], rows["a"]["highest"], rows["a"]["submissions"]) == (110, 900, 2)
    assert (rows["c"]["label"], rows["c"]["basis"], rows["c"]["group"]) == ("estimated", "last_round", "lost")
    assert rows["c"]["persons"] == pytest.approx(55, rel=0.1)
    first = compare_round(read_rounds(written(ROUNDS)), number=1)
    assert (first.before, first.totals["observed"][0]) == (None, 580)


def test_a_frame_names_areas_that_nobody_reported(written):
    frame = read_frame(written("area,parent,population\na,P,\nb,P,\nz,Z,\n", "frame.csv"))
    found = compare_round(read_rounds(written(ROUNDS)), frame)
    rows = {row["parent"]: row for row in found.totals.iter_rows(named=True)}
    assert list(rows) == ["", "P", "Z", "outside"]
    assert (rows["Z"]["missing"], rows["Z"]["label"], rows["Z"]["now"]) == (1, "not_estimated", 0)
    assert rows[""]["persons"] is None


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        (("2,c,P,,refused", "2,c,P,x,refused"), 503, "row 11: column persons is 'x'"),
        (("2,c,P,,refused", "2,c,P,,away"), 503, "one of done, refused"),
        (("2,c,P,,refused", "2,,P,,refused"), 503, "row 11: column area is empty"),
        (("area,parent", "place,parent"), 502, "'place' that is unknown"),
        ((",population", ""), 501, "cannot be read"),
        (("2,c,P", "2,c,Q"), 507, "'c' has 2 parents"),
    ],
)
def test_faults_of_a_file_are_told_with_their_column_and_row(written, change, code, told):
    with pytest.raises(StatisticsError, match=told) as error:
        compare_round(read_rounds(written(ROUNDS.replace(*change))))
    assert error.value.code == f"STATISTICS-{code}"


def test_a_round_that_is_not_there(written):
    with pytest.raises(StatisticsError, match="Name one of them: 1, 2"):
        compare_round(read_rounds(written(ROUNDS)), number=5)


def test_the_command_tells_and_writes_rounds(written, tmp_path):
    out, totals = tmp_path / "areas.csv", tmp_path / "totals.parquet"
    given = ["rounds", "compare", str(written(ROUNDS)), "--out", str(out), "--totals", str(totals)]
    shown = CliRunner().invoke(app, given)
    assert shown.exit_code == 0
    assert "Round 2, compared with round 1." in shown.output
    assert "change = in both + new − lost" in shown.output
    assert pl.read_csv(out).height == 7
    assert pl.read_parquet(totals)["parent"].to_list() == ["", "P", "Q"]
    told = json.loads(CliRunner().invoke(app, [*given[:3], "--json"]).output)
    assert told["totals"][0]["change"] == 13
    frame = written("area,parent\na,P\nz,Z\n", "frame.csv")
    unknown = CliRunner().invoke(app, [*given[:3], "--frame", str(frame), "--round", "1"])
    assert "No figure in all: some areas have neither" in unknown.output


def test_the_command_estimates_passages_and_weights_a_survey(written, tmp_path):
    asked = "interview,point,hour,direction,mode,reason\n" + "".join(
        f"i{n},p,{8 + n % 4},{'in' if n % 2 else 'out'},car,{'work' if n % 3 else 'study'}\n"
        for n in range(24)
    )
    survey, days, out = written(asked, "survey.csv"), tmp_path / "days.csv", tmp_path / "weights.csv"
    given = ["flow", "estimate", str(written(FLOW)), "--last", "2026-11-10"]
    more = ["--survey", str(survey), "--question", "reason", "--days", str(days), "--weights", str(out)]
    shown = CliRunner().invoke(app, [*given, *more])
    assert shown.exit_code == 0
    assert "Passages in 6 days. One person may pass often: no migrants." in shown.output
    assert "24 interviews weighted" in shown.output
    assert pl.read_csv(days)["label"].to_list() == ["observed"] * 6
    assert pl.read_csv(out)["weight"].is_not_null().all()
    told = json.loads(CliRunner().invoke(app, [*given, "--json"]).output)
    whole = told["totals"][0]
    assert whole["passages"] == whole["observed"]
    few = CliRunner().invoke(app, ["flow", "estimate", str(written(FLOW.replace(",12:00\n", ",20:00\n")))])
    assert "p: of the hours 08–12 only." in few.output
    backwards = CliRunner().invoke(app, [*given[:3], "--first", "2026-12-01"])
    assert "STATISTICS-509" in str(backwards.exception)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("08:00,12:00,8,in", "8 am,12:00,8,in"),
            "row 2: column from is '8 am'. It must be a time like 08:30",
        ),
        (("12:00,8,in", "12:00,24,in"), "row 2: column hour is '24'. It must be a whole number"),
        ((",none,", ",some,"), "one of none, few, many"),
        (("08:00,12:00,8,in", "07:00,12:00,8,in"), "rows of the watch 'w2' contradict each other"),
    ],
)
def test_faults_of_a_registry(written, change, told):
    with pytest.raises(StatisticsError, match=told):
        read_registry(written(FLOW.replace(*change, 1)))


def test_answers_of_a_survey_are_kept(written):
    file = written("interview,point,hour,direction,mode,reason\ni1,p,9,in,car,work\n")
    assert read_survey(file)["reason"].to_list() == ["work"]
    with pytest.raises(StatisticsError, match="no column 'interview'"):
        read_survey(written("point,hour,direction,mode\np,9,in,car\n"))
