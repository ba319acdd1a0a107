"""The report in a real browser: wide and narrow, light and dark, with nobody to ask for help."""

import pytest

from tests.browser import axe, browser  # noqa: F401  fixtures

WIDTHS = {"desktop": 1280, "phone": 390}


@pytest.fixture
def open_page(browser, pages):  # noqa: F811
    """Open a page and say what it complained of and asked for."""
    contexts = []

    def opened(name, width, scheme):
        contexts.append(browser.new_context(viewport={"width": width, "height": 844}))
        page = contexts[-1].new_page()
        page.emulate_media(color_scheme=scheme)
        heard = []
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: heard.append(request.url))
        page.goto(pages[name].as_uri())
        own = pages[name].as_uri()
        return page, [word for word in heard if word != own and not word.startswith("data:")]

    yield opened
    for context in contexts:
        context.close()


# Each page at each width and in each scheme, but not every one of the eight: axe takes seconds.
@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        ("one", "desktop", "light"),
        ("one", "phone", "dark"),
        ("two", "desktop", "dark"),
        ("two", "phone", "light"),
    ],
)
def test_it_opens_quietly_fits_and_is_accessible(open_page, axe, name, width, scheme):  # noqa: F811
    page, heard = open_page(name, WIDTHS[width], scheme)
    assert heard == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    broken = "[...document.images].filter(i => !i.complete || i.naturalWidth != 28).length"
    assert page.evaluate(broken) == 0
    page.evaluate(axe)
    found = page.evaluate("axe.run()")
    assert len(found["passes"]) > 15
    serious = [rule for rule in found["violations"] if rule["impact"] in ("serious", "critical")]
    assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in serious] == []


def test_light_and_dark_differ_in_page_and_charts(open_page):
    def colours(scheme):
        page, _ = open_page("one", 1280, scheme)
        ink = "getComputedStyle(document.querySelector('svg text')).fill"
        return page.evaluate(f"[getComputedStyle(document.body).backgroundColor, {ink}]")

    assert all(a != b for a, b in zip(colours("light"), colours("dark"), strict=True))


def test_charts_can_be_read_on_a_phone(open_page):
    page, _ = open_page("one", 390, "light")
    heights = page.evaluate(
        "[...document.querySelectorAll('svg text')].map(t => t.getBoundingClientRect().height)"
    )
    assert min(heights) > 8


def test_tables_of_one_run_fit_a_phone(open_page):
    page, _ = open_page("one", 390, "light")
    wide = "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth)"
    assert page.evaluate(f"{wide}.map(e => e.getAttribute('aria-label'))") == []


def test_paper_is_light_whatever_the_screen_is(open_page):
    page, _ = open_page("one", 1280, "dark")
    page.emulate_media(media="print", color_scheme="dark")
    paper, ink = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    assert paper == "rgb(255, 255, 255)"
    assert ink == "rgb(29, 31, 36)"
    assert page.pdf().startswith(b"%PDF")
