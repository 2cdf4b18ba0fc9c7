"""What a password must be: long, not a common one, not one's own name (NIST SP 800-63B, 3.1.1.2)."""

from typing import TYPE_CHECKING

from django.contrib.auth import password_validation as django_rules
from django.core.exceptions import ValidationError

from nuudel.web.words import say

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

LEAST_LENGTH = 12
LEAST_DIFFERENT = 5


class LongEnough(django_rules.MinimumLengthValidator):
    """At least 12 characters."""

    def __init__(self) -> None:
        super().__init__(min_length=LEAST_LENGTH)

    def get_error_message(self) -> str:
        return say("accounts.password.short", least=LEAST_LENGTH)


class NotCommon(django_rules.CommonPasswordValidator):
    """None of the 20,000 most common."""

    def get_error_message(self) -> str:
        return say("accounts.password.common")


class NotYourName(django_rules.UserAttributeSimilarityValidator):
    """Not nearly the person's own name or address."""

    def __init__(self) -> None:
        super().__init__(user_attributes=("email", "name"))

    def get_error_message(self) -> str:
        return say("accounts.password.name")


class NotMonotonous:
    """At least five different characters: ``aaaaaaaaaaaa`` is long and still the first that is tried."""

    def validate(self, password: str, user: "AbstractBaseUser | None" = None) -> None:
        if len(set(password)) < LEAST_DIFFERENT:
            raise ValidationError(say("accounts.password.monotonous"), code="password_monotonous")

    def get_help_text(self) -> str:
        return say("accounts.password.monotonous")
