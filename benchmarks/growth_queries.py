"""The plans of the queries that history, look-ups and upkeep make, as the product itself builds them. For `growth`.

Arguments: a visitor's digest, an identification's id, a file's digest, an answer's key, a moment of history (ISO 8601).
Prints one JSON object: name of each query, and its plan.
"""

import datetime as dt
import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plant_community_backend.settings")
django.setup()

from django.utils import timezone  # noqa: E402 - after Django is set up

from apps.plant_identification.models import Identification, Photo, Picture, ProviderAnswer  # noqa: E402
from apps.plant_identification.queries import with_all  # noqa: E402

PAGE = 21  # rows that the API asks for: a page, and one to know whether there is another


def main() -> None:
    """Print the plans."""
    visitor, identification, raw, key, moment = sys.argv[1:6]
    own = with_all().of(owner_id=None, visitor=visitor).seen_by(test_key=False).order_by("-created_at", "id")
    long_ago = timezone.now() - dt.timedelta(days=3650)
    queries = {
        "history, first page": own[:PAGE],
        "history, deep page": own.filter(created_at__lte=dt.datetime.fromisoformat(moment))[:PAGE],
        "one identification": with_all().filter(pk=identification),
        "its photos": Photo.objects.filter(identification_id=identification),
        "known upload": Photo.objects.filter(raw_digest=raw).order_by()[:1],
        "known picture": Picture.objects.filter(digest=raw),
        "kept answer": ProviderAnswer.objects.filter(key=key).order_by("-pk")[:1],
        "retention": Identification.objects.filter(created_at__lt=long_ago, owner=None)
        .exclude(status="running")
        .distinct()
        .order_by("created_at", "pk")[:50],
        "upkeep": Identification.objects.filter(status="running", created_at__lt=long_ago)[:100],
    }
    print(json.dumps({name: query.explain() for name, query in queries.items()}))


main()
