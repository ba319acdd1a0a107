"""Pipelines written by somebody who has not read the doctor."""
