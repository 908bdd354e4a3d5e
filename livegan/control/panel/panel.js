// The page: made from the tree that the server describes, and kept in step with it.

import { controlFor, make, nameOf, unitOf } from "./controls.js";
import { Link } from "./link.js";
import { Learning } from "./midi.js";
import { watchPicture } from "./picture.js";
import { showGauge } from "./gauges.js";

const $ = (id) => document.getElementById(id);
const FOLDED_FROM = 16;
const COLUMN_PX = 330;
const QUICK = ["preset/previous", "preset/load", "preset/next", "output/freeze", "output/blackout"];

let views = new Map(); // by address: what shows its value
let cards = [];
let built = "";

const link = new Link({ opened, lost, value: show, changed });
const learning = new Learning((...what) => link.send(...what), toast);
watchPicture(() => link.isOpen);

async function opened() {
  let tree;
  try {
    tree = await (await fetch("/")).json();
  } catch {
    link.socket.close();
    return;
  }
  if (!link.isOpen) return; // it was lost meanwhile
  const shape = JSON.stringify(tree, (key, value) => (key === "VALUE" ? undefined : value));
  if (shape !== built) build(tree);
  built = shape;
  for (const node of leaves(tree)) if (node.ACCESS & 1) link.listen(node.FULL_PATH);
  document.body.classList.remove("lost");
  $("link").textContent = "connected";
}

function lost() {
  document.body.classList.add("lost");
  $("link").textContent = "no connection, trying again";
}

function show(address, value) {
  for (const view of views.get(address) ?? []) view(value);
  showGauge(address, value);
  if (address === "/livegan/midi/learning") learning.told(value);
}

async function changed(path) {
  const node = await (await fetch(path)).json();
  const offered = node.RANGE?.[0]?.VALS;
  for (const view of views.get(path) ?? []) if (offered) view.offer?.(offered);
}

function* leaves(node) {
  if (!node.CONTENTS) yield node;
  // JavaScript puts names that are numbers first, whatever stands in the text.
  else {
    const named = Object.entries(node.CONTENTS);
    named.sort(([one], [two]) => /^\d+$/.test(one) - /^\d+$/.test(two));
    for (const [, child] of named) yield* leaves(child);
  }
}

function build(tree) {
  views = new Map();
  const all = [...leaves(tree)];
  const groups = Map.groupBy
    ? Map.groupBy(all, groupOf)
    : all.reduce((map, node) => map.set(groupOf(node), [...(map.get(groupOf(node)) ?? []), node]), new Map());
  cards = [...groups].map(([name, nodes]) => card(name, nodes));
  const quick = QUICK.map((path) => all.find((node) => node.FULL_PATH === `/livegan/${path}`));
  $("quick").replaceChildren(...quick.filter(Boolean).map((node) => {
    const box = make("div", { className: `quick ${node.FULL_PATH.split("/").pop()}` });
    const control = attach(node);
    box.append(...control.elements);
    if (node.TYPE === "I") box.firstChild.setAttribute("aria-label", `${nameOf(node)} preset`);
    if (node.TYPE === "T") box.append(make("span", { textContent: nameOf(node) }));
    return node.TYPE === "T" ? make("label", {}, box) : box;
  }));
  if (all.some((node) => node.FULL_PATH === "/livegan/midi/learn")) $("quick").append(learning.button);
  search();
}

function groupOf(node) {
  return node.FULL_PATH.split("/").at(-2);
}

/** A control of a node that shows its values from now on. */
function attach(node) {
  const address = node.FULL_PATH;
  const control = controlFor(node, (value) => {
    link.send(address, node.TYPE, value);
    for (const view of views.get(address) ?? []) if (view !== control.show) view(value);
  });
  control.show.offer = control.offer;
  views.set(address, [...(views.get(address) ?? []), control.show]);
  if (address === "/livegan/preset/load") {
    const playing = "/livegan/preset/name";
    views.set(playing, [...(views.get(playing) ?? []), control.show]);
  }
  return control;
}

function card(name, nodes) {
  const box = make("details", { className: "card" });
  const kept = localStorage.getItem(`fold ${name}`);
  box.open = kept ? kept === "open" : nodes.length < FOLDED_FROM && name !== "system";
  const head = make("summary", {}, make("h2", { textContent: name.replaceAll("_", " ") }));
  head.addEventListener("click", () => {
    localStorage.setItem(`fold ${name}`, box.open ? "shut" : "open");
  });
  let slot = "";
  for (const node of nodes) {
    const one = row(node);
    const number = nameOf(node).match(/^(\d+) /)?.[1] ?? "";
    one.classList.toggle("begins", slot !== "" && number !== slot);
    slot = number;
    box.append(one);
  }
  box.prepend(head);
  box.weight = nodes.length + 2;
  return box;
}

function row(node) {
  const control = attach(node);
  const name = make("button", { type: "button", className: "name", textContent: nameOf(node) });
  name.title = `copy ${node.FULL_PATH}`;
  name.addEventListener("click", () => {
    if (learning.isOn) learning.choose(node.FULL_PATH);
    else copy(node.FULL_PATH);
  });
  const kind = `row type-${node.TYPE}${node.RANGE?.[0]?.VALS ? " menu" : ""}`;
  const box = make("div", { className: kind }, name, ...control.elements);
  box.dataset.path = node.FULL_PATH;
  box.dataset.words = `${node.FULL_PATH} ${node.DESCRIPTION}`.toLowerCase().replaceAll("_", " ");
  if (control.reset && node.TYPE !== "f") {
    box.addEventListener("dblclick", (event) => event.target === box && control.reset());
  }
  for (const event of ["pointerenter", "focusin"]) box.addEventListener(event, () => explain(node));
  return box;
}

function explain(node) {
  const range = node.RANGE?.[0] ?? {};
  const values = range.VALS ? range.VALS.join(", ")
    : "MIN" in range && node.ACCESS & 2 ? `${range.MIN} to ${range.MAX} ${unitOf(node)}` : "";
  $("about").replaceChildren(
    make("strong", { textContent: nameOf(node) }), make("span", { textContent: node.DESCRIPTION }),
    make("code", { textContent: node.FULL_PATH }), make("small", { textContent: values }),
  );
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https, which a phone in the same network has not, only the old way is left.
    const box = make("textarea", { value: text });
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
  toast(`copied ${text}`);
}

let fading;
function toast(text) {
  $("toast").textContent = text;
  $("toast").classList.add("shown");
  clearTimeout(fading);
  fading = setTimeout(() => $("toast").classList.remove("shown"), 1800);
}

/** Cards into columns once, so that folding one moves only those below it. */
function arrange() {
  const width = $("groups").clientWidth;
  const count = Math.max(1, Math.floor(width / COLUMN_PX));
  const columns = Array.from({ length: count }, () => make("div", { className: "column" }));
  const heights = columns.map(() => 0);
  for (const one of cards) {
    const at = heights.indexOf(Math.min(...heights));
    heights[at] += one.hidden ? 0 : one.open ? one.weight : 2;
    columns[at].append(one);
  }
  $("groups").replaceChildren(...columns);
  columns_shown = count;
}
let columns_shown = 0;
new ResizeObserver(() => {
  if (Math.max(1, Math.floor($("groups").clientWidth / COLUMN_PX)) !== columns_shown) arrange();
}).observe($("groups"));

function search() {
  const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  let any = !cards.length;
  for (const one of cards) {
    const rows = [...one.querySelectorAll(".row")];
    for (const each of rows) each.hidden = !words.every((word) => each.dataset.words.includes(word));
    one.hidden = rows.every((each) => each.hidden);
    any ||= !one.hidden;
  }
  document.body.classList.toggle("searching", words.length > 0);
  for (const one of cards) {
    if (words.length && !one.hidden && !one.open) one.open = one.dataset.opened = true;
    else if (!words.length && one.dataset.opened) {
      one.open = false;
      delete one.dataset.opened;
    }
  }
  $("nothing").hidden = any;
  arrange();
}
$("search").addEventListener("input", search);
addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=range]):not([type=checkbox]):not([type=radio])");
  if (event.key === "/" && !typing) {
    $("search").focus();
    event.preventDefault();
  } else if (event.key === "Escape" && event.target === $("search")) {
    $("search").value = "";
    search();
  }
});
