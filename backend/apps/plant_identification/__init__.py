"""Photo in, answer out, over HTTP and kept in the database."""
