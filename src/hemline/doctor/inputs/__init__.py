"""What a target is shown: forms, scalings, layouts, files."""
