"""Pages for people."""

from django.urls import path

from apps.pages.views import first_page, problem_page

urlpatterns = [
    path("", first_page, name="first-page"),
    path("problems/<slug:code>", problem_page, name="problem"),
]
