"""Where our accounts differ from allauth's defaults."""

import base64
import hashlib
import json

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.http.request import RawPostDataException

from apps.users.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """Sign-up, login and mails."""

    def format_email_subject(self, subject: str) -> str:
        """The subject, with the name of this community in front: there is no Site to take it from."""
        return f"[Plant Community] {subject}"

    def clean_password(self, password: str, user: User | None = None) -> str:
        """The password. Raises ValidationError; also for one like the address, which allauth's JSON sign-up leaves out."""
        return str(super().clean_password(password, user or User(email=_given_email(self.request))))


def _given_email(request: HttpRequest) -> str:
    """The address in a JSON body, "" without one."""
    try:
        return str(json.loads(request.body).get("email", ""))
    except (AttributeError, ValueError, RawPostDataException):
        return ""


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth ships no types
    """Secrets of second factors are encrypted with a key made from SECRET_KEY: a stolen database opens no account."""

    def encrypt(self, text: str) -> str:
        """The text, unreadable without SECRET_KEY."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The text again. Raises ImproperlyConfigured when SECRET_KEY is another one."""
        try:
            return _fernet().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            message = "SECRET_KEY has changed: second factors were encrypted with another one, and need it back"
            raise ImproperlyConfigured(message) from error


def _fernet() -> Fernet:
    digest = hashlib.sha256(b"second factors:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
