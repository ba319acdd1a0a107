"""The account of a data set adds up, and says what a person needs to know."""

import json

import pytest

from hemline.data.account import Account
from hemline.errors import DataError


@pytest.fixture
def account() -> Account:
    account = Account(took_for="a folder a class")
    for number in range(5):
        account.use(f"a/{number}.png")
    account.ignore("a/Thumbs.db", "left by Windows")
    account.ignore("b/Thumbs.db", "left by Windows")
    account.ignore("notes.txt", "no picture")
    account.refuse("a/5.png", "empty")
    return account


def test_the_three_add_up_to_what_was_found(account):
    assert account.counts == {"found": 9, "used": 5, "ignored": 3, "refused": 1}


def test_a_file_has_one_status_the_last_one(account):
    account.refuse("a/0.png", "damaged")
    assert account.counts == {"found": 9, "used": 4, "ignored": 3, "refused": 2}
    assert "a/0.png" in account
    assert "a/9.png" not in account


def test_the_summary_names_what_was_refused_and_counts_what_was_ignored(account):
    assert account.summary() == [
        "9 files found: 5 used, 3 ignored, 1 refused",
        "  refused a/5.png: empty",
        "  ignored 2: left by Windows",
        "  ignored 1: no picture",
    ]
    assert Account().summary() == []


def test_the_summary_stays_short():
    account = Account()
    for number in range(1000):
        account.refuse(f"{number}.png", "empty")
        account.ignore(f"{number}.txt", f"reason {number}")
    assert len(account.summary()) < 15
    assert "  and 995 more that were refused" in account.summary()
    assert "  ignored 995 for other reasons" in account.summary()


def test_the_whole_account_is_plain_json(account):
    account.note("A warning.")
    account.note("A warning.")
    document = json.loads(json.dumps(account.describe()))
    assert document["took_for"] == "a folder a class"
    assert document["notes"] == ["A warning."]
    assert len(document["files"]) == document["found"] == 9
    assert document["files"][-1] == {"file": "a/5.png", "status": "refused", "reason": "empty"}


def test_a_strict_account_takes_a_refused_file_for_an_error():
    account = Account(strict=True)
    account.ignore("notes.txt", "no picture")
    with pytest.raises(DataError, match=r"received a/5.png .empty.; mend or remove it"):
        account.refuse("a/5.png", "empty")
