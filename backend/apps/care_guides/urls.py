"""Pages of the guides, their pictures, and the CMS they are written in."""

from django.urls import include, path, re_path
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.urls import serve_pattern
from wagtail.views import serve

from apps.care_guides.views import cms_login, picture_file

urlpatterns = [
    path("cms/login/", cms_login),
    path("cms/", include(wagtailadmin_urls)),
    re_path(
        r"^media/guides/(?P<folder>images|original_images)/(?P<name>[\w.-]+)\Z", picture_file, name="guide-picture"
    ),
    # Wagtail's own urls bring a login form besides.
    path("guides/", include([re_path(serve_pattern, serve, name="wagtail_serve")])),
]
