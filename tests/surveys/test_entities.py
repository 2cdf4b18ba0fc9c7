"""What submissions enter into the lists that phones look up."""

from nuudel.surveys.entities import EntityChange, entity_changes

from .forms import everything, read, sent

ROWS = """
| survey |
| | type | name | label | save_to |
| | text | team | Team | |
| | begin_repeat | point | Point | |
| | text | called | Name | title |
| | begin_group | more | More | |
| | integer | size | Size | size |
| | end_group | | | |
| | end_repeat | | | |
| settings |
| | form_id |
| | rows |
| entities |
| | list_name | label |
| | points | ${called} |
"""


def point(number: int, called: str, attributes: str, size: str = "<more><size/></more>") -> str:
    entity = f'<entity dataset="points" id="{number}" {attributes}><label>{called}</label></entity>'
    return f"<point><called>{called}</called>{size}<meta>{entity}</meta></point>"


def test_one_entry_for_each_row() -> None:
    body = (
        point(1, "North", 'create="1"', "<more><size>3</size></more>")
        + point(2, "South", 'update="true" baseVersion="4"')
        + point(3, "Old", 'create="0" update="false"')
        + point(4, "New", "")
    )
    assert entity_changes(read(ROWS), sent(f"<team>t</team>{body}", form="rows")) == (
        EntityChange("points", "1", True, False, "", "North", {"title": "North", "size": "3"}),
        EntityChange("points", "2", False, True, "4", "South", {"title": "South", "size": ""}),
    )


def test_an_entry_of_the_whole_form_takes_what_no_other_takes() -> None:
    body = (
        "<who><sex>female</sex></who>"
        '<meta><entity dataset="people" id="9" create="true"><label>L</label></entity></meta>'
        + '<household><meta><entity dataset="other" id="8" create="1"/></meta></household>'
    )
    assert [
        (one.list_name, one.id, one.label, one.properties) for one in entity_changes(everything(), sent(body))
    ] == [
        ("people", "9", "L", {"sex": "female"}),
        ("other", "8", "", {}),
    ]


def test_a_form_without_lists_changes_none() -> None:
    form = read("| survey |\n| | type | name | label |\n| | text | a | A |")
    assert entity_changes(form, sent('<meta><entity dataset="x" create="1" id="1"/></meta>')) == ()


def test_the_names_of_people_are_not_printed() -> None:
    body = '<meta><entity dataset="people" id="9" create="true"><label>Бат</label></entity></meta>'
    assert "Бат" not in repr(entity_changes(everything(), sent(body)))
