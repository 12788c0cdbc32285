// Faults: bars with their text on top, and over the lanes who is cut off from whom.

import type { Fault } from "./data.js";
import { faultRowHeight, maxFaultRows, type Band } from "./layout.js";
import { fitText, font, halo, hatch, roundBox, type Scene } from "./scene.js";
import { faultText } from "./text.js";

/**
 * Partitions as shaded bands: nodes of one side share a colour, a slant and a
 * letter. Where a cut leaves no clean sides, each band says what its node has lost.
 */
export function drawPartitions(c: CanvasRenderingContext2D, s: Scene): void {
  const { view, model } = s;
  for (const fault of model.run.faults) {
    const end = fault.end < 0 ? model.end : fault.end;
    if (end < view.t0 || fault.start > view.t1) continue;
    const x0 = Math.max(view.x(fault.start), view.left - 4);
    const x1 = Math.min(view.x(end), view.right + 4);
    for (const { name, colour, back } of shades(s, fault)) {
      const band = bandOf(s, name);
      if (!band) continue;
      c.fillStyle = colour;
      c.globalAlpha = 0.1;
      c.fillRect(x0, band.top, Math.max(x1 - x0, 1), band.height - 1);
      c.globalAlpha = 0.22;
      c.strokeStyle = colour;
      c.lineWidth = 1;
      hatch(c, x0, band.top, x1 - x0, band.height - 1, 11, back);
      c.globalAlpha = 1;
    }
  }
}

function shades(s: Scene, fault: Fault): { name: string; colour: string; back: boolean }[] {
  const { sides } = s.colours;
  const clean = (fault.sides ?? []).flatMap((names, i) => names.map((name) => ({ name, colour: sides[i % sides.length], back: i % 2 === 1 })));
  return [...clean, ...(fault.cut ?? []).map(({ node }) => ({ name: node, colour: s.colours.alarm, back: false }))];
}

function bandOf(s: Scene, name: string): Band | undefined {
  return s.layout.lanes[s.model.lanes.findIndex((l) => l.name === name)];
}

/** Letters and words on the bands, over the arrows. */
export function labelPartitions(c: CanvasRenderingContext2D, s: Scene): void {
  const { view, model, colours } = s;
  for (const fault of model.run.faults) {
    const end = fault.end < 0 ? model.end : fault.end;
    if (end < view.t0 || fault.start > view.t1) continue;
    const x = Math.max(view.x(fault.start), view.left);
    const x1 = Math.min(view.x(end), view.right);
    (fault.sides ?? []).forEach((names, side) => {
      for (const name of names) {
        const band = bandOf(s, name);
        if (band) sideLetter(c, s, "ABCDEFGH"[side % 8], colours.sides[side % colours.sides.length], x, x1, band);
      }
    });
    for (const { node, text } of fault.cut ?? []) {
      const band = bandOf(s, node);
      c.font = font(10, 600);
      if (band && x1 - x > c.measureText(text).width + 10) halo(c, s, text, x + 5, band.top + 9, colours.alarm);
    }
  }
}

function sideLetter(c: CanvasRenderingContext2D, s: Scene, letter: string, colour: string, x: number, x1: number, band: Band): void {
  if (x1 - x < 22) return;
  c.fillStyle = colour;
  roundBox(c, x + 3, band.top + 3, 14, 14, 3);
  c.fill();
  c.fillStyle = s.colours.paper;
  c.font = font(10, 700);
  c.textBaseline = "middle";
  c.textAlign = "center";
  c.fillText(letter, x + 10, band.top + 10.5);
  c.textAlign = "start";
}

/** The faults of the plan as bars with their text. */
export function drawFaults(c: CanvasRenderingContext2D, s: Scene): void {
  const { view, model, colours, layout } = s;
  if (layout.faults.height === 0) return;
  c.fillStyle = colours.paper;
  c.fillRect(0, layout.faults.top, layout.width, layout.faults.height);
  c.fillStyle = colours.line;
  c.fillRect(0, layout.faults.top + layout.faults.height - 1, layout.width, 1);
  drawWeather(c, s);
  model.run.faults.forEach((fault, i) => {
    const end = fault.end < 0 ? model.end : fault.end;
    if (end < view.t0 || fault.start > view.t1 || model.weather.includes(i)) return;
    const row = Math.min(model.faultRows[i], maxFaultRows - 1);
    const y = layout.faults.top + 2 + row * faultRowHeight;
    const x0 = Math.max(view.x(fault.start), view.left - 4);
    const x1 = Math.max(Math.min(view.x(end), view.right + 4), x0 + 3);
    c.fillStyle = colours.faultFill;
    c.strokeStyle = colours.fault;
    c.lineWidth = 1;
    roundBox(c, x0 + 0.5, y + 0.5, x1 - x0, faultRowHeight - 4, 3);
    c.fill();
    c.stroke();
    s.hits.push({ target: { kind: "fault", id: i }, x0, y0: y, x1, y1: y + faultRowHeight - 3, box: true, rank: 3 });
    c.font = font(11);
    c.textBaseline = "middle";
    const text = faultText(fault.text);
    const from = Math.max(x0, view.left) + 5;
    c.fillStyle = colours.faultInk;
    if (c.measureText(text).width <= x1 - from - 4) {
      c.fillText(text, from, y + 8.5);
    } else if (!textBeside(c, s, text, i, row, x1 + 4, y + 8.5)) {
      fitText(c, text, from, y + 8.5, x1 - from - 4);
    }
  });
}

/** Writes the text of a short bar behind it, if the next bar of its row leaves room. */
function textBeside(c: CanvasRenderingContext2D, s: Scene, text: string, fault: number, row: number, x: number, y: number): boolean {
  const { run, faultRows } = s.model;
  let next = fault + 1;
  while (next < run.faults.length && Math.min(faultRows[next], maxFaultRows - 1) !== row) next++;
  const room = next < run.faults.length ? s.view.x(run.faults[next].start) - x : s.view.right - x;
  if (c.measureText(text).width > room - 8) return false;
  c.fillText(text, x, y);
  return true;
}

/** What lasts all along, in one bar: each part can be pointed at. */
function drawWeather(c: CanvasRenderingContext2D, s: Scene): void {
  const { view, model, colours, layout } = s;
  if (model.weather.length === 0) return;
  const y = layout.faults.top + 2;
  const h = faultRowHeight - 4;
  const x0 = Math.max(view.x(0), view.left - 4);
  const x1 = Math.min(view.x(model.end), view.right + 4);
  c.fillStyle = colours.faultFill;
  c.globalAlpha = 0.5;
  roundBox(c, x0 + 0.5, y + 0.5, Math.max(x1 - x0, 2), h, 3);
  c.fill();
  c.globalAlpha = 1;
  c.font = font(11);
  c.textBaseline = "middle";
  const start = Math.max(x0, view.left) + 5;
  let x = start;
  for (const id of model.weather) {
    const text = faultText(model.run.faults[id].text);
    const width = c.measureText(text).width;
    if (x + width > x1) return;
    if (x > start) {
      c.fillStyle = colours.fault;
      c.fillRect(x - 9, y + 7, 2, 2);
    }
    c.fillStyle = colours.faultInk;
    c.fillText(text, x, y + 8.5);
    s.hits.push({ target: { kind: "fault", id }, x0: x - 3, y0: y, x1: x + width + 3, y1: y + h, box: true, rank: 3 });
    x += width + 16;
  }
}
