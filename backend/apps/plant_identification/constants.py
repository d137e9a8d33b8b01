"""Numbers of this app that are no settings."""

RUN_GRACE_SECONDS = 10.0  # after the providers' own time-outs: for reading a lost answer again, and for storing it
INTAKE_AT_ONCE = 16  # questions whose photos are developed and stored at once; more only wait in memory
KEEPALIVE_SECONDS = 15.0  # a comment line in a silent event stream, so that proxies keep it open
RETRY_RUNNING_SECONDS = 2.0  # when to look again at an identification that is still running
RETRY_UNKNOWN_SECONDS = 30.0  # when to ask again, where no provider said when it can answer
UPKEEP_SECONDS = 60.0  # how often abandoned work is settled, and records still standing at a provider are erased again
ERASURE_ATTEMPTS_MAX = 5_000  # more than three days of trying; after that an operator has to look
VISITOR_COOKIE = "visitor"
VISITOR_COOKIE_AGE_SECONDS = 365 * 24 * 3600
