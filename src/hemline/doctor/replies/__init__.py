"""What comes back from a target, read as answers."""
