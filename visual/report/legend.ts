// What the colours and signs mean; a press on a message type or a layer hides it.

import { el } from "./dom.js";
import { functionNames } from "./draw_operations.js";
import { operationColours, roleColours } from "./palette.js";
import type { Layers, Scene } from "./scene.js";

export function fillLegend(root: HTMLElement, scene: Scene, changed: () => void): void {
  const { model, colours } = scene;
  const groups: HTMLElement[] = [];
  if (model.lanes.length > 0) {
    groups.push(group("roles", [
      ...model.roles.map((role) => sign(role, swatch(roleColours(colours, model.roles, role)[0]))),
      sign("down", swatch(`repeating-linear-gradient(135deg, ${colours.down} 0 1px, transparent 1px 4px)`)),
      ...(model.lanes.some((l) => l.outages.some((o) => o.kind === "paused"))
        ? [sign("paused", swatch(`repeating-linear-gradient(45deg, ${colours.ink} 0 1px, transparent 1px 5px)`))] : []),
      ...(model.epochs
        ? [sign(model.run.epochWord, stroke(`linear-gradient(90deg, ${colours.epochs.slice(0, 4).map((e, i) => `${e} ${i * 25}% ${(i + 1) * 25}%`).join(", ")})`, 4))] : []),
    ]));
    const signs: [kind: string, label: string, text: string, colour: string][] = [
      ["boot", "start", "▲", colours.good], ["crash", "crash", "✕", colours.alarm],
      ["mark", "mark reached", "◆", colours.good], ["violation", "violation seen", "⚠", colours.alarm],
    ];
    groups.push(group("signs", signs.filter(([kind]) => model.kind(kind) >= 0).map(([, label, text, colour]) => sign(label, symbol(text, colour)))));
  }
  if (model.types.length > 0) {
    groups.push(group("messages", model.types.map((type, i) =>
      toggle(type.name, stroke(colours.messages[i % colours.messages.length]), `${type.count.toLocaleString("en")} sent`,
        () => scene.layers.types[i], (on) => (scene.layers.types[i] = on), changed))));
    const layer = (name: keyof Omit<Layers, "types">, label: string, mark: HTMLElement, title: string): HTMLElement =>
      toggle(label, mark, title, () => scene.layers[name], (on) => (scene.layers[name] = on), changed);
    groups.push(group("layers", [
      layer("drops", "lost", symbol("✕", colours.alarm), "Messages that never arrived"),
      layer("clients", "clients' messages", stroke(colours.client), "Messages from and to clients"),
      layer("facts", "facts", symbol("◆", colours.accent), "What nodes state of themselves"),
      layer("disk", "disk", symbol("■", colours.muted), "Hollow: written; full: durable"),
      layer("timers", "timers", symbol("|", colours.muted), "A timer fired"),
    ]));
  }
  if (model.rows.length > 0) {
    const names = functionNames(model);
    groups.push(group("operations", [
      ...names.slice(0, 8).map((f) => sign(f, swatch(...operationColours(colours, names, f)))),
      ...(model.coreStart === Infinity ? [] : [sign("core of the violation", swatch(colours.alarmFill, colours.alarm))]),
      ...(model.inCore.includes(2) ? [sign("outside of the core: may or may not have happened", swatch(colours.paper, colours.alarm))] : []),
      ...(model.run.operations.rank.some((r) => r > 0) ? [sign("takes effect (order of linearization)", symbol("●", colours.good))] : []),
    ]));
  }
  root.replaceChildren(...groups);
}

function group(title: string, items: HTMLElement[]): HTMLElement {
  return el("div", { class: "group" }, el("span", { class: "title" }, title), ...items);
}

function sign(label: string, mark: HTMLElement): HTMLElement {
  return el("span", { class: "sign" }, mark, label);
}

function toggle(label: string, mark: HTMLElement, title: string, get: () => boolean, set: (on: boolean) => void, changed: () => void): HTMLElement {
  const b = el("button", { type: "button", class: "sign", title, "aria-pressed": `${get()}` }, mark, label);
  b.addEventListener("click", () => {
    set(!get());
    b.setAttribute("aria-pressed", `${get()}`);
    changed();
  });
  return b;
}

function swatch(fill: string, edge = "transparent"): HTMLElement {
  const mark = el("span", { class: "swatch", "aria-hidden": "true" });
  mark.style.background = fill;
  mark.style.borderColor = edge;
  return mark;
}

function stroke(colour: string, height = 2): HTMLElement {
  const mark = el("span", { class: "stroke", "aria-hidden": "true" });
  mark.style.background = colour;
  mark.style.height = `${height}px`;
  return mark;
}

function symbol(text: string, colour: string): HTMLElement {
  const mark = el("span", { class: "symbol", "aria-hidden": "true" }, text);
  mark.style.color = colour;
  return mark;
}
