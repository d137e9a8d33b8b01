"""The circuits, below /api/v1/circuits/."""

from django.urls import path

from apps.operations.api.views import CircuitsView, OrderView

urlpatterns = [
    path("", CircuitsView.as_view(), name="circuits"),
    path("<str:provider>/<str:order>/", OrderView.as_view(), name="circuit-order"),
]
