"""A CUDA stream with a drawing's and a picture's memory on both sides of the bus.

All of CUDA that a TensorRT engine needs, in one place that can be substituted. `generate` gives
back the picture of the very drawing that it is given, so there is nothing to overlap on the GPU:
upload, painting and download follow each other on one stream, as one captured graph. What overlaps
is on the CPU, where every wait leaves Python's lock to the threads that draw, show and encode.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from livegan.errors import LiveganError
from livegan.frames import Image

Work = Callable[[int], None]
"""Enqueues the painting on a stream, given as its address."""


class CudaError(LiveganError):
    """A call of CUDA that failed; says which, and why."""


class Lane:
    """The way of a drawing to the GPU, and of its picture back.

    Nothing of it is allocated or moved before it is closed, so that a captured graph stays true.

    Args:
        size: height and width of both, in pixels.
        work_bytes: memory that the painting needs besides.
        runtime: `cuda.bindings.runtime`.

    Raises:
        CudaError: the GPU has not that much memory, or can't be used at all.
    """

    def __init__(self, size: tuple[int, int], work_bytes: int, runtime: Any) -> None:
        self._runtime = runtime
        self._bytes = 3 * size[0] * size[1]
        self._give_back: list[tuple[str, Any]] = []
        self._graph: Any = None
        try:
            flag = self._runtime.cudaStreamNonBlocking
            self._stream = self._take("cudaStreamCreateWithFlags", "cudaStreamDestroy", flag)
            flag = self._runtime.cudaEventDisableTiming
            self._done = self._take("cudaEventCreateWithFlags", "cudaEventDestroy", flag)
            self._given = self._take_pinned()
            self._painted = self._take_pinned()
            self.drawing_address = int(self._take("cudaMalloc", "cudaFree", self._bytes))
            self.picture_address = int(self._take("cudaMalloc", "cudaFree", self._bytes))
            # At least a byte: an engine that needs none still wants an address.
            self.work_bytes = max(work_bytes, 1)
            self.work_address = int(self._take("cudaMalloc", "cudaFree", self.work_bytes))
        except BaseException:
            self.close()
            raise
        self.drawing = _seen(int(self._given), size)
        self.picture = _seen(int(self._painted), size)

    @property
    def has_graph(self) -> bool:
        """Whether a graph is replayed."""
        return self._graph is not None

    def capture(self, work: Work) -> None:
        """Record upload, painting and download as a graph, which `paint` replays from then on.

        Raises:
            CudaError: it can't be recorded; `paint` goes on without.
        """
        self._drop_graph()
        # Of this thread alone: others may use the GPU meanwhile.
        mode = self._runtime.cudaStreamCaptureMode.cudaStreamCaptureModeThreadLocal
        self._call("cudaStreamBeginCapture", self._stream, mode)
        try:
            self._enqueue(work)
        except BaseException:
            with suppress(CudaError):  # the capture ended with what went wrong in it
                self._call("cudaGraphDestroy", self._call("cudaStreamEndCapture", self._stream))
            raise
        graph = self._call("cudaStreamEndCapture", self._stream)
        try:
            self._graph = self._call("cudaGraphInstantiate", graph, 0)
        finally:
            self._call("cudaGraphDestroy", graph)

    def paint(self, work: Work) -> None:
        """Take `drawing` to the GPU, paint, and wait until the picture lies in `picture`.

        Raises:
            CudaError: nothing was painted.
        """
        if self._graph is not None:
            try:
                self._call("cudaGraphLaunch", self._graph, self._stream)
                self._wait()
                return
            except CudaError:
                if not self._is_alive():
                    raise
                self._drop_graph()
        self._enqueue(work)
        self._wait()

    def close(self) -> None:
        """Give all of it back. May be called twice."""
        if self._give_back:
            # A device that failed gives back nothing more, and says so at each call.
            with suppress(CudaError):
                self._call("cudaDeviceSynchronize")
        with suppress(CudaError):
            self._drop_graph()
        while self._give_back:
            release, what = self._give_back.pop()
            with suppress(CudaError):
                self._call(release, what)

    def _enqueue(self, work: Work) -> None:
        kinds, copy = self._runtime.cudaMemcpyKind, "cudaMemcpyAsync"
        up, down = kinds.cudaMemcpyHostToDevice, kinds.cudaMemcpyDeviceToHost
        self._call(copy, self.drawing_address, self._given, self._bytes, up, self._stream)
        work(int(self._stream))
        self._call(copy, self._painted, self.picture_address, self._bytes, down, self._stream)

    def _wait(self) -> None:
        self._call("cudaEventRecord", self._done, self._stream)
        self._call("cudaEventSynchronize", self._done)

    def _is_alive(self) -> bool:
        """Whether the GPU still works for this process; some errors stick until it ends."""
        return not int(self._runtime.cudaDeviceSynchronize()[0])

    def _drop_graph(self) -> None:
        graph, self._graph = self._graph, None
        if graph is not None:
            self._call("cudaGraphExecDestroy", graph)

    def _take_pinned(self) -> Any:
        """Memory that the GPU reads by itself, about twice as fast as other memory."""
        return self._take(
            "cudaHostAlloc", "cudaFreeHost", self._bytes, self._runtime.cudaHostAllocDefault
        )

    def _take(self, take: str, release: str, *args: Any) -> Any:
        taken = self._call(take, *args)
        self._give_back.append((release, taken))
        return taken

    def _call(self, name: str, *args: Any) -> Any:
        code, *answer = getattr(self._runtime, name)(*args)
        if int(code):
            # What is told here must not be found again by whoever asks next.
            self._runtime.cudaGetLastError()
            _, text = self._runtime.cudaGetErrorString(code)
            raise CudaError(f"{name}: {text.decode()}")
        return answer[0] if answer else None


def _seen(address: int, size: tuple[int, int]) -> Image:
    """(*size, 3) uint8, of memory that lies there."""
    length = 3 * size[0] * size[1]
    memory = memoryview((ctypes.c_uint8 * length).from_address(address))
    return np.frombuffer(memory, np.uint8).reshape(*size, 3)
