// Messages as arrows from sending to delivery; a lost one ends in a cross.

import { cross } from "./draw_nodes.js";
import { barHeight, epochHeight } from "./layout.js";
import { font, halo, type Scene } from "./scene.js";

/** With more messages than this in view, the lanes show how many there are instead. */
export const maxArrows = 2500;

/** Where one end of a message is on the canvas: at the edge of a bar that faces the other end. */
function edge(s: Scene, participant: number, towards: number): number {
  const lane = s.model.laneOf[participant];
  if (lane >= 0) {
    const band = s.layout.lanes[lane];
    return towards > band.middle ? band.middle + barHeight / 2 + epochHeight + 1 : band.middle - barHeight / 2;
  }
  const row = s.model.rowOf[participant];
  if (row < 0) return s.layout.bottom;
  return s.layout.rows[row].top + 2;
}

function middle(s: Scene, participant: number): number {
  const lane = s.model.laneOf[participant];
  if (lane >= 0) return s.layout.lanes[lane].middle;
  const row = s.model.rowOf[participant];
  return row < 0 ? s.layout.bottom : s.layout.rows[row].middle;
}

export interface Arrow {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
  dropped: boolean;
}

/** The arrow of message m on the canvas. */
export function arrowOf(s: Scene, m: number): Arrow {
  const { messages, run } = s.model;
  const { records } = run;
  const send = messages.send[m];
  const from = records.node[send];
  const to = records.peer[send];
  const arrive = messages.arrive[m];
  const x0 = s.view.x(records.time[send]);
  const y0 = edge(s, from, middle(s, to));
  const y1 = edge(s, to, middle(s, from));
  if (arrive < 0) return part(x0, y0, s.view.x(run.end), y1, 0.5, false);
  const x1 = s.view.x(records.time[arrive]);
  if (messages.dropped[m] === 0) return { x0, y0, x1, y1, dropped: false };
  // A message that is lost as it is sent gets a short stub; one that is lost later goes most of its way.
  if (x1 - x0 < 1) return part(x0, y0, x0 + 9, y0 + Math.sign(y1 - y0) * Math.min(16, Math.abs(y1 - y0) / 2), 1, true);
  return part(x0, y0, x1, y1, 0.85, true);
}

function part(x0: number, y0: number, x1: number, y1: number, share: number, dropped: boolean): Arrow {
  return { x0, y0, x1: x0 + (x1 - x0) * share, y1: y0 + (y1 - y0) * share, dropped };
}

export function shown(s: Scene, m: number): boolean {
  const { messages } = s.model;
  if (messages.dropped[m] === 1 && !s.layers.drops) return false;
  if (messages.client[m] === 1) return s.layers.clients;
  return s.layers.types[messages.type[m]];
}

/** With more messages of clients than this in view, they are left out: they cross all lanes. */
const maxClientArrows = 90;

function crowdedByClients(s: Scene): boolean {
  const { messages } = s.model;
  let n = 0;
  messages.spans.touching(s.view.t0, s.view.t1, (m) => {
    if (messages.client[m] === 1) n++;
    return n <= maxClientArrows;
  });
  return n > maxClientArrows;
}

/** Draws the arrows in view. The caller has seen to it that they are not too many. */
export function drawMessages(c: CanvasRenderingContext2D, s: Scene, many: number): void {
  const { model, colours, view } = s;
  const { messages } = model;
  const alpha = many < 250 ? 0.95 : many < 900 ? 0.7 : 0.45;
  let labels = 0;
  let labelEnd = -Infinity;
  const withoutClients = crowdedByClients(s);
  const seen = (m: number): boolean => shown(s, m) && !(withoutClients && messages.client[m] === 1 && messages.dropped[m] === 0);
  const heads: [arrow: Arrow, colour: string][] = [];
  messages.spans.touching(view.t0, view.t1, (m) => {
    if (!seen(m)) return;
    const a = arrowOf(s, m);
    const colour = a.dropped ? colours.alarm : messages.client[m] === 1 ? colours.client : colours.messages[messages.type[m] % colours.messages.length];
    c.strokeStyle = colour;
    c.globalAlpha = messages.client[m] === 1 ? alpha * 0.6 : alpha;
    c.lineWidth = many < 250 ? 1.25 : 1;
    c.setLineDash(a.dropped ? [3, 3] : []);
    c.beginPath();
    c.moveTo(a.x0, a.y0);
    c.lineTo(a.x1, a.y1);
    c.stroke();
    if (many < 900 || a.dropped) heads.push([a, colour]);
    s.drawn.arrows++;
    const target = messages.arrive[m] >= 0 ? messages.arrive[m] : messages.send[m];
    s.hits.push({ target: { kind: "record", id: target }, x0: a.x0, y0: a.y0, x1: a.x1, y1: a.y1, box: false, rank: 5 });
  });
  c.setLineDash([]);
  c.globalAlpha = Math.min(1, alpha + 0.2);
  for (const [a, colour] of heads) {
    if (a.dropped) cross(c, a.x1, a.y1, many < 900 ? 3.5 : 2, colour, 1.6);
    else if (many < 900) head(c, a, colour);
  }
  c.globalAlpha = 1;
  if (many > 400) return;
  messages.spans.touching(view.t0, view.t1, (m) => {
    if (labels > 60 || !seen(m)) return;
    const text = labelOf(s, m, many);
    if (text === "") return;
    const a = arrowOf(s, m);
    c.font = font(10, messages.dropped[m] === 1 ? 600 : 400);
    const width = c.measureText(text).width;
    const dropped = messages.dropped[m] === 1;
    const x = dropped ? a.x1 + 6 : (a.x0 + a.x1) / 2 - width / 2;
    const y = dropped ? a.y1 : (a.y0 + a.y1) / 2;
    if (x < labelEnd || x < view.left) return;
    labelEnd = x + width + 8;
    labels++;
    halo(c, s, text, x, y, dropped ? colours.alarm : colours.muted);
  });
}

/** The text next to an arrow: why it was lost, or with few arrows what it says. */
function labelOf(s: Scene, m: number, many: number): string {
  const { messages, run } = s.model;
  const { records, texts } = run;
  if (messages.dropped[m] === 1) return texts[records.text[messages.arrive[m]]];
  return many < 28 ? texts[records.text[messages.send[m]]] : "";
}

export function head(c: CanvasRenderingContext2D, a: Arrow, colour: string, size = 5.5): void {
  const length = Math.hypot(a.x1 - a.x0, a.y1 - a.y0);
  if (length < 3) return;
  const ux = (a.x1 - a.x0) / length;
  const uy = (a.y1 - a.y0) / length;
  c.fillStyle = colour;
  c.beginPath();
  c.moveTo(a.x1, a.y1);
  c.lineTo(a.x1 - ux * size - uy * size * 0.5, a.y1 - uy * size + ux * size * 0.5);
  c.lineTo(a.x1 - ux * size + uy * size * 0.5, a.y1 - uy * size - ux * size * 0.5);
  c.fill();
}
