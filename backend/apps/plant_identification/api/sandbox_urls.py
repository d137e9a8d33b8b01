"""The routes of the sandbox, below /api/v1/sandbox/."""

from django.urls import path

from apps.plant_identification.api.sandbox_views import SamplePhotoView, SandboxPictureView, SandboxView

urlpatterns = [
    path("", SandboxView.as_view(), name="sandbox"),
    path("photos/<str:name>.jpg", SamplePhotoView.as_view(), name="sandbox-photo"),
    path("pictures/<str:slug>.jpg", SandboxPictureView.as_view(), name="sandbox-picture"),
]
