"""The health of identification, below /api/v1/plant-identification/."""

from django.urls import path

from apps.operations.api.views import IdentifyHealthView

urlpatterns = [path("identify/health/", IdentifyHealthView.as_view(), name="identify-health")]
