"""The route of use, below /api/v1/usage/."""

from django.urls import path

from apps.usage.api.views import UsageView

urlpatterns = [path("", UsageView.as_view(), name="usage")]
