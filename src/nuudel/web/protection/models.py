"""The data keys: each is kept only wrapped in the master key, which is in no database."""

from django.db import models
from django.db.models.functions import Now


class EncryptionKey(models.Model):
    """A data key. The newest one encrypts; older ones only decrypt until a rotation has replaced them.

    Attributes
    ----------
    wrapped
        The key of 32 bytes, encrypted with the master key (AES-256-GCM), the nonce before it.
    master
        Which master key that was: the first 8 bytes of a hash of it.
    retired_at
        Since when no row uses it. It stays here, so that a backup made before can be read.
    """

    id = models.IntegerField(primary_key=True)
    wrapped = models.BinaryField()
    master = models.BinaryField(max_length=8)
    created_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"data key {self.pk}"
