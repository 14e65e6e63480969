"""Three hosts in network namespaces, joined by a bridge: a scheduler host and two with workers.

Every host has its own network stack; cutting one off takes its cable away and leaves its processes
running, as a failed switch would. Needs root and `ip` of Linux.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

NET = "10.213.47"
PORT = 8786
TTL_S = 4  # after which a silent worker is given up


def why_not() -> str:
    """Why there can be no namespaces here; empty: there can."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return "network namespaces need root and the command ip"
    name = f"fstest{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
    if made.returncode:
        return f"no network namespace can be made: {made.stderr.decode().strip()}"
    subprocess.run(["ip", "netns", "del", name], check=False)
    return ""


class Hosts:
    """The hosts by number, 1 to 3, and what runs on them."""

    def __init__(self, logs: Path) -> None:
        self.mark = f"fs{os.getpid() % 100_000}"
        self.logs = logs
        self.processes: list[subprocess.Popen[bytes]] = []

    def build(self) -> None:
        ip("link", "add", self._bridge, "type", "bridge")
        ip("link", "set", self._bridge, "up")
        for host in (1, 2, 3):
            space = self.space(host)
            ip("netns", "add", space)
            cable = "link", "add", self._plug(host), "type", "veth"
            ip(*cable, "peer", "name", "eth0", "netns", space)
            ip("link", "set", self._plug(host), "master", self._bridge, "up")
            ip("-n", space, "addr", "add", f"{NET}.{host}/24", "dev", "eth0")
            ip("-n", space, "link", "set", "eth0", "up")
            ip("-n", space, "link", "set", "lo", "up")

    def run(
        self, host: int, *words: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a command on a host."""
        line = ["ip", "netns", "exec", self.space(host), *words]
        with (self.logs / f"host-{host}-{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(line, stdout=log, stderr=subprocess.STDOUT, env=environment)
        self.processes.append(process)
        return process

    def cut_off(self, host: int) -> None:
        """Pull the cable of a host."""
        ip("link", "set", self._plug(host), "down")

    def remove(self) -> None:
        """Stop what was started and take everything away."""
        for process in self.processes:
            process.kill()
            process.wait()
        ways = [("link", "del", self._plug(host)) for host in (1, 2, 3)]
        ways += [("netns", "del", self.space(host)) for host in (1, 2, 3)]
        for way in (*ways, ("link", "del", self._bridge)):
            with contextlib.suppress(subprocess.CalledProcessError):
                ip(*way)

    def space(self, host: int) -> str:
        return f"{self.mark}-{host}"

    @property
    def _bridge(self) -> str:
        return f"{self.mark}br"

    def _plug(self, host: int) -> str:
        return f"{self.mark}p{host}"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextlib.contextmanager
def cluster(logs: Path) -> Iterator[tuple[Hosts, str]]:
    """A scheduler on host 1 and a worker on hosts 2 and 3; the address of the scheduler."""
    hosts = Hosts(logs)
    address = f"tcp://{NET}.1:{PORT}"
    settings = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": f"{TTL_S}s"}
    try:
        hosts.build()
        scheduler = "--host", f"{NET}.1", "--port", str(PORT), "--no-dashboard"
        hosts.run(
            1,
            sys.executable,
            "-m",
            "distributed.cli.dask_scheduler",
            *scheduler,
            environment=settings,
        )
        time.sleep(1)
        for host in (2, 3):
            worker = address, "--host", f"{NET}.{host}", "--nthreads", "1", "--no-dashboard"
            line = sys.executable, "-m", "distributed.cli.dask_worker", *worker
            hosts.run(host, *line, "--no-nanny", environment=settings)
        yield hosts, address
    finally:
        hosts.remove()
