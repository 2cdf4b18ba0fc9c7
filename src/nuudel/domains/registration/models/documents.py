"""Identity documents: asked for, issued, lost, replaced, expired."""

from django.db import models

from nuudel.domains.registration import codes
from nuudel.domains.registration.models.base import CODE, NAME, Registered
from nuudel.domains.registration.models.persons import Person
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.shell.codes import choices
from nuudel.web.words import say


class IdentityDocument(Registered):
    """A document of a person. Without any papers two witnesses say who somebody is (``basis`` witnesses)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=CODE, choices=choices(codes.DOCUMENT_KINDS))
    basis = models.CharField(max_length=CODE, choices=choices(codes.DOCUMENT_BASES))
    number = EncryptedTextField(index=True, null=True, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    first_witness = EncryptedTextField(null=True, blank=True)  # name and registration number
    second_witness = EncryptedTextField(null=True, blank=True)
    witness_statement = EncryptedTextField(null=True, blank=True)
    fee_mnt = models.PositiveIntegerField(null=True, blank=True, editable=False)  # tögrög
    fee_reason = models.CharField(max_length=NAME, blank=True, editable=False)

    def __str__(self) -> str:
        return say(
            "registration.document.named", kind=say(f"registration.kind_code.{self.kind}"), code=self.code
        )
