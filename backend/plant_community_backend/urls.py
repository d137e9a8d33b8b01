"""Every address of the server.

/api/v1/  the API; /api/docs/ its description; anything else below /api/ is a 404 problem, never a page.
"""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.csp import csp_override
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from plant_community_backend.problems import not_found

# The API browser writes styles into its page; its script comes from a file, as everywhere.
docs = csp_override(settings.SECURE_CSP | {"style-src": ["'self'", "'unsafe-inline'"]})(
    SpectacularSwaggerSplitView.as_view(url_name="v1:openapi")
)
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign] # signing in has one way, with its limits and its second factor
v1: list[URLPattern | URLResolver] = [
    path("plant-identification/", include("apps.operations.api.identify_urls")),
    path("plant-identification/", include("apps.plant_identification.api.urls")),
    path("about/", include("apps.operations.api.about_urls")),
    path("openapi.json", SpectacularJSONAPIView.as_view(api_version="v1"), name="openapi"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/auth/", include("allauth.headless.urls")),
    path("api/v1/", include((v1, "v1"), namespace="v1")),
    path("api/docs/", docs, name="docs"),
    re_path(r"^api(/.*)?$", not_found),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("apps.operations.urls")),
    path("", include("apps.pages.urls")),
]
handler400 = "plant_community_backend.problems.bad_request"
handler404 = "plant_community_backend.problems.not_found"
handler500 = "plant_community_backend.problems.server_error"
