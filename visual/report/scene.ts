// What is drawn now: the model, the window of time, and what a person chose.

import type { Layout } from "./layout.js";
import type { Model } from "./model.js";
import type { Palette } from "./palette.js";
import type { View } from "./view.js";

/** Something that a person can point at. */
export type Target =
  | { kind: "record"; id: number }
  | { kind: "operation"; id: number }
  | { kind: "fault"; id: number };

export function sameTarget(a: Target | null, b: Target | null): boolean {
  return a === b || (a !== null && b !== null && a.kind === b.kind && a.id === b.id);
}

/** A line or a box on the canvas that stands for a target; the higher rank wins. */
export interface Hit {
  target: Target;
  x0: number;
  y0: number;
  x1: number;
  y1: number;
  box: boolean;
  rank: number;
}

/** What can be switched off in the legend. */
export interface Layers {
  types: boolean[]; // of messages
  drops: boolean;
  clients: boolean; // messages from and to clients
  disk: boolean;
  timers: boolean;
  facts: boolean;
}

export interface Scene {
  model: Model;
  view: View;
  layout: Layout;
  colours: Palette;
  layers: Layers;
  hits: Hit[];
  /** What the last drawing did: for the status line and for tests. */
  drawn: { arrows: number; messages: number; dense: boolean; operations: number };
  selected: Target | null;
  hovered: Target | null;
  chain: number[]; // records from the selected one back to its first cause
  branches: number[][]; // likewise from each piece of the evidence of the violation that is selected
  matches: number[]; // records found, in order of time
  operationMatches: number[];
}

export const font = (size: number, weight = 400): string =>
  `${weight} ${size}px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif`;

/** Writes text cut to a width, with an ellipsis; draws nothing if not even that fits. */
export function fitText(c: CanvasRenderingContext2D, text: string, x: number, y: number, width: number): boolean {
  if (width < 8) return false;
  if (c.measureText(text).width <= width) {
    c.fillText(text, x, y);
    return true;
  }
  let lo = 0;
  let hi = text.length;
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1;
    if (c.measureText(text.slice(0, mid) + "…").width <= width) lo = mid;
    else hi = mid - 1;
  }
  if (lo < 2) return false;
  c.fillText(text.slice(0, lo).trimEnd() + "…", x, y);
  return true;
}

/** Slanted lines over a box. */
export function hatch(c: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, gap: number, back = false): void {
  if (w <= 0 || h <= 0) return;
  c.save();
  c.beginPath();
  c.rect(x, y, w, h);
  c.clip();
  c.beginPath();
  // Lines are fixed to the canvas' origin, so that they do not crawl along with the box.
  for (let k = Math.floor((x - h) / gap) * gap; k < x + w + h; k += gap) {
    c.moveTo(k, back ? y : y + h);
    c.lineTo(k + h, back ? y + h : y);
  }
  c.stroke();
  c.restore();
}

export function roundBox(c: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, r: number): void {
  c.beginPath();
  c.roundRect(x, y, w, h, Math.min(r, w / 2, h / 2));
}

/** Text that stays readable over lines. */
export function halo(c: CanvasRenderingContext2D, s: Scene, text: string, x: number, y: number, colour: string): void {
  c.textBaseline = "middle";
  c.lineJoin = "round";
  c.strokeStyle = s.colours.paper;
  c.lineWidth = 3;
  c.strokeText(text, x, y);
  c.fillStyle = colour;
  c.fillText(text, x, y);
  c.lineWidth = 1;
}
