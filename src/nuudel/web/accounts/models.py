"""People who sign in, the institutions they work for, and what they may do there."""

from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from nuudel.web.access.roles import OFFICERS, Role


class Institution(models.Model):
    """A ministry, an office, a border post, an organisation."""

    code = models.SlugField(max_length=40, unique=True)
    name_mn = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    place = models.CharField(max_length=32, blank=True)  # where it works; empty: everywhere
    synthetic = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.name_mn)

    def name(self, lang: str) -> str:
        return str(self.name_mn if lang == "mn" else self.name_en)


class UserManager(BaseUserManager["User"]):
    """Users by their address. There is no superuser: an administrator is a posting like every other."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who signs in; what they may do is in their postings."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=2, default="mn")
    is_active = models.BooleanField(default=True)
    synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return f"user {self.pk}"  # never the address: this text reaches logs

    @cached_property
    def current_postings(self) -> "list[Posting]":
        """The postings that hold today."""
        today = timezone.localdate()
        return [p for p in self.postings.select_related("institution") if p.holds(today)]

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(posting.role) for posting in self.current_postings)

    @property
    def is_officer(self) -> bool:
        """Whether the person works here: any role but the citizen's."""
        return bool(self.roles.intersection(OFFICERS))


class Posting(models.Model):
    """A person has a role at an institution, in one place or everywhere, for a time."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="postings")
    role = models.CharField(max_length=32, choices=[(role.value, role.value) for role in Role])
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="postings")
    place = models.CharField(max_length=32, blank=True)  # empty: everywhere
    valid_from = models.DateField(default=timezone.localdate)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user"])]

    def __str__(self) -> str:
        return f"posting {self.pk}"

    def holds(self, day: Any) -> bool:
        """Whether the posting holds on a day."""
        return bool(self.valid_from <= day and (self.valid_to is None or self.valid_to >= day))


class Invitation(models.Model):
    """A link with which a person sets the first password: it works once, and not for long."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.BinaryField(unique=True)  # the link itself is not kept
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"invitation {self.pk}"
