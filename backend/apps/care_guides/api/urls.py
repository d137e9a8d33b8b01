"""`/api/v2/pages/` and `/api/v2/images/`."""

from wagtail.api.v2.router import WagtailAPIRouter

from apps.care_guides.api.views import Images, Pages

router = WagtailAPIRouter("v2")
router.register_endpoint("pages", Pages)
router.register_endpoint("images", Images)
