// The connection: it opens again by itself, and never sends a value that was overtaken.

import { decode, encode } from "./osc.js";

const GATHER_MS = 15;
const ASK_MS = 4000;
const LONGEST_WAIT_MS = 4000;

export class Link {
  /**
   * @param hears.opened called each time it is connected
   * @param hears.lost called as it is no longer
   * @param hears.value called with an address and its value
   * @param hears.changed called with the path of a node that is no longer what it was
   */
  constructor(hears) {
    this.hears = hears;
    this.waiting = new Map();
    this.wait_ms = 250;
    this.#connect();
    setInterval(() => this.#ask(), ASK_MS);
    addEventListener("online", () => this.socket.close());
  }

  get isOpen() {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** Send a value soon; of those to one address the last. */
  send(address, type, value) {
    if (!this.isOpen) return;
    if (!this.waiting.size) setTimeout(() => this.#flush(), GATHER_MS);
    this.waiting.set(address, [type, value]);
  }

  listen(path) {
    this.socket.send(JSON.stringify({ COMMAND: "LISTEN", DATA: path }));
  }

  #connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = (this.socket = new WebSocket(`${scheme}://${location.host}/`));
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.wait_ms = 250;
      this.heard = true;
      this.hears.opened();
    };
    socket.onmessage = ({ data }) => {
      this.heard = true;
      if (typeof data !== "string") {
        for (const [address, value] of decode(data)) this.hears.value(address, value);
        return;
      }
      const { COMMAND, DATA } = JSON.parse(data);
      if (COMMAND === "PATH_CHANGED") this.hears.changed(DATA);
    };
    socket.onclose = () => {
      if (socket !== this.socket) return;
      this.waiting.clear();
      this.hears.lost();
      setTimeout(() => this.#connect(), this.wait_ms);
      this.wait_ms = Math.min(this.wait_ms * 2, LONGEST_WAIT_MS);
    };
  }

  #flush() {
    if (this.isOpen) {
      for (const [address, [type, value]] of this.waiting) {
        this.socket.send(encode(address, type, value));
      }
    }
    this.waiting.clear();
  }

  // A phone that left the room, or a machine that sleeps, does not say so.
  #ask() {
    if (!this.isOpen) return;
    if (!this.heard) {
      const silent = this.socket;
      silent.onclose(); // when it is told that it is closed nobody knows
      silent.onclose = null;
      silent.close();
      return;
    }
    this.heard = false;
    this.socket.send(encode("/livegan/ping", "I"));
  }
}
