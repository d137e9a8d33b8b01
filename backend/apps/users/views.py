"""The page behind the link of `first_admin`."""

from typing import Any

import structlog
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from apps.users.first_admin import is_valid, make_admin
from apps.users.models import User

log = structlog.get_logger("plant_community.users")


class FirstAdminForm(forms.Form):
    """Address and password."""

    email = forms.EmailField(max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def clean_email(self) -> str:
        """The address. Raises ValidationError for one that has an account."""
        email = str(self.cleaned_data["email"])
        if User.objects.filter(email__iexact=email).exists():
            message = "There is an account with this address: `plant-community manage createsuperuser` is for that."
            raise forms.ValidationError(message)
        return email

    def clean(self) -> dict[str, Any]:
        """All fields; the password is judged by the same rules as everybody's."""
        cleaned = super().clean() or self.cleaned_data
        if "password" in cleaned:
            try:
                validate_password(cleaned["password"], User(email=cleaned.get("email", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def first_admin(request: HttpRequest) -> HttpResponse:
    """404 unless the link is valid. The token is in the query, which no log shows."""
    token = request.GET.get("token", "")
    if not is_valid(token):
        raise Http404
    form = FirstAdminForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = make_admin(token, form.cleaned_data["email"], form.cleaned_data["password"])
        if user is None:
            raise Http404
        log.warning("[AUTH] the first admin was made", account=user.pk)
        return HttpResponseRedirect(f"{reverse('account_login')}?next={reverse('mfa_index')}")
    hints = password_validators_help_texts()
    return render(request, "users/first_admin.html", {"form": form, "hints": hints}, status=400 if form.errors else 200)
