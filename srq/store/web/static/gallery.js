// The grid: picking pictures, more of them as one scrolls, and those that are still worked on.
"use strict";

const form = document.querySelector("#picked");
const bar = document.querySelector("#bar");

function picked() {
  const count = form.querySelectorAll(".pick input:checked").length;
  bar.hidden = !count;
  form.classList.toggle("picking", count > 0);
  bar.querySelector("strong").textContent = count === 1 ? "1 picture" : `${count} pictures`;
}

if (form && bar) {
  let last = null;
  form.addEventListener("click", (event) => {
    if (!event.target.matches(".pick input")) return;
    const all = [...form.querySelectorAll(".pick input")];
    if (event.shiftKey && last && last.isConnected) {
      const ends = [all.indexOf(last), all.indexOf(event.target)].sort((a, b) => a - b);
      for (const box of all.slice(ends[0], ends[1] + 1)) box.checked = event.target.checked;
    }
    last = event.target;
    picked();
  });
  bar.querySelector("[data-none]").addEventListener("click", () => {
    for (const box of form.querySelectorAll(".pick input:checked")) box.checked = false;
    picked();
  });
  picked();
}

async function page(url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

const watched = new IntersectionObserver(async (seen) => {
  const link = seen.find((one) => one.isIntersecting)?.target;
  if (!link) return;
  watched.unobserve(link);
  const found = await page(link.href);
  const here = document.querySelector("#pictures");
  const last = [...here.querySelectorAll(".month")].at(-1)?.textContent;
  for (const part of [...found.querySelectorAll("#pictures > *")]) {
    if (part.matches(".month") && part.textContent === last) continue;
    const grids = here.querySelectorAll(".grid");
    const before = part.previousElementSibling;
    if (part.matches(".grid") && before?.textContent === last) grids[grids.length - 1].append(...part.children);
    else here.append(part);
  }
  const more = found.querySelector(".more");
  const old = document.querySelector(".more");
  if (more) {
    old.replaceWith(more);
    watch();
  } else {
    old.remove();
  }
});

function watch() {
  const link = document.querySelector(".more a");
  if (link) watched.observe(link);
}
watch();

// Tiles that wait are asked for again until they are judged.
async function refresh() {
  const tiles = [...document.querySelectorAll(".tile[data-waiting]")].slice(0, 100);
  if (!tiles.length || document.hidden) return;
  const ids = tiles.map((tile) => tile.dataset.waiting).join(",");
  const found = await page(`/tiles?ids=${encodeURIComponent(ids)}`);
  for (const tile of tiles) {
    const now = found.querySelector(`.tile[data-id="${CSS.escape(tile.dataset.id)}"]`);
    if (now && !now.dataset.waiting) {
      now.querySelector(".pick input").checked = tile.querySelector(".pick input").checked;
      tile.replaceWith(now);
    }
  }
}
setInterval(() => refresh().catch(() => {}), 3000);

document.addEventListener("uploaded", () => setTimeout(() => location.reload(), 1200));

// A picture's own page is shown anew once it is judged.
const judged = document.querySelector("[data-reload]");
if (judged) {
  setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch(judged.dataset.reload, { credentials: "same-origin" });
    if (answer.ok && (await answer.json()).state !== judged.dataset.state) location.reload();
  }, 3000);
}

for (const button of document.querySelectorAll("[data-confirm]")) {
  button.addEventListener("click", (event) => {
    if (!window.confirm(button.dataset.confirm)) event.preventDefault();
  });
}
