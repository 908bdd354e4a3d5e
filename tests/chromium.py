"""A real Chromium without a window, driven by its DevTools protocol."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from control_ports import HOST

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_UNTIL = """new Promise((found, missed) => {
  const look = () => { let is; try { is = (%s); } catch { is = false; } if (is) found(is); };
  setInterval(look, 20); setTimeout(() => missed(new Error("never: " + %r)), 30000); look();
})"""


def program() -> str | None:
    """Where it is, None where it is not installed."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


class Chromium:
    """A running browser.

    Args:
        folder: where it keeps what it keeps.
    """

    def __init__(self, folder: Path) -> None:
        command = program()
        assert command
        self._process = subprocess.Popen(
            [command, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-dev-shm-usage", "--remote-debugging-port=0", f"--user-data-dir={folder}",
             "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        told = folder / "DevToolsActivePort"
        deadline_s = time.monotonic() + 60
        while not (told.is_file() and "\n" in told.read_text()):
            assert self._process.poll() is None and time.monotonic() < deadline_s
            time.sleep(0.05)
        self.port = int(told.read_text().splitlines()[0])

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(30)


class Page:
    """A tab."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.complaints: list[str] = []

    async def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """One call of the protocol; its result."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            told = await self._socket.receive_json(timeout=60)
            if told.get("id") == number:
                assert "error" not in told, told
                result: dict[str, Any] = told["result"]
                return result
            if told.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
                self.complaints.append(str(told["params"]))

    async def open(self, url: str, width: int = 1280, height: int = 900) -> None:
        """Show a page, in a window of so many pixels."""
        for domain in ("Runtime", "Log", "Page"):
            await self.call(f"{domain}.enable")
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height,
            deviceScaleFactor=1, mobile=width < 500,
        )  # fmt: skip
        await self.call("Page.navigate", url=url)

    async def run(self, script: str) -> Any:
        """What an expression says, once it has come true if it is a promise."""
        told = await self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    async def until(self, script: str) -> Any:
        """Wait until an expression is true, and give what it is."""
        return await self.run(_UNTIL % (script, script))

    async def press(self, key: str) -> None:
        """Press a key and let it go."""
        for kind in ("keyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key)

    async def mouse(self, kind: str, x: float, y: float, clicks: int = 1) -> None:
        """mousePressed, mouseMoved or mouseReleased, with the left button."""
        await self.call(
            "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=clicks,
            buttons=1,
        )  # fmt: skip

    async def click(self, selector: str, clicks: int = 1) -> None:
        """Click on the middle of an element."""
        x, y = await self.middle(selector)
        for count in range(1, clicks + 1):
            await self.mouse("mousePressed", x, y, count)
            await self.mouse("mouseReleased", x, y, count)

    async def middle(self, selector: str) -> tuple[float, float]:
        """Where the middle of an element is, once it was scrolled to."""
        box = await self.run(
            f"(() => {{ const e = document.querySelector({selector!r}); e.scrollIntoView("
            "{block: 'center', behavior: 'instant'}); const b = e.getBoundingClientRect();"
            " return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        return box[0], box[1]


@asynccontextmanager
async def page(chromium: Chromium) -> AsyncIterator[Page]:
    """A tab of its own."""
    async with aiohttp.ClientSession() as session:
        where = f"http://{HOST}:{chromium.port}/json"
        async with session.put(f"{where}/new?about:blank") as answer:
            tab = await answer.json()
        async with session.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0) as socket:
            yield Page(socket)
        async with session.get(f"{where}/close/{tab['id']}") as answer:
            await answer.read()


def played(path: str) -> str:
    """The selector of a parameter's row, such as `puppet/mouth_gain`."""
    return f'.row[data-path="/livegan/{path}"]'
