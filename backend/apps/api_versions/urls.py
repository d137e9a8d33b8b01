"""A page for people who maintain an old client."""

from django.urls import path

from apps.api_versions.views import versions_page

urlpatterns = [path("api-versions/", versions_page, name="api-versions")]
