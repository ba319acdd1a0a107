"""The command line: one thin file a command; everything heavy is imported where it is used."""

from hemline.cli.app import main

__all__ = ["main"]
