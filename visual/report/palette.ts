// Colours, after Okabe and Ito, who chose theirs so that people with any of the
// common forms of colour blindness tell them apart. Colour never stands alone:
// roles are written out, outages are hatched, drops end in a cross, the core has
// a heavy outline.

import { readNames } from "./text.js";

export interface Palette {
  paper: string;
  gutter: string;
  stripe: string;
  grid: string;
  line: string;
  ink: string;
  muted: string;
  faint: string;
  accent: string;
  alarm: string;
  alarmFill: string;
  good: string;
  fault: string;
  faultFill: string;
  faultInk: string;
  sides: string[];
  down: string;
  busy: string;
  roles: Record<string, [fill: string, ink: string]>;
  otherRoles: [fill: string, ink: string][];
  epochs: string[];
  messages: string[];
  client: string;
  operations: [fill: string, edge: string][];
  match: string;
}

const light: Palette = {
  paper: "#ffffff", gutter: "#f7f8fa", stripe: "#fafbfc", grid: "#eceff3", line: "#d5dae1",
  ink: "#1a1f26", muted: "#5c6673", faint: "#97a1ad",
  accent: "#0b62b0", alarm: "#c93a0b", alarmFill: "#ffdccb", good: "#00785a",
  fault: "#a8620c", faultFill: "#f8e5c6", faultInk: "#5e3804",
  sides: ["#0072b2", "#d98200", "#aa4f8c", "#009e73"],
  down: "#8a94a1", busy: "#8593a4",
  roles: {
    leader: ["#0f6cb4", "#ffffff"], primary: ["#0f6cb4", "#ffffff"],
    candidate: ["#e9a63a", "#3a2600"], precandidate: ["#f3cf8f", "#3a2600"], "pre-candidate": ["#f3cf8f", "#3a2600"],
    follower: ["#c9d4e0", "#33404f"], backup: ["#c9d4e0", "#33404f"], learner: ["#dfe6ee", "#33404f"],
  },
  otherRoles: [["#d9b8d3", "#45203c"], ["#a9d8c8", "#0c3b2d"], ["#e3d9a8", "#3b3305"], ["#bfc4ea", "#20265c"], ["#f2b8a0", "#4a1d07"], ["#93d0ea", "#0a3547"], ["#c3db8f", "#2b3a07"], ["#f3b4c8", "#4f1026"]],
  epochs: ["#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#0072b2", "#d5a800", "#7f5fb0", "#5b8c5a"],
  messages: ["#6b7b8d", "#8b4fa6", "#0a8573", "#b0690f", "#3f5fc4", "#7d7a12", "#b3446c", "#8a94a1"],
  client: "#aab3bf",
  operations: [["#d3e6f6", "#2a76b4"], ["#d4ecdf", "#1c855c"], ["#e7dcf3", "#7a4fae"], ["#f7e7cb", "#a46a10"], ["#f6d9e4", "#a63d6a"], ["#dfe3e8", "#5c6673"]],
  match: "#ffd84d",
};

const dark: Palette = {
  paper: "#15181d", gutter: "#1b1f26", stripe: "#181b21", grid: "#242932", line: "#363d48",
  ink: "#e7eaee", muted: "#a2acb8", faint: "#6d7783",
  accent: "#6cb6f5", alarm: "#ff7a45", alarmFill: "#5a2410", good: "#3ecf9f",
  fault: "#e0a04a", faultFill: "#43300f", faultInk: "#f6d9a6",
  sides: ["#56b4e9", "#e69f00", "#cc79a7", "#2bc596"],
  down: "#77818d", busy: "#66727f",
  roles: {
    leader: ["#3d97dd", "#04121f"], primary: ["#3d97dd", "#04121f"],
    candidate: ["#e0a03a", "#241700"], precandidate: ["#8a6a33", "#fff3dc"], "pre-candidate": ["#8a6a33", "#fff3dc"],
    follower: ["#3a4552", "#d6dee7"], backup: ["#3a4552", "#d6dee7"], learner: ["#2c343e", "#c2ccd6"],
  },
  otherRoles: [["#7a4f6e", "#fbe9f5"], ["#2c6b58", "#dcf7ee"], ["#6b6024", "#fbf5d2"], ["#474f94", "#e5e8ff"], ["#84482a", "#ffe8da"], ["#1d6780", "#daf4fd"], ["#526a1c", "#f1fad3"], ["#8f3f5c", "#ffe5ee"]],
  epochs: ["#56b4e9", "#e69f00", "#2bc596", "#cc79a7", "#3d8fd6", "#e8cf4a", "#a58be0", "#8cc28a"],
  messages: ["#8e9bab", "#c08be0", "#3fc2ae", "#e0a04a", "#8fa5f5", "#c9c552", "#ea84ab", "#7d8793"],
  client: "#59636f",
  operations: [["#1f3d57", "#66b2ec"], ["#1c4535", "#4cc795"], ["#3c2f55", "#b493e6"], ["#493716", "#e0a850"], ["#4d2637", "#ea84ab"], ["#2f353d", "#a2acb8"]],
  match: "#ffd84d",
};

const darkQuery = window.matchMedia("(prefers-color-scheme: dark)");

export function palette(): Palette {
  return darkQuery.matches ? dark : light;
}

export function onPaletteChange(redraw: () => void): void {
  darkQuery.addEventListener("change", redraw);
}

/** The colours of a role of a run: known roles have their own unless another took it, and all others take the next that is free. */
export function roleColours(p: Palette, roles: readonly string[], role: string): [fill: string, ink: string] {
  const taken = new Set<string>();
  for (const r of roles) {
    let colours = p.roles[r.toLowerCase()];
    if (colours === undefined || taken.has(colours[0])) colours = p.otherRoles.find(([fill]) => !taken.has(fill)) ?? p.otherRoles[taken.size % p.otherRoles.length];
    if (r === role) return colours;
    taken.add(colours[0]);
  }
  return p.roles[role.toLowerCase()] ?? p.otherRoles[0];
}

export function epochColour(p: Palette, epoch: number): string {
  return p.epochs[epoch % p.epochs.length];
}

/** Reads look alike everywhere, and so do writes; other names take the next colours. */
export function operationColours(p: Palette, names: readonly string[], f: string): [fill: string, edge: string] {
  const writes = ["write", "put", "set", "append", "enqueue", "add", "push", "insert"];
  if (readNames.includes(f)) return p.operations[0];
  if (writes.includes(f)) return p.operations[1];
  const others = names.filter((n) => !readNames.includes(n) && !writes.includes(n));
  return p.operations[2 + (Math.max(0, others.indexOf(f)) % (p.operations.length - 2))];
}
