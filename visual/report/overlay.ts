// What follows the pointer and the choice: drawn over the diagram, so that
// moving the mouse does not draw all of it again.

import { lowerBound, lowerBoundBy } from "./bisect.js";
import { arrowOf, head } from "./draw_messages.js";
import { font, roundBox, type Scene, type Target } from "./scene.js";
import { moment } from "./text.js";

interface Point {
  x: number;
  y: number;
}

export function drawOverlay(c: CanvasRenderingContext2D, s: Scene, pointer: Point | null, range: [number, number] | null): void {
  const { layout, colours, view } = s;
  c.clearRect(0, 0, layout.width, layout.height);
  c.save();
  c.beginPath();
  c.rect(view.left, 0, layout.width, layout.height);
  c.clip();
  if (range) {
    c.fillStyle = colours.accent;
    c.globalAlpha = 0.14;
    c.fillRect(Math.min(...range), 0, Math.abs(range[1] - range[0]), layout.height);
    c.globalAlpha = 1;
  }
  c.beginPath();
  c.rect(view.left, layout.axis, layout.width, layout.height - layout.axis);
  c.clip();
  drawMatches(c, s);
  for (const branch of s.branches) drawChain(c, s, branch);
  drawChain(c, s, s.chain);
  drawEvidence(c, s);
  if (s.hovered) outline(c, s, s.hovered, colours.ink, 1.5);
  if (s.selected) outline(c, s, s.selected, colours.accent, 2.5);
  c.restore();
  if (pointer && pointer.x > view.left) drawPointer(c, s, pointer.x);
}

/** The time under the pointer. */
function drawPointer(c: CanvasRenderingContext2D, s: Scene, x: number): void {
  const { layout, colours, view } = s;
  c.fillStyle = colours.faint;
  c.globalAlpha = 0.6;
  c.fillRect(Math.round(x), layout.axis, 1, layout.height);
  c.globalAlpha = 1;
  const text = moment(view.time(x), Math.max(view.scale, 1));
  c.font = font(11, 600);
  const width = c.measureText(text).width + 12;
  const left = Math.min(Math.max(x - width / 2, view.left), layout.width - width - 2);
  c.fillStyle = colours.ink;
  roundBox(c, left, 4, width, 18, 4);
  c.fill();
  c.fillStyle = colours.paper;
  c.textBaseline = "middle";
  c.fillText(text, left + 6, 13.5);
}

/** Where a record happened, on the canvas. */
export function place(s: Scene, record: number): Point {
  const { records } = s.model.run;
  const node = records.node[record];
  const lane = s.model.laneOf[node];
  const row = s.model.rowOf[node];
  const y = lane >= 0 ? s.layout.lanes[lane].middle : row >= 0 ? s.layout.rows[row].middle : s.layout.faults.middle;
  return { x: s.view.x(records.time[record]), y };
}

/** The message that a delivery or a drop ends, or -1. */
export function messageEnding(s: Scene, record: number): number {
  const { messages, run } = s.model;
  const send = run.records.cause[record];
  for (let m = lowerBound(messages.send, send); m < messages.send.length && messages.send[m] === send; m++) {
    if (messages.arrive[m] === record) return m;
  }
  return -1;
}

/** The way from the selected record back to its first cause. */
function drawChain(c: CanvasRenderingContext2D, s: Scene, chain: number[]): void {
  c.strokeStyle = s.colours.accent;
  c.lineWidth = 2.25;
  for (let i = 0; i + 1 < chain.length; i++) {
    c.globalAlpha = Math.max(0.35, 1 - i * 0.02); // the farther back, the fainter
    const m = messageEnding(s, chain[i]);
    if (m >= 0) {
      const a = arrowOf(s, m);
      line(c, a.x0, a.y0, a.x1, a.y1);
      head(c, a, s.colours.accent, 9);
      continue;
    }
    const effect = place(s, chain[i]);
    const cause = place(s, chain[i + 1]);
    c.setLineDash(cause.y === effect.y ? [] : [2, 3]);
    line(c, cause.x, cause.y, effect.x, effect.y);
    c.setLineDash([]);
  }
  c.globalAlpha = 1;
  c.lineWidth = 1;
}

function line(c: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  c.beginPath();
  c.moveTo(x0, y0);
  c.lineTo(x1, y1);
  c.stroke();
}

/** Numbers at the events that contradict each other. */
function drawEvidence(c: CanvasRenderingContext2D, s: Scene): void {
  const { time } = s.model.run.records;
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.font = font(10, 700);
  for (const check of s.model.run.checks) {
    (check.evidence ?? []).forEach((e, i) => {
      if (e.record < 0 || time[e.record] < s.view.t0 || time[e.record] > s.view.t1) return;
      const p = place(s, e.record);
      c.fillStyle = s.colours.alarm;
      c.beginPath();
      c.arc(p.x, p.y - 14, 7, 0, 2 * Math.PI);
      c.fill();
      c.fillStyle = s.colours.paper;
      c.fillText(`${i + 1}`, p.x, p.y - 13.5);
    });
  }
  c.textAlign = "start";
}

/** Rings around what the search found. */
function drawMatches(c: CanvasRenderingContext2D, s: Scene): void {
  const { records, operations } = s.model.run;
  c.fillStyle = s.colours.match;
  c.globalAlpha = 0.55;
  let lastX = -1;
  for (let i = lowerBoundBy(s.matches, (r) => records.time[r], s.view.t0); i < s.matches.length; i++) {
    const p = place(s, s.matches[i]);
    if (p.x > s.view.right) break;
    if (p.x - lastX < 0.7 && s.matches.length > 2000) continue;
    lastX = p.x;
    c.fillRect(p.x - 2.5, p.y - 13, 5, 26);
  }
  for (const op of s.operationMatches) {
    if (operations.call[op] > s.view.t1 || operations.end[op] < s.view.t0) continue;
    const box = operationBox(s, op);
    if (box) c.fillRect(box.x - 2, box.y - 2, box.w + 4, box.h + 4);
  }
  c.globalAlpha = 1;
}

/** The bar of an operation, if it is in view. */
export function operationBox(s: Scene, op: number): { x: number; y: number; w: number; h: number } | null {
  const { operations } = s.model.run;
  const row = s.model.operationRow[op];
  const band = s.layout.rows[row];
  if (!band) return null;
  const x0 = s.view.x(operations.call[op]);
  const x1 = s.view.x(Math.min(operations.end[op], s.model.end));
  return { x: x0, y: band.top + 3, w: Math.max(x1 - x0, 2), h: band.height - 7 };
}

/** Shows which target is meant. */
function outline(c: CanvasRenderingContext2D, s: Scene, target: Target, colour: string, width: number): void {
  c.strokeStyle = colour;
  c.lineWidth = width;
  if (target.kind === "operation") {
    const box = operationBox(s, target.id);
    if (!box) return;
    c.beginPath();
    c.roundRect(box.x - 1, box.y - 1, box.w + 2, box.h + 3, 4);
    c.stroke();
    return;
  }
  if (target.kind === "fault") {
    const hit = s.hits.find((h) => h.target.kind === "fault" && h.target.id === target.id);
    if (hit) c.strokeRect(hit.x0, hit.y0, hit.x1 - hit.x0, hit.y1 - hit.y0);
    return;
  }
  const m = messageEnding(s, target.id);
  if (m >= 0) {
    const a = arrowOf(s, m);
    line(c, a.x0, a.y0, a.x1, a.y1);
    return;
  }
  const p = place(s, target.id);
  c.beginPath();
  c.arc(p.x, p.y, 12, 0, 7);
  c.stroke();
}
