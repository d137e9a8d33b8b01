"""Static files, served beside Django and not through it."""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from servestatic import ServeStaticASGI

from plant_community_backend.body_limit import App


def static_files(app: App) -> App:
    """`app`, with the `static` folder of every installed app below STATIC_URL, and the web app's build.

    Browsers ask again each time (ETag), except for files that have their content's digest in their name.
    """
    served = ServeStaticASGI(app, max_age=0, immutable_file_test=rf"^{settings.STATIC_URL}web/assets/")
    for config in apps.get_app_configs():
        folder = Path(config.path) / "static"
        if folder.is_dir():
            served.add_files(str(folder), prefix=settings.STATIC_URL)
    if settings.WEB_DIR.is_dir():
        served.add_files(str(settings.WEB_DIR), prefix=f"{settings.STATIC_URL}web/")
    return served  # type: ignore[no-any-return] # untyped there
