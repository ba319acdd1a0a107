"""Too large, too slow, too many, not allowed: a real server with tight limits."""

import concurrent.futures
import gzip
import json
import socket
import time

import httpx
import numpy as np
import psutil
import pytest

from hemline.serving.connections import HEAD_SECONDS, MOST
from tests.photos.costly import png
from tests.serving.running import connect, request, seconds_until_closed, serve, until

TOKEN = {"Authorization": "Bearer open sesame"}
INFER = "/v2/models/garments/infer"
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def strict(model_file, tmp_path_factory):
    limits = ["--max-megabytes", "1", "--max-megapixels", "1", "--timeout", "5"]
    queues = ["--queue", "4", "--photo-queue", "2"]
    log = tmp_path_factory.mktemp("strict") / "log"
    with serve(model_file, *limits, *queues, log=log, HEMLINE_TOKEN="open sesame") as started:
        yield started


def post(server, path="/classify", **options):
    options["headers"] = TOKEN | options.get("headers", {})
    return server.post(path, **options)


def test_nothing_but_the_page_and_its_health_is_seen_without_the_token(strict, pixels):
    for headers in ({}, {"Authorization": "Bearer another"}, {"Authorization": "open sesame"}):
        for path in ("/v2", "/metrics", "/about", "/model.onnx", "/docs", "/openapi.json"):
            answer = strict.get(path, headers=headers)
            assert (answer.status_code, answer.json().keys()) == (401, {"error"})
        assert strict.post("/classify", content=b"x", headers=headers).status_code == 401
    assert strict.get("/v2/health/live").status_code == strict.get("/").status_code == 200
    assert post(strict, INFER, json=request(pixels[:1])).status_code == 200


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "bEaReR", "Bearer "])
def test_the_scheme_of_the_token_has_no_case(scheme, strict):
    headers = {"Authorization": f"{scheme} open sesame"}
    assert strict.get("/about", headers=headers).status_code == 200


@pytest.mark.parametrize("scheme", ["Basic", "Token", "Bear", "Bearers", "Bearer:"])
def test_another_scheme_is_refused(scheme, strict):
    headers = {"Authorization": f"{scheme} open sesame"}
    assert strict.get("/about", headers=headers).status_code == 401


def test_a_body_may_be_as_large_as_is_said_and_no_larger(strict):
    for size, status in ((MEGABYTE, 415), (MEGABYTE + 1, 413)):
        assert post(strict, content=bytes(size)).status_code == status
        in_chunks = post(strict, content=iter([bytes(size - 5), bytes(5)]))
        assert in_chunks.status_code == status
        assert in_chunks.json()["error"].startswith("Expected ")


def test_a_body_is_counted_decompressed_too(strict):
    headers = {"Content-Encoding": "gzip"}
    just = gzip.compress(bytes(MEGABYTE))
    assert post(strict, content=just, headers=headers).status_code == 415
    over = gzip.compress(bytes(MEGABYTE + 1))
    assert post(strict, content=over, headers=headers).status_code == 413
    bomb = gzip.compress(bytes(200 * MEGABYTE), 9)
    worker = strict.workers()[0]
    before = worker.memory_info().rss
    for path in ("/classify", INFER):
        assert post(strict, path, content=bomb, headers=headers).status_code == 413
    assert worker.memory_info().rss - before < 50 * MEGABYTE


@pytest.mark.parametrize("content", [b"", b"more"])
def test_what_is_compressed_has_to_be_whole(strict, content):
    packed = gzip.compress(b"{}")
    body = packed + content if content else packed[:-2]
    answer = post(strict, content=body, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 400


def test_other_codings_are_refused(strict):
    answer = post(strict, content=b"x", headers={"Content-Encoding": "br"})
    assert answer.status_code == 415


def test_a_picture_bomb_is_refused_undecoded(strict):
    bomb = png(50_000, 50_000, bytes(10 * MEGABYTE))
    assert len(bomb) < 20_000
    began = time.perf_counter()
    answer = post(strict, content=bomb)
    assert answer.status_code == 400
    assert "megapixels" in answer.json()["error"]
    assert time.perf_counter() - began < 2


def test_full_queues_refuse_with_retry_after_and_empty_again(strict, photo, pixels):
    many = json.dumps(request(np.repeat(pixels[:1], 1000, axis=0))).encode()
    asks = [lambda: post(strict, content=photo), lambda: post(strict, INFER, content=many)]
    for ask in asks:
        with concurrent.futures.ThreadPoolExecutor(12) as clients:
            answers = list(clients.map(lambda _: ask(), range(12)))  # noqa: B023
        statuses = [answer.status_code for answer in answers]
        assert set(statuses) == {200, 503}
        refused = answers[statuses.index(503)]
        assert refused.headers["Retry-After"] == "1"
        assert refused.json()["error"].startswith("Expected fewer requests")
        until(lambda: ask().status_code == 200)  # noqa: B023


def test_slow_clients_are_cut_off_and_others_served_meanwhile(strict, pixels):
    head = b"POST /classify HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer open sesame\r\n"
    silent, slow_head, slow_body, second_head = (connect(strict) for _ in range(4))
    slow_head.sendall(head)
    slow_body.sendall(head + b"Content-Length: 1000\r\n\r\nsome")
    second_head.sendall(b"GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\n\r\nGET /")
    began = time.perf_counter()
    assert post(strict, INFER, json=request(pixels[:1])).status_code == 200
    assert time.perf_counter() - began < 1.5
    slow = (silent, slow_head, slow_body, second_head)
    with concurrent.futures.ThreadPoolExecutor(4) as waiting:
        ends = list(waiting.map(seconds_until_closed, slow))
    for seconds, _ in ends:
        assert seconds < HEAD_SECONDS + 2
    for _, said in ends:
        assert b"408 Request Timeout" in said
        assert b'{"error":' in said.replace(b'{"error": ', b'{"error":')


def test_a_client_that_reads_nothing_is_dropped(strict):
    made = connect(strict, SO_RCVBUF=4096)
    ask = b"GET /openapi.json HTTP/1.1\r\nAuthorization: Bearer open sesame\r\n\r\n"
    worker = strict.workers()[0]
    try:
        for _ in range(500):
            made.sendall(ask)
    except (TimeoutError, ConnectionError):
        pass  # it has stopped reading, too
    ours = made.getsockname()[1]
    until(lambda: ours not in {c.raddr.port for c in worker.net_connections() if c.raddr}, 20)
    made.close()


def test_a_head_without_end_is_refused(strict):
    made = connect(strict)
    made.sendall(b"GET / HTTP/1.1\r\n")
    try:
        for _ in range(100):
            made.sendall(b"X: " + bytes(97 * [120]) * 100 + b"\r\n")
    except ConnectionError:
        pass
    _, said = seconds_until_closed(made)
    assert b" 431 " in said or said == b""


def test_what_is_not_http_has_a_sentence(strict):
    made = connect(strict)
    made.sendall(b"\x16\x03\x01 hello\r\n\r\n")
    _, said = seconds_until_closed(made)
    assert b" 400 " in said
    assert b'"error"' in said


def test_connections_beyond_the_most_are_refused_and_room_is_made_again(strict):
    until(lambda: strict.get("/v2/health/live").status_code == 200)
    held = [connect(strict) for _ in range(MOST)]
    time.sleep(0.5)
    _, said = seconds_until_closed(connect(strict))
    assert b" 503 " in said
    assert b"retry-after: 1" in said
    for made in held:
        made.close()

    def works():
        try:
            return strict.get("/v2/health/live").status_code == 200
        except httpx.TransportError:
            return False

    until(works)


def test_a_full_file_table_costs_nothing_and_room_is_made_again(strict):
    (worker,) = strict.workers()
    limits = worker.rlimit(psutil.RLIMIT_NOFILE)
    worker.rlimit(psutil.RLIMIT_NOFILE, (worker.num_fds() + 4, limits[1]))
    try:
        clients = [socket.create_connection(("127.0.0.1", strict.port)) for _ in range(20)]
        began = sum(worker.cpu_times()[:2])
        time.sleep(2)
        assert sum(worker.cpu_times()[:2]) - began < 0.5
    finally:
        worker.rlimit(psutil.RLIMIT_NOFILE, limits)
    for client in clients:
        client.close()
    assert strict.get("/v2/health/live").status_code == 200


def test_no_request_names_a_path_on_the_server(strict):
    for path in ("/page/../settings.py", "/page/%2e%2e/settings.py", "/page//etc/passwd"):
        answer = strict.get(path, headers=TOKEN)
        assert answer.status_code == 404


def test_the_worker_has_survived_all_this(strict):
    assert "Traceback" not in strict.log.read_text()
    [worker] = strict.workers()
    assert strict.process.poll() is None
    assert worker.is_running()
    answer = strict.get("/metrics", headers=TOKEN)
    assert 'status="413"' in answer.text
    assert 'status="500"' not in answer.text


def test_what_a_browser_may_do_with_the_answers(strict):
    answer = strict.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    crossed = strict.get("/", headers={"Origin": "https://example.org"})
    assert "access-control-allow-origin" not in crossed.headers
