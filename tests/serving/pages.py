"""The page in a real browser, for tests."""

import contextlib
import re

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@contextlib.contextmanager
def shown(browser, url, **options):
    """The page; at the end it has to have made no mistake, and have asked nobody else."""
    context = browser.new_context(**{"viewport": DESKTOP} | options)
    page = context.new_page()
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if mistaken(said) else None)
    page.on("request", lambda asked: wrong.append(asked.url) if elsewhere(asked.url) else None)
    page.on("dialog", lambda dialog: wrong.append(dialog.message) or dialog.dismiss())

    def mistaken(said):  # a refusal is none
        return said.type == "error" and "status of 400" not in said.text

    def elsewhere(address):
        return not address.startswith((url, "blob:", "data:"))

    page.goto(url)
    page.wait_for_selector("#about:not(:empty)")
    yield page
    context.close()
    assert wrong == []


def choose(page, content, kind="image/jpeg"):
    """Ask about a picture file."""
    page.set_input_files("#file", {"name": "picture", "mimeType": kind, "buffer": content})


def headline(page):
    """What the answer is, once it is there."""
    page.wait_for_selector("#headline strong, #error:not([hidden])", timeout=30_000)
    page.wait_for_selector("#busy", state="hidden", timeout=30_000)
    return page.inner_text("#headline")


def forget(page):
    """What is shown from now on belongs to the next question."""
    page.wait_for_selector("#busy", state="hidden", timeout=30_000)
    page.evaluate("document.getElementById('bars').replaceChildren()")


def shares(page):
    """Percentages by name, in the order of the page."""
    page.wait_for_selector("#bars li", timeout=30_000)
    rows = [
        (row.locator("bdi").inner_text(), row.locator(".percent").inner_text())
        for row in page.locator("#bars li").all()
    ]
    return {name: float(re.fullmatch(r"([\d.]+)\s%", percent)[1]) for name, percent in rows}


def pixels_seen(page):
    """Red, green and blue of what the page says that the model saw, by row."""
    return page.evaluate(
        """async () => {
            const image = document.querySelector("#steps .seen img");
            await image.decode();
            const { naturalWidth: width, naturalHeight: height } = image;
            const context = Object.assign(document.createElement("canvas"), { width, height })
                .getContext("2d");
            context.drawImage(image, 0, 0);
            const { data } = context.getImageData(0, 0, width, height);
            return Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) =>
                Array.from(data.slice(4 * (y * width + x), 4 * (y * width + x) + 3))));
        }"""
    )
