"""How this server is doing, below /api/v1/status/."""

from django.urls import path

from apps.operations.api.views import StatusView

urlpatterns = [path("", StatusView.as_view(), name="status")]
