"""The routes of API keys, below /api/v1/api-keys/."""

from django.urls import path

from apps.api_keys.api.views import KeysView, KeyView, RevokeKeyView

urlpatterns = [
    path("", KeysView.as_view(), name="api-keys"),
    path("<int:key_id>/", KeyView.as_view(), name="api-key"),
    path("<int:key_id>/revoke/", RevokeKeyView.as_view(), name="api-key-revoke"),
]
