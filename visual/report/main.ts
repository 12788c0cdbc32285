// Unpacks the run that is in the page and brings the diagram to life. The
// verdict above it is plain HTML and does not wait for this.

import { App } from "./app.js";
import { readRun } from "./data.js";
import { armCopyButtons, el } from "./dom.js";
import { listen } from "./input.js";
import type { Target } from "./scene.js";
import { countEvents } from "./text.js";

declare global {
  interface Window {
    simrun?: {
      /** The state of the diagram as plain data. */
      view: () => object;
      /** Where a target is, in pixels of the page; null if it is not in view. */
      locate: (kind: Target["kind"], id: number) => { x: number; y: number } | null;
      show: (from: number, to: number) => void;
    };
  }
}

async function start(): Promise<void> {
  const root = document.getElementById("diagram");
  const payload = document.getElementById("payload");
  if (!root || !payload) return;
  armCopyButtons();
  const wait = el("p", { class: "notice" }, "Unpacking the run …");
  root.append(wait);
  try {
    const run = await readRun(payload.textContent ?? "");
    if (run.untimed) countEvents();
    wait.remove();
    payload.remove();
    if (run.records.count === 0 && run.operations.count === 0) {
      root.append(el("p", { class: "notice" }, "Nothing was recorded: there is nothing to draw."));
      return;
    }
    const app = new App(root, run);
    listen(app);
    armShowButtons(app);
    window.simrun = {
      view: () => app.state,
      locate: (kind, id) => {
        const p = app.locate({ kind, id });
        const box = app.diagram.getBoundingClientRect();
        return p && { x: box.left + p.x, y: box.top + p.y };
      },
      show: (from, to) => app.show(from, to),
    };
  } catch (e) {
    wait.remove();
    root.append(el("p", { class: "notice" }, e instanceof Error ? e.message : String(e)));
  }
}

/** Buttons and table rows outside of the diagram that lead into it. */
function armShowButtons(app: App): void {
  for (const b of document.querySelectorAll<HTMLButtonElement>("button.goto")) {
    b.hidden = false;
    b.addEventListener("click", () => {
      app.showCore(Number(b.dataset["check"]));
      app.diagram.focus();
    });
  }
  for (const row of document.querySelectorAll<HTMLTableRowElement>("tr[data-operation]")) {
    row.addEventListener("click", () => app.select({ kind: "operation", id: Number(row.dataset["operation"]) }, true));
  }
}

void start();
