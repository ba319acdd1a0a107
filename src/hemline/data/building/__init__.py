"""From the parts that a reader found to a data set: classes, one form, parts cut by content."""
