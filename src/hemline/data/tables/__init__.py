"""Tables: text, ARFF and parquet, with a column a pixel, with names of files, or with pictures."""

from hemline.data.tables.reading import read_tables

__all__ = ["read_tables"]
