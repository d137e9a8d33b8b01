"""What every store accepts: the same mistakes are told by each, before anything is asked."""

TTL_MIN, TTL_MAX = 0.001, 10 * 366 * 86_400.0  # seconds: Redis counts in milliseconds; longer is taken for a mistake
MOMENT_MAX = 1e11  # seconds since 1970: beyond, milliseconds were given


def check_duration(name: str, seconds: float) -> float:
    """The same seconds. Raises ValueError when they are below a millisecond or beyond ten years."""
    if not TTL_MIN <= seconds <= TTL_MAX:
        message = f"{name} must be at least 0.001 seconds and at most ten years"
        raise ValueError(message)
    return seconds


def check_moment(name: str, moment: float) -> float:
    """The same moment. Raises ValueError when it is none of this age, in seconds UTC."""
    if not 0 <= moment < MOMENT_MAX:
        message = f"{name} must be seconds since 1970"
        raise ValueError(message)
    return moment
