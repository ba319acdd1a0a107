"""Logs: lines for people, or JSON lines for machines, on standard error."""

import json
import logging
from typing import Any

from hemline.printing import printable

_USUAL = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "color_message"}


class Lines(logging.Formatter):
    """A line a record, whatever is in it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - Python's name
        """The line, without what may follow of an exception."""
        return printable(super().formatMessage(record))


class JsonLines(logging.Formatter):
    """One JSON document a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, message, and the fields of the record."""
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        line |= {key: value for key, value in record.__dict__.items() if key not in _USUAL}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def log_config(*, as_json: bool) -> dict[str, Any]:
    """Of Python's logging, for this program and for uvicorn."""
    line: dict[str, Any] = {
        "()": "hemline.serving.logs.Lines",
        "format": "%(asctime)s %(levelname)s %(message)s",
    }
    if as_json:
        line = {"()": "hemline.serving.logs.JsonLines"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {
            "hemline": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
            "uvicorn": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        },
    }
