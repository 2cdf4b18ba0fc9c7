"""Messages to many households at once, and what became of each one's copy."""

from typing import ClassVar

from django.db import models

from nuudel.domains.otor import codes
from nuudel.domains.otor.models.base import CODE, NAME, TEXT, Registered
from nuudel.domains.otor.models.households import HerderHousehold
from nuudel.ledger.ids import new_id
from nuudel.web.access.models import Protected
from nuudel.web.shell.codes import choices
from nuudel.web.words import say


class Message(Registered):
    """A message to the households at a place: those on otor there, those at home there, or both.

    ``template`` and its slots make the text; ``own_text`` is sent as it is. ``recipients`` is how many
    households it was made out to when it was sent.
    """

    template = models.CharField(max_length=CODE, choices=choices(codes.TEMPLATES))
    audience = models.CharField(max_length=CODE, choices=choices(codes.AUDIENCES))
    first_day = models.DateField()
    last_day = models.DateField()
    where = models.CharField(max_length=60, blank=True)
    day = models.DateField(null=True, blank=True)
    office_phone = models.CharField(max_length=20, blank=True)  # of the office, not of a person
    own_text = models.CharField(max_length=400, blank=True)
    radio_text = models.TextField(max_length=TEXT, blank=True)
    recipients = models.PositiveIntegerField(null=True, editable=False)

    def __str__(self) -> str:
        return say("otor.message.named", kind=say(f"otor.template_code.{self.template}"), code=self.code)


class Delivery(Protected):
    """One household's copy of a message; there is one at most."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="deliveries")
    household = models.ForeignKey(HerderHousehold, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=CODE, choices=choices(codes.DELIVERY_STATES))
    attempts = models.PositiveSmallIntegerField(default=0)
    parts = models.PositiveSmallIntegerField(default=0)  # text messages that it took
    reference = models.CharField(max_length=NAME, blank=True)  # the gateway's own number
    tried_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "household"], name="otor_message_once")
        ]
        indexes: ClassVar = [models.Index(fields=["message", "state"], name="otor_delivery_state")]

    def __str__(self) -> str:
        return f"delivery {self.pk}"
