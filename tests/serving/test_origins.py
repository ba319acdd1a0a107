"""What other sites' pages bring about is refused; own names and programs are answered."""

import pytest

from hemline.serving.origins import check_origin
from hemline.serving.refusals import RefusedError
from tests.serving.running import serve

CROSS = {"Sec-Fetch-Site": "cross-site"}
LINK = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def said(server, **headers):
    return server.get("/about", headers=headers).status_code


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8000", "LOCALHOST.", "app.localhost", "127.0.0.1", "127.8.9.1:80",
     "[::1]:8000", "192.168.1.7:8000"],
)  # fmt: skip
def test_own_names_and_addresses_are_answered(host, server):
    assert said(server, Host=host) == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example",
     "1.evil", "notlocalhost", "[evil]", "999.1.1.1", "0x7f.1"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/about", "/model.onnx", "/v2", "/metrics", "/nowhere"])
def test_names_of_others_are_refused_on_every_route(host, path, server):
    answer = server.get(path, headers={"Host": host})
    assert answer.status_code == 421
    assert "--allow-host" in answer.json()["error"]


def test_health_is_told_to_everybody(server):
    assert server.get("/v2/health/ready", headers={"Host": "probe.example"}).status_code == 200


def test_what_another_site_causes_is_refused(server, photo):
    for headers in (CROSS, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        for path in ("/about", "/model.onnx"):
            assert server.get(path, headers=headers).status_code == 403
        answer = server.post("/classify", content=photo, headers=headers)
        assert answer.status_code == 403
        assert answer.json()["error"].startswith("Expected ")


def test_a_link_from_another_site_leads_to_the_page_and_does_nothing_else(server, photo):
    assert server.get("/", headers=CROSS | LINK).status_code == 200
    assert server.post("/classify", content=photo, headers=CROSS | LINK).status_code == 403
    framed = LINK | {"Sec-Fetch-Dest": "iframe"}
    assert server.get("/", headers=CROSS | framed).status_code == 403


def test_the_own_page_and_programs_are_answered(server, photo):
    for headers in (
        {"Origin": server.url, "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {},
    ):
        assert server.post("/classify", content=photo, headers=headers).status_code == 200


def test_names_that_the_operator_allows(model_file, tmp_path):
    names = ["--allow-host", "Shop.Example", "--allow-host", "shop.internal"]
    with serve(model_file, *names, log=tmp_path / "log") as server:
        assert said(server, Host="shop.example:443", Origin="https://shop.example") == 200
        assert said(server, Host="shop.internal") == 200
        assert said(server, Host="other.example") == 421
        assert said(server, Host="shop.internal", Origin="https://other.example") == 403


def test_any_name_where_the_operator_says_so():
    check_origin({b"host": b"whatever.example"}, "GET", ("*",))
    with pytest.raises(RefusedError):
        check_origin({b"host": b"whatever.example"}, "GET", ())
