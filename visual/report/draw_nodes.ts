// The lanes of the servers: who leads in which epoch, who is down, who is cut
// off, and what happens in each.

import { countBetween, lowerBound, lowerBoundBy } from "./bisect.js";
import { barHeight, epochHeight, type Band } from "./layout.js";
import type { NodeLane } from "./model.js";
import { epochColour, roleColours } from "./palette.js";
import { fitText, font, halo, hatch, roundBox, type Scene } from "./scene.js";

/** The paper of the lanes. */
export function drawLanes(c: CanvasRenderingContext2D, s: Scene): void {
  s.layout.lanes.forEach((band, i) => {
    c.fillStyle = i % 2 === 0 ? s.colours.paper : s.colours.stripe;
    c.fillRect(0, band.top, s.layout.width, band.height);
    c.fillStyle = s.colours.grid;
    c.fillRect(0, band.top + band.height - 1, s.layout.width, 1);
  });
}

/** Roles and epochs, and the times in which a node was down or paused. */
export function drawLives(c: CanvasRenderingContext2D, s: Scene): void {
  s.model.lanes.forEach((lane, i) => drawLife(c, s, lane, s.layout.lanes[i]));
}

function drawLife(c: CanvasRenderingContext2D, s: Scene, lane: NodeLane, band: Band): void {
  const { view, colours } = s;
  const top = band.middle - barHeight / 2;
  // The line of life, under everything else.
  c.fillStyle = colours.line;
  c.fillRect(view.x(0), band.middle - 0.5, view.x(s.model.end) - view.x(0), 1);

  const first = Math.max(0, lowerBoundBy(lane.stretches, (x) => x.start, view.t0) - 1);
  let lastX = -Infinity;
  for (let i = first; i < lane.stretches.length && lane.stretches[i].start < view.t1; i++) {
    const stretch = lane.stretches[i];
    if (stretch.end < view.t0) continue;
    const x0 = Math.max(view.x(stretch.start), view.left - 8);
    const x1 = Math.min(view.x(stretch.end), view.right + 8);
    if (x1 - lastX < 0.5) continue; // not even half a pixel more
    lastX = x1;
    const [fill, ink] = roleColours(colours, s.model.roles, stretch.role);
    const w = Math.max(x1 - x0, 1);
    c.fillStyle = fill;
    roundBox(c, x0, top, w, barHeight, 2);
    c.fill();
    if (s.model.epochs) {
      c.fillStyle = epochColour(colours, stretch.epoch);
      c.fillRect(x0, top + barHeight + 1, w, epochHeight);
    }
    s.hits.push({ target: { kind: "record", id: stretch.record }, x0, y0: top, x1: x0 + w, y1: top + barHeight + 1 + epochHeight, box: true, rank: 1 });
    if (w > 26) {
      c.fillStyle = ink;
      c.font = font(11, 500);
      c.textBaseline = "middle";
      const from = Math.max(x0, view.left) + 5;
      const [long, short] = s.model.epochs ? [`${stretch.role} · ${stretch.epoch}`, `${stretch.epoch}`] : [stretch.role, stretch.role];
      const room = x1 - from - 4;
      if (c.measureText(long).width <= room) c.fillText(long, from, band.middle + 0.5);
      else fitText(c, short, from, band.middle + 0.5, room);
    }
  }
  for (const outage of lane.outages) {
    if (outage.end < view.t0 || outage.start > view.t1) continue;
    const x0 = Math.max(view.x(outage.start), view.left - 8);
    const x1 = Math.min(view.x(outage.end), view.right + 8);
    const w = Math.max(x1 - x0, 1.5);
    if (outage.kind === "down") {
      c.fillStyle = colours.paper;
      c.fillRect(x0, top - 1, w, barHeight + epochHeight + 3);
    }
    c.strokeStyle = outage.kind === "down" ? colours.down : colours.ink;
    c.lineWidth = 1;
    hatch(c, x0, top, w, barHeight, outage.kind === "down" ? 5 : 7, outage.kind === "paused");
    c.strokeRect(x0 + 0.5, top + 0.5, w - 1, barHeight - 1);
    if (outage.record >= 0) {
      s.hits.push({ target: { kind: "record", id: outage.record }, x0, y0: top, x1: x0 + w, y1: top + barHeight, box: true, rank: 2 });
    }
    outageLabel(c, s, outage.kind, x0, w, band);
  }
}

function outageLabel(c: CanvasRenderingContext2D, s: Scene, text: string, x0: number, w: number, band: Band): void {
  c.font = font(11, 600);
  c.textBaseline = "middle";
  const width = c.measureText(text).width;
  const from = Math.max(x0, s.view.left) + 6;
  if (from + width + 6 > x0 + w) return;
  c.fillStyle = s.colours.paper;
  c.fillRect(from - 3, band.middle - 7, width + 6, 14);
  c.fillStyle = s.colours.ink;
  c.fillText(text, from, band.middle + 0.5);
}

/** How much is sent, received and lost where there are too many messages for arrows. */
export function drawDensity(c: CanvasRenderingContext2D, s: Scene): void {
  const { view, colours } = s;
  const step = 3;
  const buckets = Math.ceil((view.right - view.left) / step);
  const counts = s.model.lanes.map((lane) => bucketCounts(lane.busy, s, step, buckets));
  const most = Math.max(1, ...counts.map((a) => a.reduce((m, n) => Math.max(m, n), 0)));
  s.model.lanes.forEach((lane, i) => {
    const band = s.layout.lanes[i];
    const room = (band.height - barHeight) / 2 - 5;
    const base = band.middle - barHeight / 2 - 2;
    c.fillStyle = colours.busy;
    c.globalAlpha = 0.55;
    counts[i].forEach((n, b) => {
      if (n === 0) return;
      const h = Math.max(1, (n / most) * room);
      c.fillRect(view.left + b * step, base - h, step - 0.5, h);
    });
    c.globalAlpha = 1;
    if (!s.layers.drops) return;
    const under = band.middle + barHeight / 2 + epochHeight + 3;
    c.fillStyle = colours.alarm;
    bucketCounts(lane.drops, s, step, buckets).forEach((n, b) => {
      if (n === 0) return;
      const h = Math.max(2, Math.min(1, n / most) * room);
      c.fillRect(view.left + b * step, under, step - 0.5, h);
    });
  });
}

function bucketCounts(times: Float64Array, s: Scene, step: number, buckets: number): number[] {
  const { view } = s;
  const out = new Array<number>(buckets).fill(0);
  let from = lowerBound(times, view.time(view.left));
  for (let b = 0; b < buckets && from < times.length; b++) {
    const to = lowerBound(times, view.time(view.left + (b + 1) * step));
    out[b] = to - from;
    from = to;
  }
  return out;
}

const major = new Set(["boot", "crash", "mark", "violation", "pause", "resume"]);
const disk = new Set(["write", "sync"]);

/** Timers, disk work, facts, crashes: what happens in a node. The minor ones show when there is room. */
export function drawPoints(c: CanvasRenderingContext2D, s: Scene): void {
  const { view, model } = s;
  const { records } = model.run;
  const width = view.right - view.left;
  s.model.lanes.forEach((lane, i) => {
    const band = s.layout.lanes[i];
    const crowd = countBetween(lane.pointTimes, view.t0, view.t1);
    const minor = crowd < width / 10;
    if (!minor && crowd > 50_000) return drawMajor(c, s, lane, band);
    let labelled = view.left;
    for (let p = lowerBound(lane.pointTimes, view.t0); p < lane.points.length && lane.pointTimes[p] <= view.t1; p++) {
      const id = lane.points[p];
      const kind = model.run.kinds[records.kind[id]];
      if (!major.has(kind)) {
        if (!minor || hidden(s, kind)) continue;
      }
      const x = view.x(records.time[id]);
      glyph(c, s, kind, x, band);
      s.hits.push({ target: { kind: "record", id }, x0: x, y0: band.middle - 5, x1: x, y1: band.middle + 5, box: false, rank: major.has(kind) ? 9 : 6 });
      if (kind === "fact" && minor && x > labelled) labelled = factLabel(c, s, id, x, band, lane, p);
    }
  });
}

function drawMajor(c: CanvasRenderingContext2D, s: Scene, lane: NodeLane, band: Band): void {
  for (const outage of lane.outages) {
    if (outage.record < 0 || outage.start < s.view.t0 || outage.start > s.view.t1) continue;
    glyph(c, s, outage.kind === "down" ? "crash" : "pause", s.view.x(outage.start), band);
  }
}

function hidden(s: Scene, kind: string): boolean {
  if (kind === "corrupt") return !s.layers.drops;
  if (kind === "timer" || kind === "outside") return !s.layers.timers;
  if (disk.has(kind)) return !s.layers.disk;
  return !s.layers.facts;
}

/** The text of a fact under its glyph, if the next one leaves room; returns where the next may begin. */
function factLabel(c: CanvasRenderingContext2D, s: Scene, id: number, x: number, band: Band, lane: NodeLane, p: number): number {
  const { records, texts, kinds } = s.model.run;
  let room = s.view.right - x;
  for (let q = p + 1; q < lane.points.length && lane.pointTimes[q] <= s.view.t1; q++) {
    if (kinds[records.kind[lane.points[q]]] !== "fact") continue;
    room = s.view.x(lane.pointTimes[q]) - x;
    break;
  }
  if (room < 46 || band.height < 50) return x;
  c.font = font(10);
  const text = texts[records.text[id]];
  const width = c.measureText(text).width;
  if (width > room - 10) return x;
  halo(c, s, text, x + 6, band.middle + barHeight / 2 + epochHeight + 6, s.colours.accent);
  return x + width + 10;
}

export function glyph(c: CanvasRenderingContext2D, s: Scene, kind: string, x: number, band: Band): void {
  const { colours } = s;
  const top = band.middle - barHeight / 2;
  const bottom = band.middle + barHeight / 2 + epochHeight + 1;
  c.lineWidth = 1;
  switch (kind) {
    case "timer":
    case "outside":
      c.fillStyle = colours.faint;
      c.fillRect(x - 0.5, top - 4, 1, 4);
      return;
    case "write":
      c.strokeStyle = colours.muted;
      c.strokeRect(x - 2, bottom + 1.5, 4, 4);
      return;
    case "sync":
      c.fillStyle = colours.muted;
      c.fillRect(x - 2.5, bottom + 1, 5, 5);
      return;
    case "fact":
    case "note":
      c.fillStyle = kind === "fact" ? colours.accent : colours.faint;
      diamond(c, x, bottom + 3, kind === "fact" ? 3.5 : 2.5);
      return;
    case "mark":
      c.fillStyle = colours.good;
      diamond(c, x, top - 5, 4.5);
      return;
    case "corrupt":
      c.strokeStyle = colours.alarm;
      c.strokeRect(x - 2.5, bottom + 1, 5, 5);
      return;
    case "boot":
      c.fillStyle = colours.good;
      triangle(c, x, top - 4, 5, -1);
      return;
    case "crash":
      cross(c, x, top - 6, 4, colours.alarm, 2.2);
      return;
    case "pause":
    case "resume":
      c.fillStyle = colours.ink;
      if (kind === "pause") {
        c.fillRect(x - 3, top - 9, 2, 7);
        c.fillRect(x + 1, top - 9, 2, 7);
      } else triangle(c, x, top - 4, 4, -1);
      return;
    case "violation":
      c.fillStyle = colours.alarm;
      triangle(c, x, top - 2, 8, -1);
      c.fillStyle = colours.paper;
      c.fillRect(x - 0.8, top - 9.5, 1.6, 4);
      c.fillRect(x - 0.8, top - 4.7, 1.6, 1.6);
      return;
  }
}

function diamond(c: CanvasRenderingContext2D, x: number, y: number, r: number): void {
  c.beginPath();
  c.moveTo(x, y - r);
  c.lineTo(x + r, y);
  c.lineTo(x, y + r);
  c.lineTo(x - r, y);
  c.fill();
}

/** A triangle with its base on y (pointing up), or hanging from it. */
function triangle(c: CanvasRenderingContext2D, x: number, y: number, r: number, up: 1 | -1): void {
  c.beginPath();
  c.moveTo(x - r, y);
  c.lineTo(x + r, y);
  c.lineTo(x, y + up * r * 1.6);
  c.fill();
}

export function cross(c: CanvasRenderingContext2D, x: number, y: number, r: number, colour: string, width: number): void {
  c.strokeStyle = colour;
  c.lineWidth = width;
  c.beginPath();
  c.moveTo(x - r, y - r);
  c.lineTo(x + r, y + r);
  c.moveTo(x + r, y - r);
  c.lineTo(x - r, y + r);
  c.stroke();
  c.lineWidth = 1;
}
