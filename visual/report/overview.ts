// The whole run in one strip: who led when, how busy it was, what went wrong,
// and which part the diagram shows.

import { lowerBound } from "./bisect.js";
import { epochColour, roleColours } from "./palette.js";
import { hatch, type Scene } from "./scene.js";

export function drawOverview(c: CanvasRenderingContext2D, s: Scene, width: number, height: number): void {
  const { model, view, colours } = s;
  const { end } = model;
  const x = (t: number): number => view.left + ((t + end * 0.02) / (end * 1.04)) * (view.right - view.left);
  c.fillStyle = colours.gutter;
  c.fillRect(0, 0, width, height);
  const inner = { top: 5, height: height - 10 };

  shadeFaults(c, s, x, inner.top, inner.height);
  const strips = model.lanes.length;
  const share = strips === 0 ? 0 : model.rows.length === 0 ? 1 : 0.7;
  const stripHeight = strips === 0 ? 0 : Math.max(1.5, (inner.height * share) / strips - 1);
  model.lanes.forEach((lane, i) => {
    const y = inner.top + i * (stripHeight + 1);
    let lastX = -Infinity;
    for (const stretch of lane.stretches) {
      const x0 = x(stretch.start);
      const x1 = x(stretch.end);
      if (x1 - lastX < 0.4) continue;
      lastX = x1;
      c.fillStyle = roleColours(colours, model.roles, stretch.role)[0];
      c.fillRect(x0, y, Math.max(x1 - x0, 0.7), stripHeight);
      if (stripHeight < 5 || !model.epochs) continue;
      c.fillStyle = epochColour(colours, stretch.epoch);
      c.fillRect(x0, y + stripHeight - 1.5, Math.max(x1 - x0, 0.7), 1.5);
    }
    for (const outage of lane.outages) {
      c.fillStyle = colours.gutter;
      c.fillRect(x(outage.start), y, Math.max(x(outage.end) - x(outage.start), 1), stripHeight);
      c.strokeStyle = colours.down;
      hatch(c, x(outage.start), y, Math.max(x(outage.end) - x(outage.start), 1), stripHeight, 4);
    }
  });
  drawLoad(c, s, x, inner.top + strips * (stripHeight + 1), inner.top + inner.height);
  drawMoments(c, s, x, height);
  drawWindow(c, s, x, width, height);
}

/** Where any fault is in force, except the weather that lasts all along. */
function shadeFaults(c: CanvasRenderingContext2D, s: Scene, x: (t: number) => number, top: number, height: number): void {
  const { model, view, colours } = s;
  const struck = new Uint8Array(Math.ceil(view.right) + 2);
  model.run.faults.forEach((fault, i) => {
    if (model.weather.includes(i)) return;
    const from = Math.floor(x(fault.start));
    struck.fill(1, from, Math.max(Math.ceil(x(fault.end < 0 ? model.end : fault.end)), from + 2));
  });
  c.fillStyle = colours.fault;
  c.globalAlpha = 0.18;
  for (let from = struck.indexOf(1); from >= 0; from = struck.indexOf(1, from)) {
    const to = struck.indexOf(0, from);
    c.fillRect(from, top, (to < 0 ? struck.length : to) - from, height);
    if (to < 0) break;
    from = to;
  }
  c.globalAlpha = 1;
}

/** How many operations begin when. */
function drawLoad(c: CanvasRenderingContext2D, s: Scene, x: (t: number) => number, top: number, bottom: number): void {
  const { call, count } = s.model.run.operations;
  if (count === 0) return;
  const step = 2;
  const { end } = s.model;
  const counts: number[] = [];
  let from = 0;
  const pixels = x(end) - x(0);
  for (let p = 0; p < pixels; p += step) {
    const to = lowerBound(call, ((p + step) / pixels) * end);
    counts.push(to - from);
    from = to;
  }
  const most = Math.max(1, ...counts);
  c.fillStyle = s.colours.operations[0][1];
  c.globalAlpha = 0.6;
  counts.forEach((n, i) => {
    const h = (n / most) * (bottom - top);
    if (n > 0) c.fillRect(x(0) + i * step, bottom - Math.max(h, 1), step - 0.5, Math.max(h, 1));
  });
  c.globalAlpha = 1;
}

function drawMoments(c: CanvasRenderingContext2D, s: Scene, x: (t: number) => number, height: number): void {
  const { model, colours } = s;
  const { records, operations } = model.run;
  c.fillStyle = colours.match;
  for (const r of s.matches.length > 4000 ? [] : s.matches) c.fillRect(x(records.time[r]) - 0.5, 0, 1, 4);
  for (const op of s.operationMatches) c.fillRect(x(operations.call[op]) - 0.5, 0, 1, 4);
  c.fillStyle = colours.alarm;
  if (model.coreStart !== Infinity) {
    const x0 = x(model.coreStart);
    c.fillRect(x0, height - 4, Math.max(x(model.coreEnd) - x0, 3), 4);
  }
  for (const check of model.run.checks) {
    for (const t of [check.inevitable, check.seen]) if (t >= 0) c.fillRect(x(t) - 0.75, 0, 1.5, height);
  }
}

function drawWindow(c: CanvasRenderingContext2D, s: Scene, x: (t: number) => number, width: number, height: number): void {
  const { view, colours } = s;
  const x0 = x(view.t0);
  const x1 = Math.max(x(view.t1), x0 + 3);
  c.fillStyle = colours.paper;
  c.globalAlpha = 0.45;
  c.fillRect(0, 0, x0, height);
  c.fillRect(x1, 0, width - x1, height);
  c.globalAlpha = 1;
  c.strokeStyle = colours.accent;
  c.lineWidth = 1.5;
  c.strokeRect(x0, 1, x1 - x0, height - 2);
}

/** The moment at a place on the strip. */
export function overviewTime(s: Scene, px: number): number {
  const { view, model } = s;
  return ((px - view.left) / (view.right - view.left)) * model.end * 1.04 - model.end * 0.02;
}
