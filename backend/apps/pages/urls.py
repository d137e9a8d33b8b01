"""Pages for people."""

from django.urls import path, re_path

from apps.pages.views import app, favicon, manifest, problem_page, service_worker

urlpatterns = [
    path("", app, name="first-page"),
    re_path(r"^(?:plants|care|status|account)(?:/.*)?\Z", app, name="app"),
    path("sw.js", service_worker, name="service-worker"),
    path("favicon.ico", favicon, name="favicon"),
    path("manifest.webmanifest", manifest, name="manifest"),
    path("problems/<slug:code>", problem_page, name="problem"),
]
