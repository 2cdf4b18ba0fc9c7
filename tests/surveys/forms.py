"""Forms that the tests of this folder share; nothing in them is of a real person."""

from functools import cache

from nuudel.surveys.definition import Definition
from nuudel.surveys.xlsform import read_xlsform

HEADINGS = "| | type | name | label::English (en) | label::Монгол (mn) | required | calculation | save_to |"

EVERYTHING = f"""
| survey |
{HEADINGS}
| | start | start | | | | | |
| | today | today | | | | | |
| | deviceid | deviceid | | | | | |
| | audit | | | | | | |
| | begin_group | who | Who | Хэн | | | |
| | integer | women | Women | Эмэгтэй | yes | | |
| | decimal | hectares | Hectares | Га | | | |
| | text | remarks | Remarks | Тэмдэглэл | | | |
| | select_one sex | sex | Sex | Хүйс | | | sex |
| | select_multiple need | needs | Needs | Хэрэгцээ | | | |
| | rank need | order | In order | Дараалал | | | |
| | end_group | | | | | | |
| | date | day | Day | Өдөр | | | |
| | time | hour | Hour | Цаг | | | |
| | dateTime | moment | Moment | Мөч | | | |
| | geopoint | place | Place | Газар | | | |
| | geotrace | way | Way | Зам | | | |
| | geoshape | area | Area | Талбай | | | |
| | image | picture | Picture | Зураг | | | |
| | file | paper | Paper | Баримт | | | |
| | barcode | code | Code | Код | | | |
| | acknowledge | agreed | Agreed | Зөвшөөрсөн | | | |
| | range | scale | Scale | Хэмжээ | | | |
| | note | thanks | Thanks, ${{remarks}} | Баярлалаа | | | |
| | calculate | double | | | | ${{women}} * 2 | |
| | hidden | secret | | | | | |
| | select_one_from_file baghs.csv | bagh | Bagh | Баг | | | |
| | begin_repeat | household | Household | Өрх | | | |
| | integer | size | Size | Ам бүл | | | |
| | begin_repeat | person | Person | Хүн | | | |
| | integer | age | Age | Нас | | | |
| | select_one sex | gender | Sex | Хүйс | | | |
| | end_repeat | | | | | | |
| | end_repeat | | | | | | |
| choices |
| | list_name | name | label::English (en) | label::Монгол (mn) | image |
| | sex | female | Female | Эмэгтэй | female.png |
| | sex | male | Male | Эрэгтэй | |
| | need | water | Water | Ус | |
| | need | food | Food | Хоол | |
| | need | hay | Hay | Өвс | |
| settings |
| | form_id | version | form_title | default_language |
| | everything | 2026-11-22 | Everything | English (en) |
| entities |
| | list_name | label |
| | people | ${{remarks}} |
"""


def read(text: str, name: str = "form.md") -> Definition:
    return read_xlsform(text.encode(), name)


@cache
def everything() -> Definition:
    """A form with a question of each type, and a repeat in a repeat."""
    return read(EVERYTHING)


def sent(body: str, form: str = "everything", instance: str = "uuid:1", more: str = "") -> bytes:
    """A submission's XML around some answers."""
    return (
        f'<data id="{form}" version="1" xmlns:orx="http://openrosa.org/xforms">{body}'
        f"<orx:meta><orx:instanceID>{instance}</orx:instanceID>{more}</orx:meta></data>"
    ).encode()
