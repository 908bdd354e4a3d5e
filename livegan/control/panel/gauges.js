// How it goes, at a glance: made of what livegan measures of itself.

import { make } from "./controls.js";

const SHOWN = {
  fps: ["frames/s", (value) => value.toFixed(1)],
  latency: ["ms latency", (value) => value.toFixed(0)],
  latency_p95: ["ms p95", (value) => value.toFixed(0)],
  dropped: ["dropped", (value) => value.toFixed(0)],
};
const cells = {};

for (const [name, [unit]] of Object.entries(SHOWN)) {
  cells[name] = make("dd", { textContent: "–" });
  const cell = make("div", {}, cells[name], make("dt", { textContent: unit }));
  document.getElementById("numbers").append(cell);
}

let health = "";
let face = true;

/** Take a value that came; those that are no gauges are passed over. */
export function showGauge(address, value) {
  const name = address.match(/^\/livegan\/system\/(\w+)$/)?.[1];
  if (name in SHOWN) cells[name].textContent = SHOWN[name][1](value);
  if (name === "health") health = value;
  if (name === "face_found") face = value;
  if (name !== "health" && name !== "face_found") return;
  const line = document.getElementById("health");
  line.textContent = health === "ok" ? (face ? "all well, face found" : "all well, no face seen") : health;
  line.className = health === "ok" ? "well" : "trouble";
}
