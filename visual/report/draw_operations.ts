// What the clients saw: a bar per operation from invocation to completion, on
// the same axis of time as the cluster.

import { lowerBound } from "./bisect.js";
import { type Run, Type } from "./data.js";
import type { Band } from "./layout.js";
import type { ClientRow, Model } from "./model.js";
import { operationColours } from "./palette.js";
import { fitText, font, hatch, roundBox, type Scene } from "./scene.js";
import { operationText, shortOperationText } from "./text.js";

/** With more operations than this in a row, the row shows how many there are instead. */
const maxBars = 1200;

/** With more operations than this in view, the order of linearization is left out. */
const maxNumbered = 150;

export function drawOperations(c: CanvasRenderingContext2D, s: Scene): void {
  const { layout, colours, model } = s;
  if (model.rows.length === 0) return;
  c.fillStyle = colours.gutter;
  c.fillRect(0, layout.operationsTop, layout.width, layout.rows[0].top - layout.operationsTop);
  c.fillStyle = colours.line;
  c.fillRect(0, layout.operationsTop, layout.width, 1);
  layout.rows.forEach((band, i) => {
    c.fillStyle = i % 2 === 0 ? colours.paper : colours.stripe;
    c.fillRect(0, band.top, layout.width, band.height);
    c.fillStyle = colours.grid;
    c.fillRect(0, band.top + band.height - 1, layout.width, 1);
  });
}

/** The bars; over the messages, so that their labels can be read. */
export function drawBars(c: CanvasRenderingContext2D, s: Scene): void {
  const names = functionNames(s.model);
  s.model.rows.forEach((row, i) => {
    const band = s.layout.rows[i];
    if (band.top > s.layout.height || band.top + band.height < 0) return;
    const many = row.spans.countTouching(s.view.t0, s.view.t1, maxBars);
    if (many >= maxBars) drawCrowd(c, s, row, band);
    else row.spans.touching(s.view.t0, s.view.t1, (k) => drawBar(c, s, row, k, band, names));
    drawCoreBars(c, s, row, band);
  });
}

const nameCache = new WeakMap<Model, string[]>();

/** The names of operations, in the order of their first use. */
export function functionNames(model: Model): string[] {
  let names = nameCache.get(model);
  if (!names) {
    const { run } = model;
    names = [...new Set(run.operations.f)].map((f) => run.texts[f]);
    nameCache.set(model, names);
  }
  return names;
}

interface Box {
  x0: number;
  x1: number; // where the bar ends
  tail: number; // how far an operation without an answer may reach; x1 otherwise
}

function boxOf(s: Scene, row: ClientRow, k: number): Box {
  const { operations: ops } = s.model.run;
  const { view } = s;
  const op = row.operations[k];
  const x0 = Math.max(view.x(ops.call[op]), view.left - 12);
  const end = Math.min(ops.end[op], s.model.end);
  const x1 = Math.max(Math.min(view.x(end), view.right + 12), x0 + 2);
  if (ops.outcome[op] !== Type.Info) return { x0, x1, tail: x1 };
  const next = k + 1 < row.operations.length ? ops.call[row.operations[k + 1]] : s.model.end;
  return { x0, x1, tail: Math.max(x1, Math.min(view.x(next) - 2, x1 + 60, view.right + 12)) };
}

function drawBar(c: CanvasRenderingContext2D, s: Scene, row: ClientRow, k: number, band: Band, names: string[]): void {
  const { run, inCore } = s.model;
  const op = row.operations[k];
  if (inCore[op]) return;
  const [fill, edge] = operationColours(s.colours, names, run.texts[run.operations.f[op]]);
  const dim = s.model.coreStart !== Infinity ? 0.55 : 1;
  const box = boxOf(s, row, k);
  c.globalAlpha = dim;
  paintBar(c, s, op, box, band, fill, edge, 1);
  const room = box.x1 - Math.max(box.x0, s.view.left);
  if (room > 22) {
    c.globalAlpha = Math.min(1, dim + 0.25);
    barText(c, s, op, box, band, edge, 500);
  }
  c.globalAlpha = 1;
}

function paintBar(c: CanvasRenderingContext2D, s: Scene, op: number, box: Box, band: Band, fill: string, edge: string, line: number): void {
  const outcome = s.model.run.operations.outcome[op];
  const y = band.top + 3;
  const h = band.height - 7;
  const w = box.x1 - box.x0;
  c.lineWidth = line;
  c.strokeStyle = edge;
  c.fillStyle = outcome === Type.Fail ? s.colours.paper : fill;
  if (outcome === Type.Fail) c.setLineDash([3, 2]);
  roundBox(c, box.x0 + 0.5, y + 0.5, Math.max(w - 1, 1), h, 3);
  c.fill();
  if (w > 3) c.stroke();
  c.setLineDash([]);
  if (outcome === Type.Info) {
    const alpha = c.globalAlpha;
    c.lineWidth = 1;
    c.globalAlpha = alpha * 0.45;
    hatch(c, box.x0 + 1, y + 1, w - 2, h - 1, 6);
    // It may take effect after the client gave up: dots that run out.
    c.fillStyle = edge;
    for (let x = box.x1 + 4, n = 0; x < box.tail; x += 6, n++) {
      c.globalAlpha = alpha * Math.max(0.15, 0.9 - n * 0.09);
      c.fillRect(x, band.top + 3 + h / 2 - 1, 3, 2);
    }
    c.globalAlpha = alpha;
  }
  s.hits.push({ target: { kind: "operation", id: op }, x0: box.x0, y0: y, x1: box.x1, y1: y + h, box: true, rank: 4 });
  s.drawn.operations++;
}

function barText(c: CanvasRenderingContext2D, s: Scene, op: number, box: Box, band: Band, ink: string, weight: number): void {
  const { run } = s.model;
  const y = band.top + 3 + (band.height - 7) / 2 + 1;
  c.textBaseline = "middle";
  c.fillStyle = ink;
  let from = Math.max(box.x0, s.view.left) + 5;
  const rank = run.operations.rank[op];
  if (rank > 0) {
    c.font = font(9, 700);
    const number = `${rank}`;
    const width = c.measureText(number).width;
    if (from + width + 4 < box.x1) {
      c.fillText(number, from, y - 0.5);
      from += width + 5;
    }
  }
  c.font = font(11, weight);
  const room = box.x1 - from - 4;
  const long = operationText(run, op);
  if (c.measureText(long).width <= room) c.fillText(long, from, y);
  else fitText(c, shortOperationText(run, op), from, y, room);
}

/** How wide a bar of the core is at least, in pixels: an operation may take no time at all. */
const narrowestCore = 6;

/** The core over all else, with its labels even where the bars are narrow. */
function drawCoreBars(c: CanvasRenderingContext2D, s: Scene, row: ClientRow, band: Band): void {
  const { run } = s.model;
  row.core.forEach((k, i) => {
    const op = row.operations[k];
    const { call, end } = run.operations;
    if (call[op] > s.view.t1 || end[op] < s.view.t0) return;
    const box = boxOf(s, row, k);
    box.x1 = Math.max(box.x1, box.x0 + narrowestCore);
    c.fillStyle = s.colours.paper;
    c.fillRect(box.x0 - 1, band.top + 2, box.x1 - box.x0 + 2, band.height - 5);
    const beside = s.model.inCore[op] === 2;
    paintBar(c, s, op, box, band, beside ? s.colours.paper : s.colours.alarmFill, s.colours.alarm, beside ? 1 : 2);
    coreText(c, s, row, i, box, band);
  });
}

function coreText(c: CanvasRenderingContext2D, s: Scene, row: ClientRow, i: number, box: Box, band: Band): void {
  const op = row.operations[row.core[i]];
  const { run } = s.model;
  c.font = font(11, 700);
  if (box.x1 - Math.max(box.x0, s.view.left) >= c.measureText(operationText(run, op)).width + 10) {
    barText(c, s, op, box, band, s.colours.ink, 700);
    return;
  }
  const texts = run.named.has(op) ? [operationText(run, op), shortOperationText(run, op)] : [operationText(run, op)];
  if (texts.some((text) => besideBar(c, s, row, i, box, band, text))) return;
  if (box.x1 - box.x0 > 24) barText(c, s, op, box, band, s.colours.ink, 700);
}

/** Writes a text next to a bar of the core, if there is room. */
function besideBar(c: CanvasRenderingContext2D, s: Scene, row: ClientRow, i: number, box: Box, band: Band, text: string): boolean {
  const width = c.measureText(text).width;
  const before = i > 0 ? s.view.x(s.model.run.operations.end[row.operations[row.core[i - 1]]]) : s.view.left;
  const after = i + 1 < row.core.length ? s.view.x(s.model.run.operations.call[row.operations[row.core[i + 1]]]) : s.view.right;
  const right = Math.max(box.x1, box.tail) + 4;
  const left = box.x0 - 14 - width;
  const fits = right + width + 8 < Math.min(after, s.view.right);
  const y = band.top + 3 + (band.height - 7) / 2 + 1;
  if (!fits && left <= Math.max(before, s.view.left)) return false;
  const beside = fits ? right : left;
  c.fillStyle = s.colours.paper;
  c.strokeStyle = s.colours.alarm;
  c.lineWidth = 1;
  roundBox(c, beside + 0.5, band.top + 3.5, width + 9, band.height - 7, 3);
  c.fill();
  c.stroke();
  c.textBaseline = "middle";
  c.fillStyle = s.colours.alarm;
  c.fillText(text, beside + 5, y);
  return true;
}

/** How busy a row is, where its bars would be thinner than a pixel. */
function drawCrowd(c: CanvasRenderingContext2D, s: Scene, row: ClientRow, band: Band): void {
  const { view, colours } = s;
  const step = 2;
  const h = band.height - 7;
  const [, edge] = colours.operations[0];
  let from = lowerBound(row.spans.start, view.t0);
  const counts: number[] = [];
  for (let x = view.left; x < view.right; x += step) {
    const to = lowerBound(row.spans.start, view.time(x + step));
    counts.push(to - from);
    from = to;
  }
  const most = Math.max(1, ...counts);
  c.fillStyle = edge;
  counts.forEach((n, i) => {
    if (n === 0) return;
    c.globalAlpha = 0.25 + 0.55 * (n / most);
    c.fillRect(view.left + i * step, band.top + 3, step, h);
  });
  c.globalAlpha = 1;
}

/** Marks on the bars where a valid history's operations may have taken effect, in the order of linearization. */
export function drawWitness(c: CanvasRenderingContext2D, s: Scene): void {
  const points = witnessPoints(s.model);
  if (points === null || s.drawn.operations > maxNumbered) return;
  s.model.rows.forEach((row, i) => {
    const band = s.layout.rows[i];
    row.spans.touching(s.view.t0, s.view.t1, (k) => {
      const at = points[row.operations[k]];
      if (!(at >= s.view.t0 && at <= s.view.t1)) return;
      const x = s.view.x(at);
      c.fillStyle = s.colours.good;
      c.beginPath();
      c.arc(x, band.top + band.height - 4.5, 2.5, 0, 7);
      c.fill();
    });
  });
}

const pointCache = new WeakMap<Run, Float64Array>();

/**
 * A moment for each operation that keeps the order of linearization: as early as
 * its invocation and the operations before it allow. NaN: it has no place. Null:
 * there is no witness.
 */
function witnessPoints(model: Model): Float64Array | null {
  const { run } = model;
  const cached = pointCache.get(run);
  if (cached) return cached;
  const { rank, key, call, count } = run.operations;
  const order: number[] = [];
  for (let op = 0; op < count; op++) if (rank[op] > 0) order.push(op);
  if (order.length === 0) return null;
  order.sort((a, b) => rank[a] - rank[b]);
  const points = new Float64Array(count).fill(NaN);
  const last = new Map<number, number>();
  for (const op of order) {
    const at = Math.max(last.get(key[op]) ?? -Infinity, call[op]);
    last.set(key[op], at);
    points[op] = at;
  }
  pointCache.set(run, points);
  return points;
}
