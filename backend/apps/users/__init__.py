"""Who uses the server."""
