"""What this server is and can do, below /api/v1/about/."""

from django.urls import path

from apps.operations.api.views import AboutView

urlpatterns = [path("", AboutView.as_view(), name="about")]
