"""Who uses the server. A model of our own from the first migration on, since it cannot be exchanged later."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models


class UserManager(DjangoUserManager["User"]):
    """Finds people by e-mail address, whatever its capitals."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user who signs in as `username`. Raises User.DoesNotExist."""
        return self.get(email__iexact=username)

    def create_superuser(
        self, username: str = "", email: str | None = None, password: str | None = None, **more: Any
    ) -> "User":
        """An admin. Django's own wants a name, which `manage createsuperuser` does not ask for here."""
        more = {"is_staff": True, "is_superuser": True} | more
        user = self.model(username=username, email=self.normalize_email(email), **more)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractUser):
    """A person who signs in by e-mail address."""

    username = models.CharField(max_length=150, blank=True)  # a name to show, not to sign in with
    email = models.EmailField(unique=True)
    keep_place = models.BooleanField(default=False)  # whether identifications keep where they were asked
    deletion_due = models.DateTimeField(
        null=True, blank=True, db_index=True
    )  # the account and all that is its goes then

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        """The address."""
        return self.email
