// OSC packets, as far as livegan speaks them: f, s, T, F and I.

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

function padded(text) {
  const bytes = ENCODER.encode(text);
  const room = new Uint8Array(bytes.length + 4 - (bytes.length % 4));
  room.set(bytes);
  return room;
}

/** One message with one argument: `type` is f, s, T (a boolean) or I (none). */
export function encode(address, type, value) {
  const tag = type === "T" ? (value ? "T" : "F") : type;
  const parts = [padded(address), padded("," + tag)];
  if (tag === "f") {
    const number = new Uint8Array(4);
    new DataView(number.buffer).setFloat32(0, value);
    parts.push(number);
  } else if (tag === "s") {
    parts.push(padded(value));
  }
  const packet = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const part of parts) {
    packet.set(part, at);
    at += part.length;
  }
  return packet;
}

/** The messages of a packet, out of its bundles, as [address, value]. */
export function decode(buffer, start = 0, end = buffer.byteLength) {
  const view = new DataView(buffer);
  const bytes = new Uint8Array(buffer);
  let at = start;
  const text = () => {
    const stop = bytes.indexOf(0, at);
    const read = DECODER.decode(bytes.subarray(at, stop));
    at = start + (((stop - start) >> 2) + 1) * 4;
    return read;
  };
  const first = text();
  if (first === "#bundle") {
    const found = [];
    at = start + 16;
    while (at < end) {
      const size = view.getInt32(at);
      found.push(...decode(buffer.slice(at + 4, at + 4 + size)));
      at += 4 + size;
    }
    return found;
  }
  const tag = text()[1];
  const value = { f: () => view.getFloat32(at), i: () => view.getInt32(at), s: text }[tag];
  return [[first, value ? value() : tag === "T"]];
}
