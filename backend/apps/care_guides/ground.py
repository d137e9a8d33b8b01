"""What must be there before a guide can be written: language, page tree, site, roles and the workflow of approval.

Wagtail's migrations make some of it, with names of their own. It is laid once, where there is no index page yet: what
an operator changes later stays. Only the address of the site follows the settings at every start.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from apps.care_guides.models import CareGuideIndexPage

EDITORS, MODERATORS = "Guide editors", "Guide moderators"
WAGTAILS_NAMES = {"Editors": EDITORS, "Moderators": MODERATORS}
WORKFLOW = "Approval by a moderator"
HTTPS_PORT, HTTP_PORT = 443, 80


@transaction.atomic
def lay_ground() -> CareGuideIndexPage:
    """The index page, and around it whatever is missing."""
    index: CareGuideIndexPage | None = CareGuideIndexPage.objects.first()
    if index is None:
        index = _add_index_page()
        _add_roles(index.get_root())
    _put_site(index)
    return index


def _add_index_page() -> CareGuideIndexPage:
    Locale.objects.get_or_create(language_code=get_supported_content_language_variant(settings.LANGUAGE_CODE))
    root = Page.get_first_root_node() or Page.add_root(instance=Page(title="Root", slug="root"))
    index: CareGuideIndexPage = root.add_child(instance=CareGuideIndexPage(title="Care guides", slug="guides"))
    return index


def _put_site(index: CareGuideIndexPage) -> None:
    """The site is where the settings say, and begins at the index page; Wagtail's page of welcome goes."""
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    hostname, port = _address()
    if site is None:
        Site.objects.create(hostname=hostname, port=port, root_page=index, is_default_site=True)
        return
    welcome = site.root_page if type(site.root_page.specific) is Page and not site.root_page.get_children() else None
    if welcome or (site.hostname, site.port) != (hostname, port):
        site.hostname, site.port, site.root_page = hostname, port, index if welcome else site.root_page
        site.save()
    if welcome:
        welcome.delete()


def _address() -> tuple[str, int]:
    """Host and port of PUBLIC_URL, else of this machine."""
    if not settings.PUBLIC_URL:
        return "localhost", settings.PORT
    public = urlsplit(settings.PUBLIC_URL)
    return public.hostname or "localhost", public.port or (HTTPS_PORT if public.scheme == "https" else HTTP_PORT)


def _add_roles(root: Page) -> None:
    """Editors write and submit; moderators publish, too."""
    for old, new in WAGTAILS_NAMES.items():
        if not Group.objects.filter(name=new).exists():
            Group.objects.filter(name=old).update(name=new)
    for name, pages in ((EDITORS, ("add", "change")), (MODERATORS, ("add", "change", "publish"))):
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(_permission("wagtailadmin", "access_admin"))
        for action in pages:
            permission = _permission("wagtailcore", f"{action}_page")
            GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
        _let_use_pictures(group)
    _add_workflow(root)


def _let_use_pictures(group: Group) -> None:
    collection = Collection.get_first_root_node() or Collection.add_root(name="Root")
    for action in ("add", "change", "choose"):
        permission = _permission("wagtailimages", f"{action}_image")
        GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=permission)


def _permission(app: str, codename: str) -> Permission:
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def _add_workflow(root: Page) -> None:
    """What an editor submits goes to the moderators."""
    if WorkflowPage.objects.filter(page=root).exists():
        return
    task = GroupApprovalTask.objects.create(name=WORKFLOW)
    task.groups.set(Group.objects.filter(name=MODERATORS))
    workflow = Workflow.objects.create(name=WORKFLOW)
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.create(workflow=workflow, page=root)
