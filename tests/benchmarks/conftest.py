"""Benchmarks run on demand only: `python -m pytest tests/benchmarks -q -s`."""

import pytest


def pytest_collect_file(file_path, parent):
    if file_path.match("bench_*.py"):
        return pytest.Module.from_parent(parent, path=file_path)
    return None
