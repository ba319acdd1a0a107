"""Serving: a model file answers over HTTP, and on a page. Light to import: all else is beneath."""
