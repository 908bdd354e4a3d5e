"""The panel, in a real Chromium."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from chromium import Chromium, Page, page, played
from control_ports import HOST, free_pair, udp
from osc_messages import message
from panel_rig import Rig, play

from livegan.control.endpoints import Endpoint
from livegan.control.osc import OscIn
from livegan.control.senders import Senders
from livegan.parameters import TABLE, Setting

pytestmark = pytest.mark.browser

GAIN = played("puppet/mouth_gain")
VALUE = f"Number(document.querySelector('{GAIN} input[type=range]').value)"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One for all."""
    made = Chromium(tmp_path_factory.mktemp("chromium"))
    yield made
    made.close()


@asynccontextmanager
async def panel(chromium: Chromium, rig: Rig, width: int = 1280) -> AsyncIterator[Page]:
    """The panel, connected."""
    async with page(chromium) as shown:
        await shown.open(f"http://{HOST}:{rig.port}/panel", width)
        await shown.until("document.querySelectorAll('.row').length")
        await shown.until("document.querySelector('#link').textContent === 'connected'")
        yield shown


def holds(rig: Rig, name: str, wanted: Callable[[Setting], bool]) -> bool:
    """Whether a parameter is so within half a minute."""
    deadline_s = time.monotonic() + 30
    values = rig.values.snapshot()
    while not wanted(values[name]) and time.monotonic() < deadline_s:
        values = rig.values.wait(values, 1.0)
    return wanted(values[name])


def test_every_parameter_has_a_control_and_nothing_complains(
    chromium: Chromium, rig: Rig
) -> None:
    async def scene() -> None:
        async with panel(chromium, rig) as shown:
            count = await shown.run("document.querySelectorAll('.row').length")
            assert count == len(TABLE)
            bare = "[...document.querySelectorAll('.row')].filter(r => r.children.length < 2)"
            assert await shown.run(f"{bare}.length") == 0
            assert shown.complaints == []

    play(scene)


def test_a_slider_that_is_dragged_plays_and_a_double_click_sets_it_back(
    chromium: Chromium, rig: Rig
) -> None:
    async def scene() -> None:
        async with panel(chromium, rig) as shown:
            x, y = await shown.middle(f"{GAIN} input[type=range]")
            await shown.mouse("mousePressed", x, y)
            for step in range(1, 9):
                await shown.mouse("mouseMoved", x + 8 * step, y)
            await shown.mouse("mouseReleased", x + 64, y)
            reads = float(await shown.run(f"document.querySelector('{GAIN} .number').value"))
            assert 1.3 < reads < 1.8
            assert holds(rig, "puppet.mouth_gain", lambda value: abs(float(value) - reads) < 0.01)
            await shown.click(f"{GAIN} input[type=range]", clicks=2)
            assert holds(rig, "puppet.mouth_gain", lambda value: value == 1.0)

    play(scene)


def test_keys_play_a_slider(chromium: Chromium, rig: Rig) -> None:
    async def scene() -> None:
        async with panel(chromium, rig) as shown:
            await shown.run(f"document.querySelector('{GAIN} input[type=range]').focus()")
            for _ in range(3):
                await shown.press("ArrowRight")
            assert holds(rig, "puppet.mouth_gain", lambda value: abs(float(value) - 1.06) < 1e-3)
            await shown.press("End")
            assert holds(rig, "puppet.mouth_gain", lambda value: value == 2.0)
            await shown.press("Delete")
            assert holds(rig, "puppet.mouth_gain", lambda value: value == 1.0)

    play(scene)


def test_an_osc_message_moves_the_slider(chromium: Chromium, rig: Rig) -> None:
    port = free_pair()
    osc = OscIn(Endpoint(HOST, port), ())
    between_frames = threading.Event()
    between_frames.set()
    osc.play(rig.values, Senders(), lambda sender: None, rig.health, between_frames)

    async def scene() -> None:
        async with panel(chromium, rig) as shown:
            assert await shown.run(VALUE) == 1.0
            with udp() as sends:
                sends.sendto(message("/livegan/puppet/mouth_gain", 1.75), (HOST, port))
            await shown.until(f"{VALUE} === 1.75")

    try:
        play(scene)
    finally:
        osc.close()


def test_two_pages_stay_in_step(chromium: Chromium, rig: Rig) -> None:
    async def scene() -> None:
        async with panel(chromium, rig) as one, panel(chromium, rig) as two:
            await one.run(f"document.querySelector('{GAIN} input[type=range]').focus()")
            await one.press("Home")
            await two.until(f"{VALUE} === 0")
            await two.click(f"{played('source/mirror')} input")
            await one.until(f"document.querySelector('{played('source/mirror')} input').checked")
            assert rig.values.snapshot().switch("source.mirror")
            # The switch at the top is the same thing.
            await two.run("document.querySelector('.quick.blackout input').click()")
            row = played("output/blackout")
            await two.until(f"document.querySelector('{row} input').checked")
            await one.until(f"document.querySelector('{row} input').checked")
            await one.until("document.querySelector('.quick.blackout input').checked")

    play(scene)


def test_menus_buttons_and_names_play(chromium: Chromium, rig: Rig) -> None:
    pick = (
        "(() => {{ const m = document.querySelector('{0} select'); m.value = '{1}';"
        " m.dispatchEvent(new Event('change')); }})()"
    )

    async def scene() -> None:
        async with panel(chromium, rig) as shown:
            before = rig.values.snapshot().fired("puppet.neutral")
            await shown.click(f"{played('puppet/neutral')} button:last-child")
            assert holds(rig, "puppet.neutral", lambda value: int(value) == before + 1)
            await shown.run(pick.format(played("preset/load"), "pearl"))
            assert holds(rig, "preset.load", lambda value: value == "pearl")
            await shown.click(f"{played('output/view')} label:last-child")
            assert holds(rig, "output.view", lambda value: value == "side_by_side")
            await shown.click(f"{played('preset/save')} input")
            await shown.call("Input.insertText", text="my look")
            await shown.press("Enter")
            await shown.click(f"{played('preset/save')} button:last-child")
            assert holds(rig, "preset.save", lambda value: value == "my look")

    play(scene)


def test_the_menu_of_presets_shows_what_plays_and_grows(chromium: Chromium, rig: Rig) -> None:
    menu = f"document.querySelector('{played('preset/load')} select')"

    async def scene() -> None:
        async with panel(chromium, rig) as shown:
            rig.values.measured({"preset.name": "pearl"})
            await shown.until(f"{menu}.value === 'pearl'")
            rig.presets = [*rig.presets, "new"]
            await shown.until(f"[...{menu}.options].some(o => o.value === 'new')")
            assert await shown.run(f"{menu}.value") == "pearl"

    play(scene)


def test_it_connects_again_by_itself_and_says_so(chromium: Chromium, rig: Rig) -> None:
    async def scene() -> None:
        async with panel(chromium, rig) as shown:
            rig.server.close()
            await shown.until("document.querySelector('#link').textContent.includes('no conn')")
            assert await shown.run("document.body.classList.contains('lost')")
            rig.server.join(20)
            rig.values.update({"puppet.mouth_gain": 0.5})
            rig.serve()
            await shown.until("document.querySelector('#link').textContent === 'connected'")
            await shown.until(f"{VALUE} === 0.5")

    play(scene)


SILENT = """(async () => {
  let made = 0, ask;
  const later = (ms) => new Promise((done) => setTimeout(done, ms));
  window.WebSocket = class {
    static OPEN = 1;
    readyState = 1;
    constructor() { made += 1; setTimeout(() => this.onopen(), 0); }
    send() {}
    close() { setTimeout(() => this.onclose?.(), 0); }
  };
  window.setInterval = (call) => (ask = call);
  const { Link } = await import("/panel/link.js");
  new Link({ opened() {}, lost() {}, value() {}, changed() {} });
  await later(50);
  ask();
  ask();
  await later(2000);
  return made;
})()"""
"""Connections that are made as the first one answers nothing."""


def test_a_connection_that_answers_nothing_is_replaced_by_one(
    chromium: Chromium, rig: Rig
) -> None:
    async def scene() -> None:
        async with panel(chromium, rig) as shown:
            assert await shown.run(SILENT) == 2

    play(scene)


def test_the_picture_and_how_it_goes_are_shown(chromium: Chromium, rig: Rig) -> None:
    rig.show(120)

    async def scene() -> None:
        async with panel(chromium, rig) as shown:
            await shown.until("document.querySelector('#picture').naturalWidth === 256")
            await shown.until("document.querySelector('#health').textContent.includes('all well')")
            await shown.until("/^2\\d/.test(document.querySelector('#numbers dd').textContent)")

    play(scene)


def test_a_name_copies_its_address(chromium: Chromium, rig: Rig) -> None:
    async def scene() -> None:
        async with panel(chromium, rig) as shown:
            await shown.call("Page.bringToFront")
            await shown.click(f"{GAIN} .name")
            wanted = "copied /livegan/puppet/mouth_gain"
            await shown.until(f"document.querySelector('#toast').textContent === '{wanted}'")
            await shown.run("document.querySelector('#search').focus()")
            await shown.call(
                "Input.dispatchKeyEvent", type="keyDown", key="v", code="KeyV", commands=["paste"]
            )
            await shown.until(
                "document.querySelector('#search').value === '/livegan/puppet/mouth_gain'"
            )

    play(scene)


def test_a_name_that_is_clicked_while_midi_is_learned_waits_for_a_control(
    chromium: Chromium, rig: Rig
) -> None:
    async def scene() -> None:
        async with panel(chromium, rig) as shown:
            await shown.click("#midi")
            await shown.click(f"{GAIN} .name")
            assert holds(rig, "midi.learn", lambda value: value == "puppet.mouth_gain")
            rig.values.measured({"midi.learning": "puppet.mouth_gain: move a control"})
            await shown.until(f"document.querySelector('{GAIN}').classList.contains('waits')")
            rig.values.measured({"midi.learning": "puppet.mouth_gain: cc 7 of a knob box"})
            await shown.until("!document.querySelector('.waits')")
            told = "document.querySelector('#toast').textContent"
            assert "cc 7 of a knob box" in await shown.run(told)

    play(scene)


def test_it_can_be_searched(chromium: Chromium, rig: Rig) -> None:
    rows = "[...document.querySelectorAll('.row')]"
    seen = f"{rows}.filter(r => r.offsetParent).map(r => r.dataset.path)"

    async def scene() -> None:
        async with panel(chromium, rig) as shown:
            await shown.press("/")
            await shown.run("document.querySelector('#search').focus()")
            await shown.call("Input.insertText", text="mouth gain")
            assert await shown.until(f"({seen}).length === 1 && ({seen})") == [
                "/livegan/puppet/mouth_gain"
            ]
            await shown.call("Input.insertText", text=" no such")
            await shown.until("!document.querySelector('#nothing').hidden")
            await shown.press("Escape")
            await shown.until(f"({seen}).length > 40")

    play(scene)


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_what_is_measured_stands_on_one_line(chromium: Chromium, rig: Rig, width: int) -> None:
    async def scene() -> None:
        async with panel(chromium, rig, width) as shown:
            await shown.run("document.documentElement.style.fontFamily = 'monospace'")  # wide
            labels = "[...document.querySelectorAll('#numbers dt')]"
            heights = await shown.run(f"{labels}.map(dt => dt.getBoundingClientRect().height)")
            assert len(heights) == 4 and max(heights) < 24
            assert await shown.run("document.documentElement.scrollWidth") <= width

    play(scene)


@pytest.mark.parametrize("width", [320, 360, 768, 1280, 2000])
def test_nothing_sticks_out_sideways(chromium: Chromium, rig: Rig, width: int) -> None:
    async def scene() -> None:
        async with panel(chromium, rig, width) as shown:
            await shown.run("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert await shown.run("document.documentElement.scrollWidth") <= width
            sizes = (
                "[...document.querySelectorAll('.row input[type=range]')]"
                ".map(i => i.getBoundingClientRect().width)"
            )
            assert min(await shown.run(sizes)) > 80

    play(scene)
