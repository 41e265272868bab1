// The slider between what came and what would be downloaded, and the choice of the mode shown.
"use strict";

for (const figure of document.querySelectorAll("[data-compare]")) {
  const stage = figure.querySelector(".stage");
  const layers = figure.querySelector(".layers");
  const range = figure.querySelector('input[type="range"]');
  const after = figure.querySelector("img.after");
  const label = figure.querySelector(".side.right");
  const full = figure.querySelector("[data-full]");
  const told = figure.querySelector("[data-told]");

  const show = () => layers.style.setProperty("--at", `${range.value}%`);
  range.addEventListener("input", show);
  show();

  let held = null;
  const follow = (event) => {
    const box = layers.getBoundingClientRect();
    range.value = String((100 * (event.clientX - box.left)) / box.width);
    show();
  };
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("a, button")) return;
    held = { x: event.clientX, y: event.clientY, left: stage.scrollLeft, top: stage.scrollTop };
    stage.setPointerCapture(event.pointerId);
    if (!stage.classList.contains("full")) follow(event);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!held) return;
    if (stage.classList.contains("full")) {
      stage.scrollLeft = held.left + held.x - event.clientX;
      stage.scrollTop = held.top + held.y - event.clientY;
    } else {
      follow(event);
    }
  });
  for (const end of ["pointerup", "pointercancel"]) {
    stage.addEventListener(end, () => {
      held = null;
    });
  }
  full?.addEventListener("click", () => {
    const on = stage.classList.toggle("full");
    full.setAttribute("aria-pressed", String(on));
    if (on) {
      stage.scrollLeft = (stage.scrollWidth - stage.clientWidth) / 2;
      stage.scrollTop = (stage.scrollHeight - stage.clientHeight) / 2;
    }
  });

  for (const radio of document.querySelectorAll('input[name="mode"][data-view]')) {
    radio.addEventListener("change", () => {
      after.src = radio.dataset.view;
      after.alt = `Restored: ${radio.dataset.name}`;
      label.textContent = radio.dataset.name;
      if (told) told.textContent = radio.dataset.told;
    });
  }
}
