"""The numbers of this app; those of circuits, locks and limits are defaults that the environment may replace."""

RUN_GRACE_SECONDS = 10.0  # after the providers' own time-outs: for reading a lost answer again, and for storing it
INTAKE_AT_ONCE = 16  # questions whose photos are developed and stored at once; more only wait in memory
PHOTO_KNOWN_SECONDS = 30 * 24 * 3600.0  # how long the store remembers which photo a file is; the database does as well
CLOSING_SECONDS = 5.0  # at the end of the process, for calls that nobody here waits for any more
FAILURE_SHARED_SECONDS = 1.0  # how long a failure answers others too; no client is told to come back sooner
KEEPALIVE_SECONDS = 15.0  # a comment line in a silent event stream, so that proxies keep it open
RETRY_RUNNING_SECONDS = 2.0  # when to look again at an identification that is still running
RETRY_UNKNOWN_SECONDS = 30.0  # when to ask again, where no provider said when it can answer
UPKEEP_SECONDS = 60.0  # how often abandoned work is settled, and records still standing at a provider are erased again
RECONCILE_EVERY = 5  # times of upkeep: how often our quota count is compared with the provider's own
ERASURE_ATTEMPTS_MAX = 5_000  # more than three days of trying; after that an operator has to look
SANDBOX_AT_ONCE = 32  # simulated calls for test keys at once; more wait
SANDBOX_GRACE_SECONDS = 2.0  # after the sandbox' time-out: for reading a lost answer again, and for storing it
VISITOR_COOKIE = "visitor"
VISITOR_COOKIE_AGE_SECONDS = 365 * 24 * 3600

# Plant.id: paid, so it is given up soon and asked again late
PLANT_ID_CIRCUIT_FAIL_MAX = 3  # failures in a row that open the circuit
PLANT_ID_CIRCUIT_RESET_TIMEOUT = 60  # seconds until it is tried again
PLANT_ID_CIRCUIT_SUCCESS_THRESHOLD = 2  # successes that close it
PLANT_ID_MAX_IN_FLIGHT = 32  # calls under way in the whole cluster
# Pl@ntNet: free within its day
PLANTNET_CIRCUIT_FAIL_MAX = 5
PLANTNET_CIRCUIT_RESET_TIMEOUT = 30
PLANTNET_CIRCUIT_SUCCESS_THRESHOLD = 2
PLANTNET_MAX_IN_FLIGHT = 32
PLANTNET_DAILY_QUOTA = 500  # requests, until 00:00 UTC

CACHE_LOCK_EXPIRE = 4  # seconds until a dead leader is replaced; renewed while it lives, so calls may last longer
CACHE_LOCK_TIMEOUT = 60  # seconds that who finds a question being asked waits for its answer; longer than any call
CACHE_LOCK_BLOCKING = True  # False: they do not wait, and go without that provider
CACHE_LOCK_AUTO_RENEWAL = True  # False: a leader's time is CACHE_LOCK_EXPIRE, however long its call takes
