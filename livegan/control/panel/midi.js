// Learning MIDI: while it is on, a click on a name lets the control that is moved next play it.

import { make } from "./controls.js";

const LEARN = "/livegan/midi/learn";
const WAITS = ": move a control";

export class Learning {
  /**
   * @param send sends a value to an address
   * @param say shows a line for a moment
   */
  constructor(send, say) {
    this.send = (name) => send(LEARN, "s", name);
    this.say = say;
    this.waiting = "";
    this.button = make("button", { type: "button", id: "midi", textContent: "MIDI" });
    this.button.title = "learn MIDI: click a name, then move a control";
    this.button.ariaPressed = "false";
    this.button.addEventListener("click", () => this.#toggle());
  }

  get isOn() {
    return document.body.classList.contains("learning");
  }

  /** Let a parameter wait; one that waits already does so no more. */
  choose(path) {
    const name = path.replace("/livegan/", "").replace("/", ".");
    this.send(name === this.waiting ? "off" : name);
  }

  /** Take what livegan says of it. */
  told(text) {
    this.waiting = text.endsWith(WAITS) ? text.slice(0, -WAITS.length) : "";
    const path = `/livegan/${this.waiting.replace(".", "/")}`;
    for (const row of document.querySelectorAll(".row")) {
      row.classList.toggle("waits", row.dataset.path === path);
    }
    if (this.isOn && text) this.say(text);
  }

  #toggle() {
    const on = document.body.classList.toggle("learning");
    this.button.ariaPressed = String(on);
    if (on) this.say("click a name, then move a MIDI control");
    else if (this.waiting) this.send("off");
  }
}
