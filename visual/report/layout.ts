// Where things are on the canvas, in CSS pixels.

import type { Model } from "./model.js";

export interface Band {
  top: number;
  height: number;
  middle: number;
}

export interface Layout {
  width: number;
  height: number; // of the canvas
  gutter: number; // names stand left of it
  axis: number; // height of the axis of time, which does not scroll
  faults: Band; // bars of faults; height 0 if there are none
  lanes: Band[]; // servers
  rows: Band[]; // clients
  operationsTop: number; // where the heading of the operations stands
  bottom: number; // of all content
}

export const faultRowHeight = 20;
export const maxFaultRows = 4;
const laneHeights = [46, 96] as const;
const rowHeights = [22, 34] as const;
const heading = 24;
const padding = 6;

export function layOut(model: Model, width: number, height: number, scroll: number): Layout {
  const axis = 28;
  const faultRows = Math.min(model.faultRowCount, maxFaultRows);
  const faultsHeight = faultRows === 0 ? 0 : faultRows * faultRowHeight + 8;
  const operations = model.rows.length > 0 ? heading : 0;
  const room = height - axis - faultsHeight - operations - 2 * padding;
  const lanes = model.lanes.length;
  const rows = model.rows.length;
  // Rows take their smallest height first; the lanes get what is left, then the rows the rest.
  const laneHeight = clamp((room - rows * (rowHeights[0] + 4)) / Math.max(lanes, 1), laneHeights);
  const rowHeight = clamp((room - lanes * laneHeight) / Math.max(rows, 1), lanes === 0 ? [rowHeights[0], 44] : rowHeights);

  let y = axis + padding - scroll;
  const take = (h: number): Band => {
    const band = { top: y, height: h, middle: y + h / 2 };
    y += h;
    return band;
  };
  const faults = take(faultsHeight);
  const laneBands = model.lanes.map(() => take(laneHeight));
  const operationsTop = y;
  y += operations;
  const rowBands = model.rows.map(() => take(rowHeight));
  return {
    width, height, gutter: width < 640 ? 64 : 84, axis, faults,
    lanes: laneBands, rows: rowBands, operationsTop, bottom: y + padding + scroll,
  };
}

function clamp(x: number, [low, high]: readonly [number, number]): number {
  return Math.floor(Math.min(Math.max(x, low), high));
}

export const barHeight = 18; // of a node's role
export const epochHeight = 4; // the stripe under it
