"""What people may do with what is kept of them: read it, take it away, delete it; and how long anything is kept."""
