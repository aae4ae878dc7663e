"""A real browser for tests. Without one they are skipped, but never where CI is set."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser. Use it for a module at most: while it is open, this thread has a running event loop."""
    path = _path()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        yield opened
        opened.close()


def _path() -> str:
    found = os.environ.get("COACH_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found:
        return found
    reason = "no browser: apt install chromium, or name one in COACH_TEST_CHROMIUM"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
