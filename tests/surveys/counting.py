"""A form of counts and its mapping, for the tests of mappings and facts."""

from datetime import UTC, datetime
from functools import cache

from nuudel.surveys.answers import answers
from nuudel.surveys.definition import Definition
from nuudel.surveys.mapping import Context, Facts, facts, read_mapping
from nuudel.surveys.submission import read_submission

from .forms import read, sent

CONTEXT = Context("r1", "IOM", datetime(2026, 11, 22, 5, tzinfo=UTC), place="MN08201", weight=2.5)

FORM = """
| survey |
| | type | name | label |
| | date | day | Day |
| | dateTime | moment | Moment |
| | select_one yes | consent | Consent |
| | select_one why | why | Why |
| | select_multiple why | whys | Why |
| | integer | women | Women |
| | integer | men | Men |
| | decimal | factor | Weight |
| | hidden | total | |
| | text | remarks | Remarks |
| | geopoint | spot | Spot |
| | select_one place | to | To |
| | select_one_from_file baghs.csv | bagh | Bagh |
| | begin_repeat | group | Group |
| | integer | size | Size |
| | select_one place | from | From |
| | begin_repeat | child | Child |
| | integer | age | Age |
| | end_repeat | | |
| | end_repeat | | |
| | begin_repeat | herd | Herd |
| | integer | head | Head |
| | end_repeat | | |
| choices |
| | list_name | name | label |
| | yes | yes | Yes |
| | yes | no | No |
| | why | work | Work |
| | why | dzud | Dzud |
| | why | employment | Employment |
| | place | MN08201 | Here |
| | place | MN01 | There |
| | place | CN | China |
| settings |
| | form_id |
| | points |
"""

MAPPING = """
form: points
source: "Flow points of a test"
series:
  dtm-passages:
    concept: {en: Passages at points., mn: Цэгээр нэвтэрсэн хүн.}
  dtm-present:
    concept: {en: People present., mn: Байгаа хүн.}
facts:
  passing:
    counts: passage
    series: dtm-passages
    repeat: group
    when:
      - {field: consent, is: ["yes"]}
    columns:
      kind: crossing
      start: {field: day}
      origin: {field: group/from}
      destination: {first: [{field: to}, {context: place}]}
      persons: {field: group/size}
      reason: {field: why, codes: {work: employment, dzud: hazard}, otherwise: ~}
      weight: {context: weight}
      mode: on_foot
  present:
    counts: presence
    series: dtm-present
    zeros: keep
    columns:
      kind: assessment
      start: {context: received_on}
      place: {context: place}
    each:
      women: {persons: {field: women}, sex: female, age_from: 18}
      men: {persons: {field: men}, sex: male, age_from: 18}
      children: {persons: {sum: [group/size]}, age_to: 17, households: 1}
"""


@cache
def form() -> Definition:
    return read(FORM)


def made(body: str, mapping: str = MAPPING, context: Context = CONTEXT, instance: str = "uuid:1") -> Facts:
    answered = answers(form(), read_submission(sent(body, form="points", instance=instance)))
    return facts(read_mapping(mapping), answered, context)
