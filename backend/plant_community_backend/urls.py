"""Every address of the server.

/api/v1/  the API; /api/docs/ its description; /api/plant-identification/ the same without a version, deprecated;
/api/v2/  the care guides, as Wagtail's API says them;
anything else below /api/ is a 404 problem, never a page.
"""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.csp import csp_override
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from apps.care_guides.api.urls import router as guides_api
from apps.operations.admin_pages import doctor_page
from apps.users.views import first_admin
from plant_community_backend.addresses import no_such_address
from plant_community_backend.versions import LEGACY

# The API browser writes styles into its page; its script comes from a file, as everywhere.
docs = csp_override(settings.SECURE_CSP | {"style-src": ["'self'", "'unsafe-inline'"]})(
    SpectacularSwaggerSplitView.as_view(url_name="v1:openapi")
)
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign] # signing in has one way, with its limits and its second factor
plant_identification: list[URLPattern | URLResolver] = [
    path("plant-identification/", include("apps.operations.api.identify_urls")),
    path("plant-identification/", include("apps.plant_identification.api.urls")),
]
v1: list[URLPattern | URLResolver] = [
    *plant_identification,
    path("about/", include("apps.operations.api.about_urls")),
    path("status/", include("apps.operations.api.status_urls")),
    path("circuits/", include("apps.operations.api.circuits_urls")),
    path("api-keys/", include("apps.api_keys.api.urls")),
    path("usage/", include("apps.usage.api.urls")),
    path("sandbox/", include("apps.plant_identification.api.sandbox_urls")),
    path("me/", include("apps.privacy.api.urls")),
    path("openapi.json", SpectacularJSONAPIView.as_view(api_version="v1"), name="openapi"),
]
# The same views once more, from before the API had versions: to DRF they are v1, their bodies have the old shape.
legacy: list[URLPattern | URLResolver] = [
    path("", include((plant_identification, "v1"), namespace="v1")),
    path("plant-identification/<path:rest>", no_such_address),
    path("plant-identification/", no_such_address),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/auth/", include("allauth.headless.urls")),
    path("api/v1/", include((v1, "v1"), namespace="v1")),
    path("api/v2/", guides_api.urls),
    path("api/docs/", docs, name="docs"),
    path("api/", include((legacy, LEGACY), namespace=LEGACY)),
    re_path(r"^api(?:/|\Z)", no_such_address),
    path("accounts/", include("allauth.urls")),
    path("setup/", first_admin, name="first-admin"),
    path("admin/doctor/", doctor_page, name="doctor"),
    path("admin/", admin.site.urls),
    path("", include("apps.care_guides.urls")),
    path("", include("apps.operations.urls")),
    path("", include("apps.api_versions.urls")),
    path("", include("apps.pages.urls")),
]
handler400 = "plant_community_backend.problems.bad_request"
handler404 = "plant_community_backend.problems.not_found"
handler500 = "plant_community_backend.problems.server_error"
