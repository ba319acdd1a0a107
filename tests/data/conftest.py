"""What tests of data share."""

import shutil

import pytest


@pytest.fixture(autouse=True)
def empty_cache(own_machine):
    """Not even drawn garments in the cache, which is looked at here."""
    shutil.rmtree(own_machine / "cache")
