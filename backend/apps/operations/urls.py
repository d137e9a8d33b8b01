"""Probes for whoever runs the server."""

from django.urls import path

from apps.operations.views import livez, readyz

urlpatterns = [
    path("livez", livez, name="livez"),
    path("readyz", readyz, name="readyz"),
]
