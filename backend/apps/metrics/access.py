"""Who may read the metrics: networks that the operator names, by default this machine and private ones."""

from django.conf import settings
from django.http import HttpRequest

from plant_community_backend.client_address import exact_address


def may_read(request: HttpRequest) -> bool:
    """Whether the client is in one of METRICS_ALLOWED_NETWORKS, by the address that TRUSTED_PROXY_COUNT lets us believe.

    A request that came through a proxy nobody told us of has the proxy's address, which may be private while the client
    is not: it may not.
    """
    if not settings.TRUSTED_PROXY_COUNT and ("X-Forwarded-For" in request.headers or "Forwarded" in request.headers):
        return False
    client = exact_address(request)
    return client is not None and any(client in network for network in settings.METRICS_ALLOWED_NETWORKS)
