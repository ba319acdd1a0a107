"""What a pipeline has started ends when its examination does, wherever it has gone."""

import contextlib
import os
import signal
import subprocess
import sys

import numpy as np
import psutil
import pytest

from hemline.doctor.targets import open_target
from hemline.errors import TargetError
from tests.serving.running import until

MODULE = """
import os, pathlib, re, signal, subprocess, sys, time
import numpy as np

def begin(*command, **options):
    child = subprocess.Popen(command, **options)
    with open("pids", "a") as stream:
        stream.write(f"{child.pid}\\n")

def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            pathlib.Path("written").write_text(str(os.getpid()))
            os.rename("written", "pids")
            time.sleep(1000)
        os._exit(0)
    os.wait()

def child(): begin("sleep", "1000")
def session(): begin("sleep", "1000", start_new_session=True)
def nohup(): begin("nohup", "setsid", "sleep", "1000", stdout=subprocess.DEVNULL)
def unmarked(): begin("sleep", "1000", env={})
def unmarked_session(): begin("sleep", "1000", env={}, start_new_session=True)
def unmarked_daemon():
    script = "trap '' TERM HUP; echo $$ > written; mv written pids; exec sleep 1000"
    subprocess.run(["env", "-i", "setsid", "-f", "sh", "-c", script])
def unmarked_family():
    script = "sleep 1000 & echo $! >> written; echo $$ >> written; mv written pids; wait"
    subprocess.Popen(["sh", "-c", script], env={}, start_new_session=True)

start = {start}
start()
while not pathlib.Path("pids").exists():
    time.sleep(0.01)

pathlib.Path("ready").touch()
if {waits}:
    time.sleep(1000)

def answers(x): return np.zeros((len(x), 10))
def dies(x): os._exit(7)
def group(x): os.killpg(0, signal.SIGKILL)
def never(x): time.sleep(1000)
def computes(x):
    while True:
        np.sort(np.random.default_rng(0).random(5_000_000))
def holds(x): re.match("(a+)+$", 64 * "a" + "b")  # and lets no other thread run
"""
STARTS = ["child", "session", "nohup", "daemon"]
UNMARKED = ["unmarked", "unmarked_session", "unmarked_daemon", "unmarked_family"]
EXAMINE = """
import sys
import numpy as np
from hemline.doctor.targets import open_target
target = open_target(sys.argv[1], limit=100.0)
print("open", flush=True)
target.answer(np.zeros((2, 28, 28), np.uint8), "array")
"""

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="other systems hide processes")


def write_pipeline(folder, start, *, waits=False):
    """A module that starts something when it is imported, and may go on importing for ever."""
    text = MODULE.replace("{start}", start).replace("{waits}", str(waits))
    (folder / "pipe.py").write_text(text)


def started(folder):
    """What the pipeline has started."""
    return [int(line) for line in (folder / "pids").read_text().split()]


ENDS = ["answers", "dies", "group", "never"]
# Every way to start with two of the ways to end, in turn.
PAIRS = [
    (start, answer)
    for turn, start in enumerate([*STARTS, *UNMARKED])
    for place, answer in enumerate(ENDS)
    if (turn + turn // 4 + place) % 2
]


@linux_only
@pytest.mark.parametrize(("start", "answer"), PAIRS)
def test_nothing_stays(start, answer, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_pipeline(tmp_path, start)
    with contextlib.closing(open_target(f"pipe:{answer}", limit=1.0)) as target:
        pids = started(tmp_path)
        assert pids
        assert all(map(alive, pids))
        if answer != "answers":
            with pytest.raises(TargetError):
                target.answer(np.zeros((2, 28, 28), np.uint8), "array")
    until(lambda: not any(map(alive, pids)), seconds=5)


@contextlib.contextmanager
def examination(folder, answer):
    """A process that examines a pipeline, what it prints, and all that it has begun."""
    command = [sys.executable, "-c", EXAMINE, f"pipe:{answer}"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as doctor:
        begun = []
        try:
            until((folder / "ready").exists)
            begun += started(folder)
            begun += [child.pid for child in psutil.Process(doctor.pid).children(recursive=True)]
            yield doctor, begun
        finally:
            for pid in [doctor.pid, *begun]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


@linux_only
@pytest.mark.parametrize(
    ("end", "answer"),
    [
        ("SIGTERM", "never"),
        ("SIGTERM", "holds"),
        ("SIGHUP", "computes"),
        ("SIGKILL", "computes"),
        ("SIGKILL", "never"),
        ("SIGINT", "holds"),
    ],
)
def test_nothing_stays_when_the_examination_is_ended(answer, end, tmp_path):
    write_pipeline(tmp_path, "unmarked_session")
    with examination(tmp_path, answer) as (doctor, begun):
        assert doctor.stdout.readline() == "open\n"
        assert len(begun) >= 3
        doctor.send_signal(getattr(signal, end))
        until(lambda: not any(map(alive, begun)), seconds=10)
        doctor.wait()


@linux_only
def test_nothing_stays_of_a_pipeline_that_is_still_opened(tmp_path):
    write_pipeline(tmp_path, "child", waits=True)
    with examination(tmp_path, "answers") as (doctor, begun):
        assert all(map(alive, begun))
        doctor.kill()
        until(lambda: not any(map(alive, begun)), seconds=10)


@linux_only
def test_a_worker_without_its_guard_ends(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_pipeline(tmp_path, "child")
    with contextlib.closing(open_target("pipe:never", limit=100.0)):
        [guard] = guards()
        [worker] = guard.children()
        guard.kill()
        until(lambda: not alive(worker.pid), seconds=10)
    until(lambda: not any(map(alive, started(tmp_path))), seconds=10)


@linux_only
def test_a_guard_that_was_stopped_keeps_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("hemline.doctor.targets.process._ENDING", 0.1)
    write_pipeline(tmp_path, "unmarked_session")
    with contextlib.closing(open_target("pipe:never", limit=100.0)):
        [guard] = guards()
        guard.suspend()
    assert not guard.is_running()
    assert not any(map(alive, started(tmp_path)))


def guards():
    """Of this process, which may have other children."""
    children = psutil.Process().children()
    return [one for one in children if any("guard.py" in word for word in one.cmdline())]


def alive(pid):
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_other_processes_stay(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pipe.py").write_text("import numpy as np\ndef answers(x): return np.eye(10)[:2]\n")
    own = subprocess.Popen(["sleep", "1000"], env=os.environ | {"HEMLINE_EXAMINED": "another"})
    try:
        open_target("pipe:answers", limit=5.0).close()
        assert own.poll() is None
    finally:
        own.kill()
        own.wait()
