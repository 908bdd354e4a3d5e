"""What the operating system knows about this process."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

_IMPORTED_AT_S = time.monotonic()


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
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        return 0.0
    if sys.platform == "win32":
        return _windows_peak_memory_mib()
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS counts in bytes


def _windows_peak_memory_mib() -> float:
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
    return int(counters.PeakWorkingSetSize) / 2**20
