"""How much memory an export takes does not grow with the archive; a killed one leaves nothing under its name."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.synthetic import make_synthetic

pytestmark = pytest.mark.slow
FEW, MANY = 2_000, 20_000
MORE_AT_MOST = 30
"""Megabytes that ten times the articles may take; they have 220 MB. Parquet holds 20 more until its pool is full."""
# Every format, its options, and the package it needs.
EXPORTS = {
    "csv": ((), None),
    "jsonl": ((), None),
    "history": (("--what", "history"), None),
    "views": (("--what", "views"), None),
    "parquet": ((), "pyarrow"),
    "atom": (("--limit", "1000000"), None),
    "site": ((), "jinja2"),
}


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    folder = tmp_path_factory.mktemp("archives")
    for articles in (FEW, MANY):
        make_synthetic(folder / f"{articles}.db", articles)
    return {articles: folder / f"{articles}.db" for articles in (FEW, MANY)}


def _command(db: Path, name: str, out: Path) -> list[str]:
    form = name if name in ("csv", "parquet", "atom", "site") else "jsonl"
    return [sys.executable, "-m", "archiver", "--db", str(db), "export", form, *EXPORTS[name][0], "-o", str(out)]


def _measure(db: Path, name: str, out: Path) -> float:
    """Return the most megabytes that an export held."""
    process = subprocess.Popen(_command(db, name, out), cwd=PROJECT, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_maxrss / 1024


@pytest.mark.parametrize("name", EXPORTS)
def test_memory_stays_flat(archives: dict[int, Path], name: str, tmp_path: Path) -> None:
    package = EXPORTS[name][1]
    if package and not importlib.util.find_spec(package):
        pytest.skip(f"{package} is not installed")
    few, many = (_measure(archives[articles], name, tmp_path / str(articles)) for articles in (FEW, MANY))
    print(f"{name}: {few:.0f} MB, {many:.0f} MB")
    assert many - few < MORE_AT_MOST


def test_a_killed_export_leaves_what_was_there(archives: dict[int, Path], tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("former")
    process = subprocess.Popen(_command(archives[MANY], "jsonl", out), cwd=PROJECT)
    while not [path for path in tmp_path.iterdir() if path != out and path.stat().st_size]:
        assert process.poll() is None, "it was over before it could be killed"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert out.read_text() == "former"
