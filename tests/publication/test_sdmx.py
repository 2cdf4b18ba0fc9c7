"""SDMX: structure and figures as pysdmx reads them, valid against the schemas, in both languages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import etree
from pysdmx.io import read_sdmx
from pysdmx.model import Codelist, ConceptScheme, Dataflow, DataStructureDefinition

from nuudel.base.errors import PublicationError
from nuudel.base.provenance import Quality
from nuudel.publication.formats.sdmx import read_sdmx_csv, read_sdmx_xml, write_sdmx
from nuudel.publication.formats.sdmx_structure import code_id
from nuudel.publication.tables import Dimension, Table, same_table

MakeTable = Callable[..., Table]
SPACE = {
    "com": "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common",
    "str": "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure",
}


def test_pysdmx_reads_the_structure_and_validates_it(table: Table, tmp_path: Path) -> None:
    structure, _, _ = write_sdmx(table, tmp_path)
    message = read_sdmx(structure, validate=True)
    found: dict[type, list[Any]] = {}
    for artefact in message.structures or ():
        found.setdefault(type(artefact), []).append(artefact)
    lists = {codelist.id: codelist for codelist in found[Codelist]}
    assert set(lists) == {f"CL_IN_MIGRANTS_{name}" for name in ("PLACE", "SEX", "OBS_STATUS", "QUALITY")}
    places = lists["CL_IN_MIGRANTS_PLACE"]
    assert [code.id for code in places.items] == ["MN11", "MN46", "01", "65$2B$", "a$20$b$2F$$432$"]
    assert places.items[1].name == 'Ömnögovi "South; Gobi"'
    assert places.items[2].name == "It's 1,5"
    assert [c.id for c in found[ConceptScheme][0].items] == [
        "PLACE", "SEX", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "QUALITY"
    ]  # fmt: skip
    components = found[DataStructureDefinition][0].components
    assert [c.id for c in components.dimensions] == ["PLACE", "SEX", "TIME_PERIOD"]
    assert [c.id for c in components.measures] == ["OBS_VALUE"]
    assert str(components["OBS_VALUE"].dtype) == "Double"
    assert found[Dataflow][0].name == 'In-migrants; "registered"'


def test_the_structure_has_every_text_in_both_languages(table: Table, tmp_path: Path) -> None:
    root = etree.parse(write_sdmx(table, tmp_path)[0])

    def said(path: str) -> dict[str, str]:
        nodes = root.xpath(path, namespaces=SPACE)
        return {node.get("{http://www.w3.org/XML/1998/namespace}lang"): node.text for node in nodes}

    assert said("//str:Code[@id='MN46']/com:Name") == {
        "en": 'Ömnögovi "South; Gobi"',
        "mn": "Өмнөговь",
    }
    assert said("//str:Concept[@id='TIME_PERIOD']/com:Name") == {"en": "Year", "mn": "Он"}
    assert said("//str:Code[@id='Q']/com:Name")["mn"] == "хувь хүнийг хамгаалж нуусан"
    assert said("//com:Annotation[@id='UNIT']/com:AnnotationText") == {"en": "persons", "mn": "хүн"}
    assert said("//com:Annotation[@id='DISCLOSURE']/com:AnnotationText")["mn"] == "5-аас бага нүдийг нуусан."
    caveat = said("//com:Annotation[@id='CAVEAT_1']/com:AnnotationText")
    assert caveat["en"] == 'The capital "refused" newcomers;\nit\'s <not> comparable.'
    names = root.xpath("//com:Name", namespaces=SPACE)
    assert len(names) == 2 * len({node.getparent() for node in names})


def test_pysdmx_reads_the_figures_and_validates_them(table: Table, tmp_path: Path) -> None:
    _, data, _ = write_sdmx(table, tmp_path)
    message = read_sdmx(data, validate=True)
    dataset: Any = (message.data or ())[0]
    assert dataset.short_urn == "Dataflow=NUUDEL:IN_MIGRANTS(1.0)"
    assert dataset.attributes["QUALITY"] == "observed"
    rows = dataset.data.to_dict("records")
    assert len(rows) == 15
    expected = {"PLACE": "MN46", "SEX": "t", "TIME_PERIOD": "2021", "OBS_VALUE": "12.5", "OBS_STATUS": "A"}
    assert rows[4] == expected
    statuses = [row["OBS_STATUS"] for row in rows]
    assert statuses == ["A", "A", "U", "Q", "A", "A", "A", "A", "A", "O", "M", "A", "E", "P", "B"]


def test_the_data_message_has_a_scope_that_the_schema_lists(table: Table, tmp_path: Path) -> None:
    text = write_sdmx(table, tmp_path)[1].read_text("utf-8")
    assert 'ss:dataScope="DataStructure"' in text


def test_the_csv_is_sdmx_csv_2(table: Table, tmp_path: Path) -> None:
    _, _, path = write_sdmx(table, tmp_path)
    head, first, *_ = path.read_text("utf-8").splitlines()
    assert head == "STRUCTURE,STRUCTURE_ID,ACTION,PLACE,SEX,TIME_PERIOD,OBS_VALUE,OBS_STATUS,QUALITY"
    assert first == "dataflow,NUUDEL:IN_MIGRANTS(1.0),R,MN11,t,1983,32150,A,observed"
    dataset: Any = (read_sdmx(path).data or ())[0]
    assert len(dataset.data) == 15
    assert dataset.data["OBS_VALUE"].iloc[0] == "32150"


@pytest.mark.parametrize("quality", list(Quality))
def test_a_table_is_read_back_equal(make_table: MakeTable, tmp_path: Path, quality: Quality) -> None:
    table = make_table(quality=quality)
    _, data, path = write_sdmx(table, tmp_path)
    assert same_table(read_sdmx_xml(data), table)
    assert same_table(read_sdmx_csv(path), table)


def test_in_a_table_of_estimates_every_figure_says_so(make_table: MakeTable, tmp_path: Path) -> None:
    table = make_table(quality=Quality.ESTIMATED, values=np.ones((5, 1, 3)), status=None)
    text = write_sdmx(table, tmp_path)[1].read_text("utf-8")
    assert text.count('OBS_STATUS="E"') == 15
    assert 'QUALITY="estimated"' in text


def test_time_may_stand_anywhere_and_need_not_be_there(make_table: MakeTable, tmp_path: Path) -> None:
    table = make_table()
    place, sex, year = table.dimensions
    turned = make_table(
        dimensions=(year, sex, place), values=table.values.T, status=np.ascontiguousarray(table.status.T)
    )
    timeless = make_table(
        key="no-time",
        dimensions=(place, sex, Dimension("year", year.title, year.codes, year.labels)),
    )
    for each in (turned, timeless):
        _, data, path = write_sdmx(each, tmp_path)
        assert same_table(read_sdmx_xml(data), each)
        assert same_table(read_sdmx_csv(path), each)


def test_code_identifiers_differ_where_codes_differ() -> None:
    codes = ["65+", "65$2B$", "65-", "65_", "65", "Ө", "a b", "a/b"]
    identifiers = [code_id(code) for code in codes]
    assert len(set(identifiers)) == len(codes)
    assert code_id("Y65-69_x") == "Y65-69_x"


def replaced(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return change


@pytest.mark.parametrize(
    ("file", "change", "code"),
    [
        (0, lambda _: "", 171),
        (0, replaced("NUUDEL_TABLE", "OTHER"), 171),
        (1, lambda _: "", 172),
        (1, lambda text: text[:-40], 172),
        (1, lambda _: "<a/>", 172),
        (1, replaced("IN_MIGRANTS", "OTHER"), 172),
        (1, replaced('PLACE="MN11"', 'PLACE="MN12"'), 102),
        (1, replaced('PLACE="MN11"', 'PLASE="MN11"'), 172),
        (1, replaced('OBS_VALUE="32150"', 'OBS_VALUE="many"'), 154),
        (1, replaced('TIME_PERIOD="1983"', 'TIME_PERIOD="2021"'), 154),
        (2, lambda _: "", 172),
        (2, replaced("STRUCTURE_ID", "DATAFLOW"), 172),
        (2, replaced("(1.0)", "(2.0)"), 172),
        (2, replaced("dataflow,", "datastructure,"), 172),
        (2, replaced(",SEX,", ",GENDER,"), 172),
        (2, replaced(",MN11,", ",MN12,"), 102),
        (2, replaced(",32150,", ",,"), 107),
    ],
)
def test_a_damaged_file_is_refused(
    table: Table, tmp_path: Path, file: int, change: Callable[[str], str], code: int
) -> None:
    paths = write_sdmx(table, tmp_path)
    paths[file].write_text(change(paths[file].read_text("utf-8")), "utf-8")
    with pytest.raises(PublicationError, match=f"PUBLICATION-{code}: "):
        (read_sdmx_csv if file == 2 else read_sdmx_xml)(paths[max(file, 1)])


def test_entities_are_not_resolved(table: Table, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not to be read")
    structure, data, _ = write_sdmx(table, tmp_path)
    entity = f'?>\n<!DOCTYPE a [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    for path in (structure, data):
        text = path.read_text("utf-8").replace("?>", entity, 1).replace("IN_MIGRANTS", "&e;", 1)
        path.write_text(text, "utf-8")
    with pytest.raises(PublicationError) as caught:
        read_sdmx_xml(data)
    assert "not to be read" not in str(caught.value)
