"""A message as a record: where it belongs, whom it is about, and whether it is there already."""

from nuudel.base.errors import WebError
from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import CivilNotice
from nuudel.domains.registration.notices.format import Notice, written
from nuudel.domains.registration.notices.register import person_numbered
from nuudel.web.access.decisions import may
from nuudel.web.access.models import Place
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights


def same_message(message: Notice) -> CivilNotice | None:
    """The record of the message, where it came before.

    Raises
    ------
    WebError
        ``WEB-427`` where the message of that sender and number said something else.
    """
    with service_rights():
        before = CivilNotice.objects.filter(sender=message.sender, message_id=message.message_id).first()
        if before is not None and before.content is not None and before.content != written(message):
            raise WebError(
                427,
                "a message of this sender and number is there, and it says something else.",
                "Send the change as a message of its own that names this one in `corrects`.",
                ("message_id",),
            )
    return before


def known_place(message: Notice) -> None:
    """``WEB-428`` where the message names a place that there is not."""
    if not Place.objects.filter(code=message.place).exists():
        raise WebError(428, "the place of the notice is unknown.", "Use a code of the gazetteer.", ("place",))


def concerns_my_place(user: User, notice: CivilNotice) -> bool:
    """Whether a user may hand in a notice: somebody it names lives where the user works.

    Of somebody whom the register does not know yet it is the place where the act was registered. A message
    names its sender itself: who hands it in answers for it, and only for the own people.
    """
    people = [person_numbered(number) for number in (notice.subject, notice.other_subject) if number]
    places = {person.place for person in people if person is not None} | {notice.other_place} - {""}
    asked = [CivilNotice(place=place, institution=notice.institution) for place in places or {notice.place}]
    return any(may(user, kinds.NOTICE, "create", one) for one in asked)


def write_fields(notice: CivilNotice, message: Notice) -> None:
    """Fill a record with what its message says; where the persons live is a place concerned, too."""
    numbers = [message.number(name) for name in message.numbers if message.number(name)]
    notice.sender, notice.message_id = message.sender, message.message_id
    notice.kind, notice.day, notice.content = message.kind, message.day, written(message)
    notice.subject = numbers[0]
    notice.other_subject = numbers[1] if len(numbers) > 1 else None
    people = [person_numbered(message.number(name)) for name in message.numbers]
    places = list(dict.fromkeys(person.place for person in people if person is not None))
    if not notice.place:
        notice.place = places.pop(0) if places else message.place
    notice.other_place = next((place for place in places if place != notice.place), "")
