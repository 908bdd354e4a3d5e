"""What the operating system knows about this process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_IMPORTED_AT_S = time.monotonic()
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM)
"""Signals that end a performance; a process beside it ends with it and leaves them alone."""


def age_s() -> float:
    """Seconds since this process was started.

    Linux knows it to 10 ms. Elsewhere it is counted from the import of this module, which the
    command line does first: the start of Python itself, some 50 ms, is then missing.
    """
    if sys.platform != "linux":
        return time.monotonic() - _IMPORTED_AT_S
    # The command's name is in brackets and may hold spaces; what follows it does not.
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    started_s = int(fields[19]) / os.sysconf("SC_CLK_TCK")  # field 22 of proc(5), since boot
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started_s


def peak_memory_mib() -> float:
    """The most memory that this process ever held at once, in MiB (resident set)."""
    if sys.platform == "linux":
        # Not getrusage: its maximum is inherited from the process that started this one.
        return _linux_memory_mib("VmHWM")
    if sys.platform == "win32":
        return _windows_memory_mib("PeakWorkingSetSize")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS counts in bytes


def memory_mib() -> float:
    """The memory that this process holds now, in MiB (resident set)."""
    if sys.platform == "linux":
        return _linux_memory_mib("VmRSS")
    if sys.platform == "win32":
        return _windows_memory_mib("WorkingSetSize")
    told = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(os.getpid())], capture_output=True, text=True, check=True
    )
    return int(told.stdout) / 1024


def _linux_memory_mib(field: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _windows_memory_mib(field: str) -> float:
    import ctypes

    class Counters(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS of psapi.h."""

        _fields_ = (
            ("cb", ctypes.c_uint32),
            ("PageFaultCount", ctypes.c_uint32),
            *(
                (name, ctypes.c_size_t)
                for name in (
                    "PeakWorkingSetSize",
                    "WorkingSetSize",
                    "QuotaPeakPagedPoolUsage",
                    "QuotaPagedPoolUsage",
                    "QuotaPeakNonPagedPoolUsage",
                    "QuotaNonPagedPoolUsage",
                    "PagefileUsage",
                    "PeakPagefileUsage",
                )
            ),
        )

    counters = Counters()
    counters.cb = ctypes.sizeof(counters)
    libraries = ctypes.__dict__["windll"]  # absent elsewhere, where mypy reads this too
    this_process = ctypes.c_void_p(-1)
    libraries.kernel32.K32GetProcessMemoryInfo(
        this_process, ctypes.byref(counters), counters.cb
    )
    return int(getattr(counters, field)) / 2**20


@contextmanager
def deaf() -> Iterator[None]:
    """What is started here does not hear the signals that end it, from its first moment on.

    Ctrl-C goes to every process of a terminal, and a polite kill to every one of a service; this
    one may have a film to finish then, and what it started ends with it.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows: its first moment is not covered
        yield
        return
    from multiprocessing import resource_tracker

    # A first process starts this one on the way, which lets signals through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
