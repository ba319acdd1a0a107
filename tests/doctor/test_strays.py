"""What a pipeline has started ends when its examination does, wherever it has gone."""

import contextlib
import os
import subprocess
import sys

import numpy as np
import psutil
import pytest

from hemline.doctor.targets import open_target
from hemline.errors import TargetError
from tests.serving.running import until

MODULE = """
import os, pathlib, signal, subprocess, sys, time
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

start = {start}
start()
while not pathlib.Path("pids").exists():
    time.sleep(0.01)

def answers(x): return np.zeros((len(x), 10))
def dies(x): os._exit(7)
def never(x): time.sleep(1000)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems hide environments")
@pytest.mark.parametrize("start", ["child", "session", "nohup", "daemon"])
@pytest.mark.parametrize("answer", ["answers", "dies", "never"])
def test_nothing_stays(start, answer, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pipe.py").write_text(MODULE.replace("{start}", start))
    with contextlib.closing(open_target(f"pipe:{answer}", limit=1.0)) as target:
        pids = [int(line) for line in (tmp_path / "pids").read_text().split()]
        assert pids
        assert all(map(alive, pids))
        if answer != "answers":
            with pytest.raises(TargetError):
                target.answer(np.zeros((2, 28, 28), np.uint8), "array")
    until(lambda: not any(map(alive, pids)), seconds=5)


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
