// The keys, in a dialog.

import { button, el } from "./dom.js";

const keys: [string, string][] = [
  ["wheel, + −", "zoom"],
  ["drag, ← →", "move in time"],
  ["↑ ↓", "scroll the lanes"],
  ["Shift + drag, or drag on the axis", "zoom to what is marked"],
  ["double click", "zoom in here"],
  ["0", "the whole run"],
  ["c", "the core of the violation"],
  ["click", "select; the panel tells why it happened"],
  ["b", "go to the cause of what is selected"],
  ["n p", "next, previous record of the same node"],
  ["Backspace", "what was selected before"],
  ["/", "search; Enter and Shift + Enter go through what is found"],
  ["Esc", "let go"],
];

export function helpDialog(): HTMLDialogElement {
  const dialog = el("dialog", { class: "help", "aria-label": "Keys" });
  dialog.append(
    el("h2", {}, "Mouse and keys"),
    el("dl", {}, ...keys.flatMap(([key, what]) => [el("dt", {}, key), el("dd", {}, what)])),
    el("p", {}, "The strip on top is the whole run: drag its window to move, or mark a part of it. Arrows lead from sending to delivery; a dashed one that ends in a cross was lost. " +
      "The coloured line under a node is its epoch. Shaded bands with letters are partitions: nodes with the same letter still reach each other, a node without one reaches all. " +
      "An operation with dots behind it got no answer: it may take effect later."),
    button("Close", "Close (Esc)", () => dialog.close()),
  );
  dialog.addEventListener("click", (e) => e.target === dialog && dialog.close());
  return dialog;
}
