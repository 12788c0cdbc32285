// Puts the diagram together: what is under what.

import { drawFaults, drawPartitions, labelPartitions } from "./draw_faults.js";
import { drawDensity, drawLanes, drawLives, drawPoints } from "./draw_nodes.js";
import { drawMessages, maxArrows } from "./draw_messages.js";
import { drawBars, drawOperations, drawWitness } from "./draw_operations.js";
import { font, halo, roundBox, type Scene } from "./scene.js";
import { moment } from "./text.js";
import { tickStep } from "./view.js";

/** Draws everything that does not follow the pointer. */
export function draw(c: CanvasRenderingContext2D, s: Scene): void {
  const { layout, colours, view } = s;
  s.hits = [];
  s.drawn = { arrows: 0, messages: 0, dense: false, operations: 0 };
  c.fillStyle = colours.paper;
  c.fillRect(0, 0, layout.width, layout.height);

  c.save();
  c.beginPath();
  c.rect(0, layout.axis, layout.width, layout.height - layout.axis);
  c.clip();
  drawLanes(c, s);
  drawOperations(c, s);
  c.save();
  c.beginPath();
  c.rect(view.left - 1, layout.axis, layout.width, layout.height);
  c.clip();
  drawGrid(c, s);
  drawPartitions(c, s);
  drawLives(c, s);
  const many = s.model.messages.spans.countTouching(view.t0, view.t1, maxArrows + 1);
  s.drawn.messages = many;
  s.drawn.dense = many > maxArrows;
  if (s.drawn.dense) drawDensity(c, s);
  else drawMessages(c, s, many);
  labelPartitions(c, s);
  drawPoints(c, s);
  drawBars(c, s);
  drawWitness(c, s);
  drawFaults(c, s);
  drawMoments(c, s);
  c.restore();
  drawGutter(c, s);
  c.restore();
  drawAxis(c, s);
  drawScroll(c, s);
}

/** How far the lanes are scrolled, where they need more room than there is. */
function drawScroll(c: CanvasRenderingContext2D, s: Scene): void {
  const { layout, colours, view } = s;
  const room = layout.height - layout.axis;
  const all = layout.bottom - layout.axis;
  if (all <= room) return;
  c.fillStyle = colours.faint;
  c.globalAlpha = 0.6;
  roundBox(c, layout.width - 7, layout.axis + 2 + (view.scroll / all) * room, 5, (room / all) * room - 4, 2.5);
  c.fill();
  c.globalAlpha = 1;
}

function drawGrid(c: CanvasRenderingContext2D, s: Scene): void {
  const { view, layout, colours } = s;
  const step = tickStep(view.scale, 110);
  c.fillStyle = colours.grid;
  for (let t = Math.ceil(view.t0 / step) * step; t <= view.t1; t += step) {
    if (t >= 0 && t <= s.model.end) c.fillRect(Math.round(view.x(t)), layout.axis, 1, layout.height);
  }
}

/** The moments that decide: where a violation was seen or became inevitable. */
function drawMoments(c: CanvasRenderingContext2D, s: Scene): void {
  const { view, layout, colours, model } = s;
  let labelEnd = -Infinity;
  const moments = model.run.checks
    .flatMap((check) => [
      { at: check.inevitable, text: `${check.name}: inevitable from here` },
      { at: check.seen, text: `${check.name}: seen here` },
    ])
    .filter((m) => m.at >= Math.max(0, view.t0) && m.at <= view.t1)
    .sort((a, b) => a.at - b.at);
  for (const { at, text } of moments) {
    const x = Math.round(view.x(at)) + 0.5;
    c.strokeStyle = colours.alarm;
    c.lineWidth = 1;
    c.setLineDash([5, 4]);
    c.beginPath();
    c.moveTo(x, layout.axis);
    c.lineTo(x, layout.height);
    c.stroke();
    c.setLineDash([]);
    if (model.rows.length === 0 && model.lanes.length === 0) continue;
    c.font = font(11, 600);
    const width = c.measureText(text).width;
    const left = x + 6 + width > view.right ? x - 6 - width : x + 6;
    if (left < labelEnd) continue;
    labelEnd = left + width + 10;
    halo(c, s, text, left, layout.operationsTop + 12, colours.alarm);
  }
}

function drawGutter(c: CanvasRenderingContext2D, s: Scene): void {
  const { layout, colours, model } = s;
  c.fillStyle = colours.gutter;
  c.fillRect(0, layout.axis, layout.gutter, layout.height - layout.axis);
  c.fillStyle = colours.line;
  c.fillRect(layout.gutter - 1, layout.axis, 1, layout.height - layout.axis);
  c.textBaseline = "middle";
  const name = (text: string, y: number, weight: number, colour: string, size = 13): void => {
    c.font = font(size, weight);
    c.fillStyle = colour;
    c.fillText(text, 12, y);
  };
  if (layout.faults.height > 0) name("faults", layout.faults.middle, 500, colours.fault, 12);
  model.lanes.forEach((lane, i) => {
    c.fillStyle = colours.grid;
    c.fillRect(0, layout.lanes[i].top + layout.lanes[i].height - 1, layout.gutter - 1, 1);
    name(lane.name, layout.lanes[i].middle, 600, colours.ink);
  });
  if (model.rows.length > 0) name(layout.gutter < 80 ? "clients" : "operations", layout.operationsTop + 12, 600, colours.muted, 11);
  model.rows.forEach((row, i) => name(row.name, layout.rows[i].middle, 500, colours.ink, 12));
}

function drawAxis(c: CanvasRenderingContext2D, s: Scene): void {
  const { view, layout, colours } = s;
  c.fillStyle = colours.gutter;
  c.fillRect(0, 0, layout.width, layout.axis);
  c.fillStyle = colours.line;
  c.fillRect(0, layout.axis - 1, layout.width, 1);
  const step = tickStep(view.scale, 110);
  c.font = font(11);
  c.textBaseline = "middle";
  c.textAlign = "center";
  for (let t = Math.ceil(view.t0 / step) * step; t <= view.t1; t += step) {
    if (t < 0 || t > s.model.end) continue;
    const x = Math.round(view.x(t));
    c.fillStyle = colours.faint;
    c.fillRect(x, layout.axis - 6, 1, 6);
    const text = moment(t, step);
    const half = c.measureText(text).width / 2;
    if (x - half < view.left - 4 || x + half > layout.width - 2) continue;
    c.fillStyle = colours.muted;
    c.fillText(text, x, layout.axis / 2 - 1);
  }
  c.textAlign = "start";
  c.fillStyle = colours.muted;
  c.font = font(11, 500);
  c.fillText("time", 12, layout.axis / 2 - 1);
}
