"""What `serve` refuses to start."""

from plant_community_backend.serving import find_reason_not_to_serve


def test_serve_many_workers_without_redis_is_refused_with_the_reason(settings):
    """Workers that share nothing would break the limits; the operator learns what to set."""
    settings.REDIS_URL, settings.DEMO_MODE = "", False
    assert "REDIS_URL" in find_reason_not_to_serve(2)
    assert find_reason_not_to_serve(1) is None


def test_serve_many_workers_in_demo_mode_is_refused(settings):
    """Each process would have a simulator of its own."""
    settings.REDIS_URL, settings.DEMO_MODE = "redis://localhost", True
    assert "demo" in find_reason_not_to_serve(2)
