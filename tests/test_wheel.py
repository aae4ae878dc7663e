"""An installed wheel is the same product as a checkout: content, migrations, pages and all."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STARTS_WITHIN = 180.0


@pytest.fixture(scope="module")
def coach(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `coach` command of a wheel, built from this tree and installed into an empty environment."""
    uv = shutil.which("uv")
    assert uv, "uv builds the wheel; get it with: pip install uv"
    folder = tmp_path_factory.mktemp("wheel")
    run(uv, "build", "--wheel", "--quiet", "--out-dir", str(folder), str(ROOT))
    run(uv, "venv", "--quiet", "--python", sys.executable, str(folder / "env"))
    wheel = next(folder.glob("*.whl"))
    run(uv, "pip", "install", "--quiet", "--python", str(folder / "env" / "bin" / "python"), str(wheel))
    return folder / "env" / "bin" / "coach"


def run(*command: str, folder: Path | None = None) -> str:
    """Run a command to its end, away from the checkout; its output when it went well."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("COACH_", "VIRTUAL_ENV", "PYTHONPATH"))}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_content_is_in_the_wheel(coach: Path, tmp_path: Path) -> None:
    """Texts, rules and word lists are found and in order."""
    assert "in order" in run(str(coach), "check", folder=tmp_path)


def test_the_migrations_are_in_the_wheel(coach: Path, tmp_path: Path) -> None:
    """A database is made in a folder that holds nothing else."""
    run(str(coach), "db", "upgrade", folder=tmp_path)
    assert "No damage" in run(str(coach), "db", "check", folder=tmp_path)


def test_the_demo_runs_from_the_wheel(coach: Path, tmp_path: Path) -> None:
    """Phones and dashboard answer, style sheets included."""
    with demo(coach, tmp_path) as address:
        assert "Ruth Abbott" in fetch(f"{address}/phone")
        assert "Sign in" in fetch(f"{address}/sign-in")
        assert fetch(f"{address}/readyz")


@contextmanager
def demo(coach: Path, folder: Path) -> Iterator[str]:
    """The demonstration on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("COACH_", "VIRTUAL_ENV", "PYTHONPATH"))}
    log = (folder / "log").open("w")
    process = subprocess.Popen(
        [coach, "demo", "--port", str(port)], cwd=folder, env=environment, stdout=log, stderr=log
    )
    try:
        wait_for(f"{address}/healthz", process, folder / "log")
        yield address
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until an address answers; fail with what was printed when the process ends or takes too long."""
    ends = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            fetch(address)
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < ends, log.read_text()
            time.sleep(0.2)
        else:
            return


def fetch(address: str) -> str:
    """A page as text."""
    with urllib.request.urlopen(address, timeout=10) as answer:
        return str(answer.read().decode())
