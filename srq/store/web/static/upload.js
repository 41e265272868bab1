// Uploads: files and folders are dropped or chosen, and go up by tus 1.0 in chunks that resume.
"use strict";

const CHUNK = 4 * 1024 * 1024;
const AT_ONCE = 2;
const RETRIES = [0.5, 1, 2, 4, 8, 16, 30];
const HASH_UP_TO = 64 * 1024 * 1024; // larger files are not held in memory for their hash
const PICTURES = /\.(jpe?g|png|webp|avif|hei[cf]|gif|tiff?|bmp|jxl)$/i;

const token = document.querySelector('meta[name="form-token"]')?.content ?? "";
const tray = document.querySelector("#tray");
const list = tray?.querySelector("ul");
const title = tray?.querySelector("header span");
const drop = document.querySelector("#drop");
const waiting = [];
let running = 0;
let sent = 0;
let failed = 0;
let total = 0;

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

function headers(more) {
  return { "Tus-Resumable": "1.0.0", "X-Form-Token": token, ...more };
}

class Refused extends Error {}

async function asked(method, url, more, body) {
  const answer = await fetch(url, { method, headers: headers(more), body, credentials: "same-origin" });
  if (answer.ok) return answer;
  const text = (await answer.text()).slice(0, 300);
  if ([409, 423, 429].includes(answer.status) || answer.status >= 500) throw new Error(text);
  throw new Refused(text || `The server answered ${answer.status}.`);
}

async function hash(file) {
  if (!crypto.subtle || file.size > HASH_UP_TO) return null;
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function remembered(file) {
  return `upload:${file.name}:${file.size}:${file.lastModified}`;
}

async function place(file, sha256) {
  const before = localStorage.getItem(remembered(file));
  if (before) {
    try {
      const answer = await asked("HEAD", before);
      return { url: before, offset: Number(answer.headers.get("Upload-Offset")) };
    } catch {
      localStorage.removeItem(remembered(file));
    }
  }
  const album = document.body.dataset.album;
  const told = [`filename ${base64(file.name)}`];
  if (sha256) told.push(`sha256 ${base64(sha256)}`);
  if (album) told.push(`album ${base64(album)}`);
  const answer = await asked("POST", "/uploads", {
    "Upload-Length": String(file.size),
    "Upload-Metadata": told.join(","),
  });
  const url = answer.headers.get("Location");
  localStorage.setItem(remembered(file), url);
  return { url, offset: 0 };
}

async function putIntoAlbum(picture) {
  const album = document.body.dataset.album;
  if (!album) return;
  await fetch(`/api/v1/albums/${album}/pictures`, {
    method: "PUT",
    headers: headers({ "Content-Type": "application/json" }),
    body: JSON.stringify({ pictures: [picture] }),
    credentials: "same-origin",
  });
}

async function send(file, told) {
  const sha256 = await hash(file);
  if (sha256) {
    const known = await fetch(`/api/v1/hashes/${sha256}`, { credentials: "same-origin" });
    const picture = known.ok ? (await known.json()).picture : null;
    if (picture) {
      await putIntoAlbum(picture);
      return "already here";
    }
  }
  for (let tries = 0; ; ) {
    try {
      let { url, offset } = await place(file, sha256);
      while (offset < file.size) {
        const chunk = file.slice(offset, offset + CHUNK);
        const answer = await asked(
          "PATCH", url,
          { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" },
          chunk,
        );
        offset = Number(answer.headers.get("Upload-Offset"));
        told(offset / file.size);
        tries = 0;
      }
      localStorage.removeItem(remembered(file));
      return "";
    } catch (error) {
      if (error instanceof Refused || tries >= RETRIES.length) {
        localStorage.removeItem(remembered(file));
        throw error;
      }
      await pause(RETRIES[tries++]);
    }
  }
}

function line(file) {
  const item = document.createElement("li");
  const name = document.createElement("div");
  name.className = "name";
  const text = document.createElement("span");
  text.textContent = file.name;
  const state = document.createElement("span");
  state.textContent = "waits";
  name.append(text, state);
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  item.append(name, bar);
  list.append(item);
  return { item, bar, state };
}

function tell() {
  const done = sent + failed;
  title.textContent =
    done < total
      ? `Uploading ${done + 1} of ${total}`
      : `${sent} of ${total} uploaded${failed ? `, ${failed} not` : ""}`;
}

async function next() {
  if (running >= AT_ONCE || !waiting.length) return;
  running += 1;
  const { file, row } = waiting.shift();
  row.state.textContent = "";
  try {
    const state = await send(file, (share) => {
      row.bar.value = share;
      row.state.textContent = `${Math.round(100 * share)} %`;
    });
    row.bar.value = 1;
    row.state.textContent = state || "stored";
    sent += 1;
  } catch (error) {
    row.item.className = "bad";
    row.bar.remove();
    row.state.textContent = "not stored";
    row.item.append(error.message);
    failed += 1;
  }
  running -= 1;
  tell();
  if (!waiting.length && !running) document.dispatchEvent(new CustomEvent("uploaded"));
  next();
}

export function upload(files) {
  const pictures = [...files].filter((file) => file.type.startsWith("image/") || PICTURES.test(file.name));
  if (!pictures.length) return;
  tray.hidden = false;
  for (const file of pictures) {
    total += 1;
    waiting.push({ file, row: line(file) });
  }
  tell();
  for (let i = 0; i < AT_ONCE; i += 1) next();
}

async function filesOf(entry) {
  if (entry.isFile) return [await new Promise((done, fail) => entry.file(done, fail))];
  const reader = entry.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (!some.length) break;
    for (const one of some) all.push(...(await filesOf(one)));
  }
  return all;
}

async function dropped(event) {
  const entries = [...event.dataTransfer.items]
    .map((item) => item.webkitGetAsEntry?.())
    .filter(Boolean);
  if (!entries.length) return upload(event.dataTransfer.files);
  const files = await Promise.all(entries.map(filesOf));
  return upload(files.flat());
}

if (tray) {
  let depth = 0;
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragenter", (event) => {
    if (carriesFiles(event)) {
      depth += 1;
      drop.hidden = false;
    }
  });
  addEventListener("dragleave", (event) => {
    if (carriesFiles(event) && --depth <= 0) drop.hidden = true;
  });
  addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    drop.hidden = true;
    dropped(event);
  });
  for (const input of document.querySelectorAll("input[data-upload]")) {
    input.addEventListener("change", () => {
      upload(input.files);
      input.value = "";
    });
  }
  for (const button of document.querySelectorAll("button[data-choose]")) {
    button.hidden = false;
    button.addEventListener("click", () => document.querySelector(button.dataset.choose).click());
  }
  tray.querySelector("button").addEventListener("click", () => {
    tray.hidden = true;
  });
  addEventListener("beforeunload", (event) => {
    if (running) event.preventDefault();
  });
}
