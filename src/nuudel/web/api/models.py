"""Tokens with which programs act for people, and the answers that were given to writes."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from nuudel.ledger.ids import new_id


class ApiToken(models.Model):
    """A token of a user's: its text is shown once, only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16)  # the beginning of the text, to recognise it by
    digest = models.BinaryField(max_length=32, unique=True)  # SHA-256 of the text, which is random
    scopes = ArrayField(models.CharField(max_length=100))
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "-created_at"], name="api_token_of_user")]

    def __str__(self) -> str:
        return f"token {self.pk}"


class IdempotencyKey(models.Model):
    """A write that was done: what was asked for as a keyed hash, what was answered without personal data."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    operation = models.CharField(max_length=200)
    key = models.CharField(max_length=64)
    body_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(default=0)  # 0 while the write goes on
    headers = models.JSONField(default=dict)
    answer = models.JSONField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "operation", "key"], name="idempotency_key_once")
        ]
        indexes: ClassVar = [models.Index(fields=["user", "expires_at"], name="idempotency_key_expiry")]

    def __str__(self) -> str:
        return f"key {self.pk}"
