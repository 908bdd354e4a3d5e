// A control for each kind of node. Each returns its elements and `show`, which shows a value.

const WORDS = { "time.ms": "ms", "time.second": "s", "time.bpm": "bpm", "time.hz": "Hz",
  "angle.degree": "°", "distance.pixel": "px" };

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export function nameOf(node) {
  return node.FULL_PATH.split("/").pop().replaceAll("_", " ");
}

export function unitOf(node) {
  const unit = node.UNIT?.[0] ?? "";
  return WORDS[unit] ?? unit;
}

/** How a number of this node is written. */
export function written(node, value) {
  const { MIN = 0, MAX = 1 } = node.RANGE?.[0] ?? {};
  const digits = MAX - MIN > 200 ? 0 : MAX - MIN > 20 ? 1 : 2;
  return Number(value).toFixed(digits).replace(/^-(0(\.0*)?)$/, "$1");
}

/** What fits a node. `play(value)` sends a value. */
export function controlFor(node, play) {
  const readable = node.ACCESS & 1;
  const writable = node.ACCESS & 2;
  const menu = node.RANGE?.[0]?.VALS;
  if (!writable) return node.TYPE === "T" ? lamp() : reading(node);
  if (node.TYPE === "f") return slider(node, play);
  if (node.TYPE === "T") return toggle(node, play);
  if (node.TYPE === "I") return button(node, play);
  if (menu) return readable && menu.length <= 3 ? segments(node, menu, play) : choice(node, menu, play);
  return entry(node, play);
}

function slider(node, play) {
  const { MIN, MAX } = node.RANGE[0];
  const span = MAX - MIN;
  const usual = node.DEFAULT_VALUE?.[0] ?? MIN;
  const input = make("input", { type: "range", min: MIN, max: MAX, step: "any" });
  const number = make("input", { className: "number", inputMode: "decimal", autocomplete: "off" });
  const part = (value) => `${(100 * (value - MIN)) / span}%`;
  let held = false;
  let truth = usual;
  input.setAttribute("aria-label", `${nameOf(node)}${unitOf(node) ? `, ${unitOf(node)}` : ""}`);
  number.setAttribute("aria-label", `${nameOf(node)}, as a number`);
  const zero = MIN < 0 && MAX > 0 ? 0 : MIN;
  const paint = (value) => {
    input.value = value;
    input.style.setProperty("--from", part(Math.min(zero, value)));
    input.style.setProperty("--to", part(Math.max(zero, value)));
    if (document.activeElement !== number) number.value = written(node, value);
  };
  input.style.setProperty("--usual", part(usual));
  const set = (value) => {
    truth = Math.min(Math.max(value, MIN), MAX);
    paint(truth);
    play(truth);
  };
  input.addEventListener("input", () => set(Number(input.value)));
  input.addEventListener("pointerdown", () => (held = true));
  for (const end of ["pointerup", "pointercancel", "blur"]) {
    input.addEventListener(end, () => {
      held = false;
      paint(truth);
    });
  }
  input.addEventListener("dblclick", () => set(usual));
  input.addEventListener("keydown", (event) => {
    const fine = event.shiftKey ? 0.1 : 1;
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
    const to = { Home: MIN, End: MAX, Delete: usual, Backspace: usual }[event.key];
    if (event.key in steps) set(truth + (steps[event.key] * fine * span) / 100);
    else if (to !== undefined) set(to);
    else return;
    event.preventDefault();
  });
  number.addEventListener("focus", () => number.select());
  number.addEventListener("keydown", (event) => {
    if (event.key === "Enter") number.blur();
    if (event.key !== "Escape") return;
    number.value = written(node, truth);
    number.blur();
  });
  number.addEventListener("change", () => {
    const typed = Number(number.value.replace(",", "."));
    if (number.value.trim() && Number.isFinite(typed)) set(typed);
  });
  number.addEventListener("blur", () => paint(truth));
  paint(usual);
  const show = (value) => {
    truth = value;
    if (!held) paint(value);
  };
  return { elements: [input, number], show, reset: () => set(usual) };
}

function toggle(node, play) {
  const input = make("input", { type: "checkbox" });
  input.setAttribute("role", "switch");
  input.setAttribute("aria-label", nameOf(node));
  const usual = Boolean(node.DEFAULT_VALUE?.[0]);
  input.addEventListener("change", () => play(input.checked));
  const reset = () => {
    input.checked = usual;
    play(usual);
  };
  return { elements: [input], show: (value) => (input.checked = value), reset };
}

function button(node, play) {
  const pressed = make("button", { type: "button", textContent: nameOf(node) });
  pressed.addEventListener("click", () => play());
  return { elements: [pressed], show: () => {} };
}

function segments(node, words, play) {
  const box = make("div", { className: "segments" });
  box.setAttribute("role", "radiogroup");
  box.setAttribute("aria-label", nameOf(node));
  const group = `${node.FULL_PATH}#${Math.random()}`;
  const radios = words.map((word) => {
    const radio = make("input", { type: "radio", name: group, value: word });
    radio.addEventListener("change", () => play(word));
    box.append(make("label", {}, radio, make("span", { textContent: word.replaceAll("_", " ") })));
    return radio;
  });
  const show = (value) => radios.forEach((radio) => (radio.checked = radio.value === value));
  const reset = () => {
    show(node.DEFAULT_VALUE[0]);
    play(node.DEFAULT_VALUE[0]);
  };
  return { elements: [box], show, reset };
}

function choice(node, words, play) {
  const select = make("select");
  select.setAttribute("aria-label", nameOf(node));
  let shown = "";
  const offer = (offered) => {
    select.replaceChildren(...offered.map((word) => make("option", { value: word, textContent: word.replaceAll("_", " ") })));
    show(shown);
  };
  const show = (value) => {
    shown = value;
    select.value = value;
  };
  offer(words);
  select.addEventListener("change", () => {
    play(select.value);
    if (!(node.ACCESS & 1)) show(shown); // what was asked for is not yet so
  });
  const reset = () => {
    if (!node.DEFAULT_VALUE) return;
    show(node.DEFAULT_VALUE[0]);
    play(shown);
  };
  return { elements: [select], show, offer, reset };
}

function entry(node, play) {
  const input = make("input", { type: "text", maxLength: 64, autocomplete: "off", placeholder: "name" });
  input.setAttribute("aria-label", nameOf(node));
  const send = make("button", { type: "button", textContent: nameOf(node) });
  const go = () => {
    if (!input.value.trim()) return;
    play(input.value.trim());
    input.value = "";
  };
  send.addEventListener("click", go);
  input.addEventListener("keydown", (event) => event.key === "Enter" && go());
  return { elements: [input, send], show: () => {} };
}

function lamp() {
  const light = make("span", { className: "lamp" });
  const show = (value) => {
    light.classList.toggle("lit", value);
    light.textContent = value ? "yes" : "no";
  };
  return { elements: [light], show };
}

function reading(node) {
  const output = make("output");
  const show = (value) => {
    output.textContent = node.TYPE === "f" ? `${written(node, value)} ${unitOf(node)}` : value || "–";
  };
  return { elements: [output], show };
}
