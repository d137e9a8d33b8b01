"""Where the cluster's small shared state is kept: `memory.MemoryStore` and `redis.RedisStore`.

Both keep versioned cells (ports.CellStore) and flights (ports.FlightStore), and both pass the suite in tests/contract.
Import the module you need: a process without Redis does not load its client.
"""
