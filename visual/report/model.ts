// What the diagram draws, derived once from the records: lanes, roles over
// time, messages, outages.

import { Spans } from "./bisect.js";
import type { Run } from "./data.js";
import { messageType, processName } from "./text.js";

/** A stretch of a node's life in one role and epoch. */
export interface Stretch {
  start: number;
  end: number;
  role: string;
  epoch: number;
  record: number; // the first that reports it
}

/** A time in which a node was down or paused. */
export interface Outage {
  start: number;
  end: number;
  kind: "down" | "paused";
  record: number; // its beginning, or -1
}

/** A server. */
export interface NodeLane {
  node: number;
  name: string;
  stretches: Stretch[];
  outages: Outage[];
  /** Sorted times of what happened here, for density when zoomed out. */
  busy: Float64Array;
  drops: Float64Array;
  points: Int32Array; // records drawn as glyphs, in order of time
  pointTimes: Float64Array;
  states: Int32Array; // records in which the node describes itself, in order of time
}

/** A thread of client work. */
export interface ClientRow {
  name: string;
  node: number; // 0: not known
  operations: Int32Array; // in order of invocation
  core: number[]; // places in operations whose operation is in a core
  spans: Spans;
}

/** Arrows, in order of sending. */
export interface Messages {
  spans: Spans;
  send: Int32Array; // record
  arrive: Int32Array; // record of delivery or drop; -1: under way at the end
  dropped: Uint8Array;
  type: Uint8Array; // number in types; between servers only
  client: Uint8Array; // one end is a client
}

export interface Model {
  run: Run;
  lanes: NodeLane[];
  rows: ClientRow[];
  laneOf: Int32Array; // by participant; -1: no server
  rowOf: Int32Array; // by participant; -1: no client
  operationRow: Int32Array; // by operation
  /** Who did an operation: the client if it is known, else the process. */
  whoDid: (operation: number) => string;
  messages: Messages;
  flight: number; // how long a message between servers takes, half of them less; 0: there are none
  types: { name: string; count: number }[]; // of messages between servers, the most frequent first
  roles: string[];
  epochs: boolean; // the model has some: not all states are of epoch 0
  weather: number[]; // faults that last all along
  faultRows: Int32Array; // by fault: in which row of bars it is drawn
  faultRowCount: number;
  inCore: Uint8Array; // by operation: 1 in a core, 2 outside of it: it may or may not have taken effect
  coreStart: number; // Infinity: no core
  coreEnd: number;
  kind: (name: string) => number;
  /** The records that a record led to. */
  effects: (record: number) => Int32Array;
  /** The records of invocation and completion of an operation; -1: none. */
  recordsOf: (operation: number) => [invoke: number, complete: number];
  end: number;
}

const maxTypes = 8;
const pointKinds = ["timer", "write", "sync", "boot", "crash", "pause", "resume", "fact", "mark", "note", "violation", "corrupt", "outside"];

export function buildModel(run: Run): Model {
  const kindNumbers = new Map(run.kinds.map((name, i) => [name, i]));
  const kind = (name: string): number => kindNumbers.get(name) ?? -1;
  const lanes = buildLanes(run, kind);
  const laneOf = new Int32Array(run.nodes.length).fill(-1);
  lanes.forEach((lane, i) => (laneOf[lane.node] = i));
  const rows = buildRows(run, kind);
  const rowOf = new Int32Array(run.nodes.length).fill(-1);
  rows.forEach((row, i) => row.node > 0 && (rowOf[row.node] = i));
  const operationRow = new Int32Array(run.operations.count);
  rows.forEach((row, i) => row.operations.forEach((op) => (operationRow[op] = i)));
  const whoDid = (op: number): string => (rows[operationRow[op]].node > 0 ? rows[operationRow[op]].name : processName(run, run.operations.process[op], true));
  const { messages, types } = buildMessages(run, kind);
  const { weather, faultRows, faultRowCount } = stackFaults(run);
  const inCore = new Uint8Array(run.operations.count);
  let coreStart = Infinity;
  let coreEnd = -Infinity;
  for (const check of run.checks) {
    for (const op of check.optional ?? []) inCore[op] = 2;
  }
  for (const check of run.checks) {
    for (const op of check.core ?? []) {
      inCore[op] = 1;
      const end = run.operations.end[op];
      coreStart = Math.min(coreStart, run.operations.call[op]);
      coreEnd = Math.max(coreEnd, end === Infinity ? run.operations.call[op] : end);
    }
  }
  for (const row of rows) row.operations.forEach((op, k) => inCore[op] && row.core.push(k));
  const roles: string[] = [];
  for (const lane of lanes) for (const s of lane.stretches) if (!roles.includes(s.role)) roles.push(s.role);
  return {
    run, lanes, rows, laneOf, rowOf, operationRow, whoDid, messages, flight: medianFlight(messages), types, roles,
    epochs: run.states.epoch.some((e) => e > 0), weather, faultRows, faultRowCount,
    inCore, coreStart, coreEnd, kind, effects: effectsOf(run), recordsOf: operationRecords(run, kind), end: Math.max(run.end, 1),
  };
}

function isServer(name: string): boolean {
  return name !== "" && !name.startsWith("c");
}

function buildLanes(run: Run, kind: (name: string) => number): NodeLane[] {
  const { records } = run;
  const builders = new Map<number, LaneBuilder>();
  run.nodes.forEach((name, node) => isServer(name) && builders.set(node, new LaneBuilder(run, node, kind)));
  const isPoint = new Uint8Array(run.kinds.length);
  for (const name of pointKinds) if (kind(name) >= 0) isPoint[kind(name)] = 1;
  for (let i = 0; i < records.count; i++) builders.get(records.node[i])?.add(i, isPoint[records.kind[i]] === 1);
  return [...builders.values()].map((b) => b.finish());
}

/** Gathers the life of one node, record by record. */
class LaneBuilder {
  private readonly stretches: Stretch[] = [];
  private readonly outages: Outage[] = [];
  private readonly busy: number[] = [];
  private readonly drops: number[] = [];
  private readonly points: number[] = [];
  private readonly states: number[] = [];
  private booted = false;
  private readonly send: number;
  private readonly deliver: number;

  constructor(private readonly run: Run, private readonly node: number, kind: (name: string) => number) {
    this.send = kind("send");
    this.deliver = kind("deliver");
  }

  add(i: number, point: boolean): void {
    const { kind, time } = this.run.records;
    const t = time[i];
    if (point) this.points.push(i);
    if (kind[i] === this.send || kind[i] === this.deliver) {
      this.busy.push(t);
      return;
    }
    switch (this.run.kinds[kind[i]]) {
      case "drop":
        this.drops.push(t);
        break;
      case "state":
        this.states.push(i);
        this.state(i, t);
        break;
      case "crash":
        this.open("down", i, t);
        break;
      case "boot":
        if (!this.booted && t > 0) this.outages.unshift({ start: 0, end: t, kind: "down", record: -1 });
        this.booted = true;
        this.close("down", t);
        this.close("paused", t);
        break;
      case "pause":
        this.open("paused", i, t);
        break;
      case "resume":
        this.close("paused", t);
        break;
    }
  }

  private state(i: number, t: number): void {
    const s = this.run.records.extra[i];
    const role = this.run.texts[this.run.states.role[s]];
    const epoch = this.run.states.epoch[s];
    const last = this.stretches.at(-1);
    if (last && last.end === Infinity) {
      if (last.role === role && last.epoch === epoch) return;
      last.end = t;
    }
    this.stretches.push({ start: t, end: Infinity, role, epoch, record: i });
  }

  private open(kind: Outage["kind"], record: number, t: number): void {
    if (kind === "down") {
      this.close("paused", t);
      const last = this.stretches.at(-1);
      if (last && last.end === Infinity) last.end = t;
    }
    if (this.outages.some((o) => o.kind === kind && o.end === Infinity)) return;
    this.outages.push({ start: t, end: Infinity, kind, record });
  }

  private close(kind: Outage["kind"], t: number): void {
    for (const o of this.outages) if (o.kind === kind && o.end === Infinity) o.end = t;
  }

  finish(): NodeLane {
    const end = Math.max(this.run.end, 1);
    for (const s of this.stretches) s.end = Math.min(s.end, end);
    for (const o of this.outages) o.end = Math.min(o.end, end);
    return {
      node: this.node,
      name: this.run.nodes[this.node],
      stretches: this.stretches,
      outages: this.outages,
      busy: Float64Array.from(this.busy),
      drops: Float64Array.from(this.drops),
      points: Int32Array.from(this.points),
      states: Int32Array.from(this.states),
      pointTimes: Float64Array.from(this.points, (i) => this.run.records.time[i]),
    };
  }
}

/** One row per client if the trace tells which client invoked each operation, else by succession of processes. */
function buildRows(run: Run, kind: (name: string) => number): ClientRow[] {
  const { operations: ops, records } = run;
  const client = new Int32Array(ops.count);
  const invoke = kind("invoke");
  for (let i = 0; i < records.count; i++) {
    if (records.kind[i] === invoke && records.extra[i] >= 0) client[records.extra[i]] = records.node[i];
  }
  const byClient = ops.count > 0 && client.every((c) => c > 0);
  const groups = new Map<number, number[]>();
  for (let op = 0; op < ops.count; op++) {
    const group = byClient ? client[op] : ops.row[op];
    const members = groups.get(group);
    if (members) members.push(op);
    else groups.set(group, [op]);
  }
  const order = (group: number, members: number[]): number => (byClient ? group : ops.process[members[0]]);
  return [...groups.entries()].sort((a, b) => order(...a) - order(...b)).map(([group, members]) => ({
    name: byClient ? run.nodes[group] : processName(run, ops.process[members[0]], true),
    node: byClient ? group : 0,
    operations: Int32Array.from(members),
    core: [],
    spans: new Spans(Float64Array.from(members, (op) => ops.call[op]), Float64Array.from(members, (op) => ops.end[op])),
  }));
}

function buildMessages(run: Run, kind: (name: string) => number): { messages: Messages; types: Model["types"] } {
  const { records } = run;
  const [send, deliver, drop] = [kind("send"), kind("deliver"), kind("drop")];
  const sent: number[] = [];
  const arrived: number[] = [];
  const met = new Uint8Array(records.count);
  for (let i = 0; i < records.count; i++) {
    const cause = records.cause[i];
    if ((records.kind[i] !== deliver && records.kind[i] !== drop) || cause < 0 || records.kind[cause] !== send) continue;
    sent.push(cause);
    arrived.push(i);
    met[cause] = 1;
  }
  for (let i = 0; i < records.count; i++) {
    if (records.kind[i] !== send || met[i]) continue;
    sent.push(i);
    arrived.push(-1);
  }
  const order = Uint32Array.from(sent, (_, i) => i).sort((a, b) => sent[a] - sent[b] || arrived[a] - arrived[b]);
  const between = (i: number): boolean => isServer(run.nodes[records.node[i]]) && isServer(run.nodes[records.peer[i]]);
  const { typeOf, types } = nameTypes(run, sent.filter(between));
  const n = order.length;
  const messages: Messages = {
    spans: new Spans(
      Float64Array.from(order, (m) => records.time[sent[m]]),
      Float64Array.from(order, (m) => (arrived[m] < 0 ? run.end : records.time[arrived[m]])),
    ),
    send: Int32Array.from(order, (m) => sent[m]),
    arrive: Int32Array.from(order, (m) => arrived[m]),
    dropped: new Uint8Array(n),
    type: new Uint8Array(n),
    client: new Uint8Array(n),
  };
  for (let i = 0; i < n; i++) {
    const s = messages.send[i];
    const a = messages.arrive[i];
    messages.dropped[i] = a >= 0 && records.kind[a] === drop ? 1 : 0;
    messages.client[i] = between(s) ? 0 : 1;
    messages.type[i] = messages.client[i] === 1 ? 0 : (typeOf.get(records.text[s]) ?? 0);
  }
  return { messages, types };
}

/** The median over a sample of messages that arrived. */
function medianFlight({ spans, arrive, dropped, client }: Messages): number {
  const sample: number[] = [];
  const step = Math.max(1, Math.floor(arrive.length / 4000));
  for (let m = 0; m < arrive.length; m += step) {
    if (arrive[m] >= 0 && dropped[m] === 0 && client[m] === 0) sample.push(spans.end[m] - spans.start[m]);
  }
  return sample.sort((a, b) => a - b)[sample.length >> 1] ?? 0;
}

/** Names the types of messages by frequency; the rare ones share the last. */
function nameTypes(run: Run, sent: number[]): { typeOf: Map<number, number>; types: Model["types"] } {
  const byText = new Map<number, string>();
  const counts = new Map<string, number>();
  for (const s of sent) {
    const text = run.records.text[s];
    let name = byText.get(text);
    if (name === undefined) byText.set(text, (name = messageType(run.texts[text])));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sorted = [...counts.entries()].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const types = sorted.slice(0, maxTypes).map(([name, n]) => ({ name, count: n }));
  if (sorted.length > maxTypes) {
    types[maxTypes - 1] = { name: "other", count: sorted.slice(maxTypes - 1).reduce((sum, [, n]) => sum + n, 0) };
  }
  const number = new Map(types.map((t, i) => [t.name, i]));
  const typeOf = new Map<number, number>();
  for (const [text, name] of byText) typeOf.set(text, number.get(name) ?? types.length - 1);
  return { typeOf, types };
}

/**
 * Faults that last as long as there are faults are the weather of the run and share the first row;
 * each other one gets the first row in which it overlaps no earlier one.
 */
function stackFaults(run: Run): { weather: number[]; faultRows: Int32Array; faultRowCount: number } {
  const all = run.faults.map((_, i) => i);
  const end = (i: number): number => (run.faults[i].end < 0 ? run.end : run.faults[i].end);
  const phase = all.reduce((latest, i) => Math.max(latest, end(i)), 0); // when the last fault ended
  const weather = all.filter((i) => end(i) - run.faults[i].start > 0.9 * phase && run.faults.length > 1);
  const first = weather.length > 0 ? 1 : 0;
  const faultRows = new Int32Array(run.faults.length);
  const free: number[] = []; // by row: when it is free again
  for (const i of all) {
    if (weather.includes(i)) continue;
    const fault = run.faults[i];
    let row = free.findIndex((at) => at <= fault.start);
    if (row < 0) row = free.push(0) - 1;
    free[row] = fault.end < 0 ? Infinity : Math.max(fault.end, fault.start + 1);
    faultRows[i] = first + row;
  }
  return { weather, faultRows, faultRowCount: first + free.length };
}

/** Turns the causes around, once. */
function effectsOf(run: Run): (record: number) => Int32Array {
  const { cause, count } = run.records;
  const offset = new Int32Array(count + 1);
  for (let i = 0; i < count; i++) if (cause[i] >= 0) offset[cause[i] + 1]++;
  for (let i = 0; i < count; i++) offset[i + 1] += offset[i];
  const effects = new Int32Array(offset[count]);
  const next = offset.slice(0, count);
  for (let i = 0; i < count; i++) if (cause[i] >= 0) effects[next[cause[i]]++] = i;
  return (record) => effects.subarray(offset[record], offset[record + 1]);
}

function operationRecords(run: Run, kind: (name: string) => number): Model["recordsOf"] {
  const invoked = new Int32Array(run.operations.count).fill(-1);
  const completed = new Int32Array(run.operations.count).fill(-1);
  const { records } = run;
  for (let i = 0; i < records.count; i++) {
    if (records.extra[i] < 0) continue;
    if (records.kind[i] === kind("invoke")) invoked[records.extra[i]] = i;
    else if (records.kind[i] === kind("complete")) completed[records.extra[i]] = i;
  }
  return (op) => [invoked[op], completed[op]];
}
