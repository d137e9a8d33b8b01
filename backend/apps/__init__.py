"""The server's features, one folder each."""
