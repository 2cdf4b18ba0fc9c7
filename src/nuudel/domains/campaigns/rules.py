"""What a record must keep, action by action: the fields that are wrong, in messages of the domain.

The functions named like record types are the shell's entrance: they look up what a rule needs beside the
record (today, how many were present, the parent), and hand it to the functions that decide.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.timezone import localdate

from nuudel.domains.campaigns import models, parameters
from nuudel.domains.campaigns.results import present_by_sex
from nuudel.people.registration_numbers import is_registration_number
from nuudel.web.shell.record_types import Problem
from nuudel.web.shell.states import CHANGED, WRITTEN
from nuudel.web.words import number

MONTHS = 12
DONE_WITH = ("evaluated", "cancelled")


def campaign(record: models.Campaign, action: str) -> Sequence[Problem]:
    most = 0
    if record.audience_size is not None and action == CHANGED:
        most = max((row.persons for row in record.reach.filter(state="recorded")), default=0)
    return list(campaign_problems(record, action, localdate(), most))


def reach(record: models.Reach, action: str) -> Sequence[Problem]:
    before = models.Reach.objects.filter(pk=record.pk).first() if action == CHANGED else None
    return list(reach_problems(record, record.campaign, action, localdate(), before))


def training(record: models.Training, action: str) -> Sequence[Problem]:
    present = sum(present_by_sex(record).values()) if record.state != "draft" else 0
    return list(training_problems(record, action, localdate(), present))


def participant(record: models.Participant, action: str) -> Sequence[Problem]:
    return list(participant_problems(record, record.training, action, localdate()))


def campaign_problems(
    record: models.Campaign, action: str, today: date, most_reached: int
) -> Iterator[Problem]:
    """Problems of a campaign; ``most_reached``: the largest number of contacts recorded so far."""
    yield from order_problems(record.start, record.end)
    if record.audience_size is not None and record.audience_size < most_reached:
        yield Problem(
            "audience_size", "campaigns.rule.audience_below_reach", {"persons": number(most_reached)}
        )
    if action == "plan" or (action in WRITTEN and record.state in ("planned", "running", "closed")):
        yield from missing(record, "start", "end", "channels")
    begun = action == "run" or (action == CHANGED and record.state in ("running", "closed"))
    if begun and record.start is not None and record.start > today:
        yield Problem("start", "campaigns.rule.not_begun")
    over = action == "close" or (action == CHANGED and record.state == "closed")
    if over and record.end is not None and record.end > today:
        yield Problem("end", "campaigns.rule.not_over")
    if action == "evaluate":
        yield from missing(record, "result", "evidence")


def reach_problems(
    record: models.Reach,
    campaign: models.Campaign,
    action: str,
    today: date,
    before: models.Reach | None,
) -> Iterator[Problem]:
    """Problems of a reach; ``before``: what the database has of it, where it is changed."""
    if action not in WRITTEN:
        return
    if campaign.state in DONE_WITH:
        yield Problem("persons", "campaigns.rule.campaign_over")
    if record.channel not in campaign.channels:
        yield Problem("channel", "campaigns.rule.channel_not_used")
    if campaign.audience_size is not None and record.persons > campaign.audience_size:
        yield Problem(
            "persons", "campaigns.rule.reach_above_audience", {"persons": number(campaign.audience_size)}
        )
    if campaign.start is not None and record.day < campaign.start:
        yield Problem("day", "campaigns.rule.before_campaign")
    if before is not None and before.planned != record.planned:
        yield Problem("planned", "campaigns.rule.planned_stays")
    if not record.planned:
        if record.day > today:
            yield Problem("day", "campaigns.rule.counted_in_future")
        if campaign.state in ("draft", "planned"):
            yield Problem("planned", "campaigns.rule.campaign_not_running")


def training_problems(record: models.Training, action: str, today: date, present: int) -> Iterator[Problem]:
    """Problems of a training; ``present``: how many were there, by the list or by the count."""
    yield from order_problems(record.start, record.end)
    if action == "plan" or (action in WRITTEN and record.state in ("planned", "held")):
        yield from missing(record, "start", "end", "venue")
    held = action in ("hold", "recount", "evaluate") or (action == CHANGED and record.state == "held")
    if held and record.end is not None and record.end > today:
        yield Problem("end", "campaigns.rule.not_over")
    if held and present == 0:
        yield Problem("counted_women", "campaigns.rule.nobody_present")
    if record.follow_up_day is not None:
        yield from follow_up_problems(record, today)
    if action == "evaluate":
        yield from missing(record, "follow_up_day", "follow_up")


def follow_up_problems(record: models.Training, today: date) -> Iterator[Problem]:
    day = record.follow_up_day
    if day is None or record.end is None:
        yield Problem("follow_up_day", "campaigns.rule.follow_up_without_end")
        return
    months = parameters.value("follow_up_after", record.end)
    if day < months_after(record.end, months):
        yield Problem("follow_up_day", "campaigns.rule.follow_up_too_early", {"months": months})
    if day > today:
        yield Problem("follow_up_day", "campaigns.rule.follow_up_in_future")


def participant_problems(
    record: models.Participant, training: models.Training, action: str, today: date
) -> Iterator[Problem]:
    """Problems of a participant."""
    if training.state in DONE_WITH:
        yield Problem("attended", "campaigns.rule.training_over")
    if action not in WRITTEN:
        return
    if not (record.full_name or "").strip():
        yield Problem("full_name", "campaigns.rule.missing")
    registered = record.registration_number
    if registered and not is_registration_number(registered, today):
        yield Problem("registration_number", "campaigns.rule.registration_number")
    for name in ("pre_score", "post_score"):
        score = getattr(record, name)
        if score is not None and not 0 <= score <= 100:
            yield Problem(name, "campaigns.rule.score")
    if record.attended and training.start is not None and training.start > today:
        yield Problem("attended", "campaigns.rule.attended_in_future")
    if record.post_score is not None and not record.attended:
        yield Problem("post_score", "campaigns.rule.score_of_absent")


def order_problems(start: date | None, end: date | None) -> Iterator[Problem]:
    if start is not None and end is not None and end < start:
        yield Problem("end", "campaigns.rule.end_before_start")


def missing(record: models.Campaign | models.Training, *names: str) -> Iterator[Problem]:
    for name in names:
        if getattr(record, name) in (None, "", []):
            yield Problem(name, "campaigns.rule.missing")


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last one of that month."""
    month = day.month - 1 + months
    year, month = day.year + month // MONTHS, month % MONTHS + 1
    for last in range(day.day, 27, -1):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    return date(year, month, day.day)
