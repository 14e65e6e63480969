"""What the tests of the dashboard share; servers listen on 127.0.0.1 only."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
from pathlib import Path

import polars as pl

from fabstack.results.store import RunWriter

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # starlette recommends another client than that of NiceGUI
    from starlette.testclient import TestClient

__all__ = ["Server", "TestClient", "wait_for", "write_run"]
START_S = 60  # for a server on a busy machine


def write_run(folder, name, value=1.0, **about):
    """A small run with one table of five rows."""
    with RunWriter(folder / name, programme="toy", seed=1, command="fabstack run", **about) as run:
        items = ["a", "b", "c", "=1+1", None]
        costs = [value, 2.0, None, 4.0, 5.0]
        run.table("cost_items", pl.DataFrame({"item": items, "total_usd": costs}))
        sentence = "It does not hold: 1 of 2 parts fails."
        parts = [
            {"part": 1, "title": "Demand", "holds": False, "finding": "too many"},
            {"part": 2, "title": "Plant", "holds": True, "finding": "enough"},
        ]
        run.summary({"headline": {"sentence": sentence}, "mission": parts})


class Server:
    """A server of its own process, to be asked, killed and started again."""

    def __init__(self, runs, programmes, *options):
        self.options = [str(runs), "--programmes", str(programmes), *options]
        self.said = Path(runs).parent / "server.txt"
        self.start()

    def start(self):
        with self.said.open("ab") as said:
            where = said.tell()
            command = [sys.executable, "-m", "fabstack", "serve", *self.options, "--port", "0"]
            self.process = subprocess.Popen(command, stderr=said, stdout=said)
        self.url = self._address(where)

    def _address(self, where):
        """Where it listens, by its own words; it must answer there."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            words = self.said.read_bytes()[where:].decode()
            if "open http://" in words:
                url = words.split("open ")[1].split("/;")[0].split("/ (")[0]
                if _answers(url):
                    return url
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(f"the server did not start: {self.said.read_text()}")

    def get(self, path):
        """What it answers, as JSON."""
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return json.load(answer)

    def post(self, path, document=None):
        body = json.dumps(document or {}).encode()
        kind = {"content-type": "application/json"}
        request = urllib.request.Request(self.url + path, body, kind)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def kill(self):
        """As the machine would: without a chance to say goodbye."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()


def _answers(url):
    try:
        urllib.request.urlopen(url + "/api/jobs", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def wait_for(condition, seconds=120.0, every=0.1):
    """The first true answer; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(every)
    raise AssertionError(f"this did not come true in {seconds} s")
