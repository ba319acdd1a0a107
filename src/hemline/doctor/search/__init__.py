"""The search for the form in which a target works."""
