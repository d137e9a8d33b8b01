"""What whoever runs the server needs: probes, health, what it can do."""
