"""What is counted for Prometheus, and /metrics; hears everything, and nobody knows it but the server itself."""
