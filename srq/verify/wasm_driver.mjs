// Runs what srq export wasm wrote, as a process that answers one picture after the other.
//
//   node wasm_driver.mjs FOLDER [fresh | stream] [COLUMNS]
//
// A question is "HEIGHT WIDTH\n" and the pixels; the answer is "COUNT MICROSECONDS\n" and the pixels.
// fresh: each picture gets an Enlarger of its own; COLUMNS cuts pictures into such strips.

import { readFileSync, readSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, kind, most] = process.argv.slice(2);
const { Enlarger } = await import(pathToFileURL(resolve(folder, "srq.js")));
const module = await WebAssembly.compile(readFileSync(resolve(folder, "network.wasm")));
const options = most === undefined ? {} : { columns: Number(most) };

function read(size) {
  const data = new Uint8Array(size);
  for (let held = 0; held < size; ) {
    const count = readSync(0, data, held, size - held);
    if (count === 0) return null;
    held += count;
  }
  return data;
}

function readLine() {
  let line = "";
  for (let byte = read(1); byte !== null; byte = read(1)) {
    if (byte[0] === 10) return line;
    line += String.fromCharCode(byte[0]);
  }
  return null;
}

function write(data) {
  for (let held = 0; held < data.length; ) held += writeSync(1, data, held);
}

let enlarger = await Enlarger.create(module);
for (let line = readLine(); line !== null; line = readLine()) {
  const [height, width] = line.split(" ").map(Number);
  if (kind === "fresh") enlarger = await Enlarger.create(module);
  const size = enlarger.inBits > 8 ? 2 : 1;
  const data = read(size * width * height);
  const luma = size === 2 ? new Uint16Array(data.buffer) : data;
  const begun = process.cpuUsage();
  const made = enlarger.enlarge(luma, width, height, options);
  const { user, system } = process.cpuUsage(begun);
  write(Buffer.from(`${made.length} ${user + system}\n`));
  write(new Uint8Array(made.buffer));
}
