"""What is played by MIDI in the emulated machine: midi_scenes.py OUT.

The songs are those that lie in OUT. What livegan said, and told a telephone that plays it by OSC,
and sent to its MIDI ports, lies there then too, for midi.py to judge. Everything waits for what it
needs, however long that takes; only what never comes ends it.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

import mido  # type: ignore[import-untyped]
from control_ports import HOST, free_pair, udp
from osc_messages import message
from pythonosc.osc_message import OscMessage

NEVER_S = 600
LOOK = 'schema = 1\ngenerator = "identity"\nconditioner = "plain"\n'
THROUGH, KNOB = "Midi Through Port-0", "VirMIDI 0-0"
SONGS_GO_TO = "14:0"
"""The Midi Through of every Linux: what is played to it comes out of it."""
KNOB_DEVICE = "/dev/snd/midiC0D0"
"""The other end of the knob's port: a byte written there is one that the knob sends."""
DRIVER = Path("/sys/bus/platform/drivers/snd_virmidi")


class Show:
    """A livegan as people start it, and the telephone.

    Args:
        out: where it writes what it says.
    """

    def __init__(self, out: Path) -> None:
        self._out, self._log, self._mark = out, out / "midi.log", 0
        self.news: queue.SimpleQueue[tuple[str, object]] = queue.SimpleQueue()
        self.told: list[tuple[str, object]] = []
        """All that the telephone was told, in order."""
        port = free_pair()
        self._osc, self._hears, self._began_s = (HOST, port), udp(port + 1), time.monotonic()
        self._hears.settimeout(None)
        threading.Thread(target=self._listen, daemon=True).start()
        look = Path("/tmp/look.toml")
        look.write_text(LOOK)
        words = ["run", str(look), "--source", "pattern", "--sink", "virtual-camera:/dev/video7"]
        words += ["--osc", str(port), "--panel", "off", "--midi", "through", "--midi", KNOB]
        with self._log.open("w") as log:
            # In a terminal Ctrl-C reaches all of its processes, and nothing else.
            self.process = subprocess.Popen(
                [sys.executable, "-m", "livegan", *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "LIVEGAN_STATE": "/tmp/state"},
                start_new_session=True,
            )

    def send(self, name: str, *values: object) -> None:
        """Play it by OSC."""
        with udp() as sender:
            sender.sendto(message(f"/livegan/{name}", *values), self._osc)

    def until_told(self, name: str, wanted: object) -> None:
        """Wait until the telephone is told a value, or a text that begins so."""

        def told() -> bool:
            while not self.news.empty():
                at, value = self.news.get()
                text = isinstance(value, str) and value.startswith(str(wanted))
                if at == name and (text or value == wanted):
                    return True
            return False

        self.until(f"{name} {wanted}", told)

    def until_said(self, text: str) -> None:
        """Wait until livegan says so, after the last text that was awaited."""

        def said() -> bool:
            lines = self._log.read_text().splitlines()
            for number in range(self._mark, len(lines)):
                if text in lines[number]:
                    self._mark = number + 1
                    return True
            return False

        self.until(text, said)

    def until(self, what: str, ready: Callable[[], bool]) -> None:
        """Wait until something is so."""
        gives_up_s = time.monotonic() + NEVER_S
        while not ready():
            if self.process.poll() is not None:
                sys.exit(f"livegan ended before this came: {what}")
            if time.monotonic() > gives_up_s:
                sys.exit(f"this never came: {what}")
            time.sleep(0.2)
        print(f"[{time.monotonic() - self._began_s:.0f} s] {what}")

    def play(self, song: str) -> None:
        """Play one of the songs."""
        subprocess.run(
            ["aplaymidi", "-p", SONGS_GO_TO, self._out / f"{song}.mid"], check=True, timeout=NEVER_S
        )

    def until_seen(self, brightness: str) -> None:
        """Wait until the virtual camera shows a picture whose brightness (16 to 235) is such.

        Args:
            brightness: as ffmpeg compares: `less:value=20`, `greater:value=30`.
        """
        which = f"signalstats,metadata=select:key=lavfi.signalstats.YAVG:function={brightness}"
        words = ["-loglevel", "error", "-f", "v4l2", "-i", "/dev/video7", "-vf", which]
        subprocess.run(
            ["ffmpeg", *words, "-frames:v", "1", "-f", "null", "-"],
            stdin=subprocess.DEVNULL,
            check=True,
            timeout=NEVER_S,
        )
        print(f"[{time.monotonic() - self._began_s:.0f} s] brightness {brightness}")

    def _listen(self) -> None:
        while True:
            packet = self._hears.recv(65536)
            # The gauges come hundreds a second, and the processor is slow.
            if packet.startswith((b"/livegan/output/", b"/livegan/midi/", b"/livegan/pong")):
                told = OscMessage(packet)
                self.told.append((told.address.removeprefix("/livegan/"), list(told)[0]))
                self.news.put(self.told[-1])


def turn(values: Iterable[int]) -> None:
    """Turn the knob."""
    with open(KNOB_DEVICE, "wb", buffering=0) as device:
        for value in values:
            device.write(bytes(mido.Message("control_change", control=1, value=value).bytes()))
            time.sleep(0.02)


def plug(how: str) -> None:
    """Plug the knob in, `bind`, or out, `unbind`."""
    (DRIVER / how).write_text("snd_virmidi.0")


def teach(show: Show) -> None:
    """A song teaches a fader to fade to black, and plays it."""
    show.until_said("sink       virtual-camera")
    show.send("ping")
    show.until_told("pong", "")
    show.send("midi/learn", "output.fade")
    show.until_told("midi/learning", "output.fade: move a control")
    show.play("teach")
    show.until_told("midi/learning", f"output.fade: cc 7, channel 1 of Midi Through:{THROUGH}")
    show.until_seen("greater:value=30")
    show.play("up")
    show.until_told("output/fade", 1.0)
    show.until_seen("less:value=20")
    show.play("down")
    show.until_told("output/fade", 0.0)
    show.until_seen("greater:value=30")


def light(show: Show) -> list[int]:
    """Where the knob is told to stand, one after another, as its parameter is set by OSC."""
    show.send("midi/learn", "output.hue")
    show.until_told("midi/learning", "output.hue: move a control")
    turn(range(0, 25, 5))
    show.until_told("midi/learning", "output.hue: cc 1, channel 1")
    sent = bytearray()
    device = os.open(KNOB_DEVICE, os.O_RDONLY | os.O_NONBLOCK)

    def shows(place: int) -> bool:
        with suppress(BlockingIOError):
            sent.extend(os.read(device, 4096))
        return sent.endswith(bytes([1, place]))

    for hue, place in ((90.0, 95), (-180.0, 0), (180.0, 127), (0.0, 64)):
        show.send("output/hue", hue)
        show.until(f"the knob stands at {place}", partial(shows, place))
    os.close(device)  # while it is open, its driver lets nothing be unplugged
    # A change of a control on channel 1; what is the same again, ALSA leaves out.
    pairs = bytes(byte for byte in sent if byte != 0xB0)
    assert set(pairs[::2]) == {1}, sent.hex(" ")
    return list(pairs[1::2])


def replug(show: Show) -> None:
    """The knob is unplugged, and then unplugged for a moment only."""
    turn(range(60, 128))
    show.until_told("output/hue", 180.0)
    plug("unbind")
    show.until_said(f"{KNOB} is gone")
    show.play("up")
    show.until_told("output/fade", 1.0)
    plug("bind")
    show.until_said(f"{KNOB} plays")
    turn(range(127, -1, -1))
    show.until_told("output/hue", -180.0)
    plug("unbind")
    plug("bind")

    def heard() -> bool:
        turn(range(0, 128, 4))
        turn([127])
        while not show.news.empty():
            if show.news.get() == ("output/hue", 180.0):
                return True
        return False

    show.until("a knob that was replugged at once plays", heard)


def processes() -> dict[int, str]:
    """All that people started, by their numbers."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_text().replace("\0", " ").strip()
        except OSError:
            continue
        if words:
            found[int(folder.name)] = words
    return found


def end(show: Show, before: Iterable[int]) -> tuple[int, list[str]]:
    """Ctrl-C: with what it ends, and which processes it leaves, however long they are waited for.

    Args:
        show: what ends.
        before: the processes that there were before it began.
    """
    os.killpg(show.process.pid, signal.SIGINT)
    exit_code = show.process.wait(NEVER_S)
    left: list[str] = []
    for _ in range(60):
        left = [words for number, words in processes().items() if number not in before]
        if not left:
            break
        time.sleep(1)
    return exit_code, left


def main(out: Path) -> None:
    """Play it all, and write `midi.json`."""
    before = list(processes())
    show = Show(out)
    try:
        show.until_said(f"{THROUGH} plays")
        show.until_said(f"{KNOB} plays")
        teach(show)
        places = light(show)
        replug(show)
        exit_code, left = end(show, before)
    finally:
        show.process.kill()
    judged = {"told": show.told, "places": places, "exit_code": exit_code, "left": left}
    (out / "midi.json").write_text(json.dumps(judged))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
