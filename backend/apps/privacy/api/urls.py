"""The routes of a person's own account, below /api/v1/me/."""

from django.urls import path

from apps.privacy.api.views import DownloadView, ExportsView, ExportView, MeView, UndoDeletionView

urlpatterns = [
    path("", MeView.as_view(), name="me"),
    path("undo-deletion/", UndoDeletionView.as_view(), name="undo-deletion"),
    path("export/", ExportsView.as_view(), name="export-request"),
    path("exports/<uuid:export_id>/", ExportView.as_view(), name="export"),
    path("exports/<uuid:export_id>/download/", DownloadView.as_view(), name="export-download"),
]
