"""What the CMS shows differently here."""

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.menu import MenuItem


@hooks.register("construct_main_menu")  # type: ignore[untyped-decorator] # Wagtail ships no types
def hide_documents(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """Guides are text and pictures: other files have no address here, so none are offered."""
    del request
    menu_items[:] = [item for item in menu_items if item.name != "documents"]


@hooks.register("insert_global_admin_js")  # type: ignore[untyped-decorator] # as above
def open_choosers() -> str:
    """Wagtail's choosers of dates, without scripts inside the page."""
    return format_html('<script src="{}"></script>', static("care_guides/choosers.js"))
