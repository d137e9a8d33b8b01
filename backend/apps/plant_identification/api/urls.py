"""The routes of plant identification, below /api/v1/plant-identification/."""

from django.urls import path

from apps.plant_identification.api import legacy  # noqa: F401 - the old shape of these routes' bodies
from apps.plant_identification.api.views import (
    FeedbackView,
    HistoryView,
    IdentificationView,
    IdentifyView,
    PhotoView,
)

ONE = "identifications/<uuid:identification_id>/"
urlpatterns = [
    path("identify/", IdentifyView.as_view(), name="identify"),
    path("identifications/", HistoryView.as_view(), name="history"),
    path(ONE, IdentificationView.as_view(), name="identification"),
    path(f"{ONE}feedback/", FeedbackView.as_view(), name="feedback"),
    path(f"{ONE}photos/<int:position>/", PhotoView.as_view(), name="photo"),
    path(f"{ONE}photos/<int:position>/thumbnail/", PhotoView.as_view(thumbnail=True), name="thumbnail"),
]
