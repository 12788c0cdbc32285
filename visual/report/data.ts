// Reads the payload of the page: gzip over a JSON head and integer columns.
// The writer is payload.go; the two change together.

const payloadVersion = 1;

export interface Check {
  name: string;
  outcome: Outcome;
  reason: string;
  core: number[] | null; // numbers of operations
  optional: number[] | null; // likewise: those that may or may not have taken effect
  inevitable: number; // a time, or -1
  seen: number; // a time, or -1
  record: number; // or -1
  evidence?: Evidence[]; // the events that contradict each other
}

/** One of the events that contradict each other. */
export interface Evidence {
  time: number;
  node: string; // "": none
  shows: string;
  record: number; // or -1
  after?: string[]; // faults that led to it
}

/** A transaction that sentences name. */
export interface Named {
  operation: number;
  name: string; // "T5"
  did: string;
}

export type Outcome = "valid" | "violation" | "unknown";

export interface Fault {
  start: number;
  end: number; // -1: it was not healed
  text: string;
  record: number; // or -1
  sides?: string[][]; // of a cut with clean sides: who is together
  cut?: { node: string; text: string }[]; // of any other cut: what each node has lost
}

interface Head {
  version: number;
  outcome: Outcome;
  end: number;
  records: number;
  operations: number;
  kinds: string[] | null;
  nodes: string[];
  untimed?: boolean;
  epoch: string;
  processes?: Record<string, string>;
  checks: Check[] | null;
  named?: Named[];
  faults: Fault[] | null;
  plan?: number; // faults that the case asked for
  texts: string[];
}

/** The outcome of an operation, in the numbers of the history. */
export const enum Type { Invoke, OK, Fail, Info }

export interface Operations {
  count: number;
  process: Float64Array;
  row: Int32Array;
  f: Int32Array; // this and the following: numbers of texts
  key: Int32Array;
  input: Int32Array;
  output: Int32Array;
  outcome: Uint8Array;
  call: Float64Array;
  end: Float64Array; // when it completed, also with an info; Infinity if it never did
  node: Int32Array;
  why: Int32Array;
  rank: Int32Array; // place in the order of linearization, from 1; 0: none
}

export interface Records {
  count: number;
  time: Float64Array;
  event: Float64Array;
  kind: Uint8Array;
  node: Int32Array;
  peer: Int32Array;
  text: Int32Array;
  cause: Int32Array; // a record, or -1
  extra: Int32Array; // of a state its number in States; of invoke and complete the operation; else -1
}

export interface States {
  role: Int32Array;
  epoch: Float64Array;
  detail: Int32Array;
}

export interface Run {
  outcome: Outcome;
  end: number;
  kinds: string[];
  nodes: string[];
  untimed: boolean; // times are positions in the history
  epochWord: string; // what the epochs of states are called
  processes: Record<string, string>; // by number: those that have a name
  checks: Check[];
  named: Map<number, Named>; // by operation
  faults: Fault[];
  plan: number; // faults that the case asked for; 0: unknown
  texts: string[];
  operations: Operations;
  records: Records;
  states: States;
}

/** Unpacks the payload that is in an element of the page. */
export async function readRun(base64: string): Promise<Run> {
  if (typeof DecompressionStream === "undefined") {
    throw new Error("This browser cannot unpack the run. Chrome 80, Firefox 113 or Safari 16.4 and newer can.");
  }
  const packed = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return decode(new Uint8Array(await new Response(stream).arrayBuffer()));
}

function decode(bytes: Uint8Array): Run {
  const reader = new Reader(bytes);
  const length = reader.unsigned();
  const head = JSON.parse(new TextDecoder().decode(reader.bytes(length))) as Head;
  if (head.version !== payloadVersion) {
    throw new Error(`The run is packed in layout ${head.version}; this page reads layout ${payloadVersion}.`);
  }
  const kinds = head.kinds ?? [];
  const operations = readOperations(reader, head.operations);
  const { records, states } = readRecords(reader, head.records, kinds);
  return {
    outcome: head.outcome,
    end: head.end,
    kinds,
    nodes: head.nodes,
    untimed: head.untimed ?? false,
    epochWord: head.epoch,
    processes: head.processes ?? {},
    checks: head.checks ?? [],
    named: new Map((head.named ?? []).map((n) => [n.operation, n])),
    faults: head.faults ?? [],
    plan: head.plan ?? 0,
    texts: head.texts,
    operations,
    records,
    states,
  };
}

function readOperations(reader: Reader, n: number): Operations {
  const process = reader.deltas(n);
  const row = reader.column(n);
  const f = reader.column(n);
  const key = reader.column(n);
  const input = reader.column(n);
  const output = reader.column(n);
  const outcome = Uint8Array.from(reader.column(n));
  const call = reader.deltas(n);
  const end = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const took = reader.unsigned();
    end[i] = took === 0 ? Infinity : call[i] + took - 1;
  }
  const node = reader.column(n);
  const why = reader.column(n);
  const rank = reader.column(n);
  return { count: n, process, row, f, key, input, output, outcome, call, end, node, why, rank };
}

function readRecords(reader: Reader, n: number, kinds: string[]): { records: Records; states: States } {
  const time = reader.deltas(n);
  const event = reader.deltas(n);
  const kind = Uint8Array.from(reader.column(n));
  const node = reader.column(n);
  const peer = reader.column(n);
  const text = reader.column(n);
  const cause = reader.column(n);
  for (let i = 0; i < n; i++) cause[i] = cause[i] === 0 ? -1 : i - cause[i];

  const extra = new Int32Array(n).fill(-1);
  const isState = kinds.indexOf("state");
  const isCall = kinds.indexOf("invoke");
  const isReturn = kinds.indexOf("complete");
  let states = 0;
  for (let i = 0; i < n; i++) if (kind[i] === isState) extra[i] = states++;
  const role = reader.column(states);
  const epoch = new Float64Array(states);
  for (let i = 0; i < states; i++) epoch[i] = reader.unsigned();
  const detail = reader.column(states);
  for (let i = 0; i < n; i++) {
    if (kind[i] === isCall || kind[i] === isReturn) extra[i] = reader.unsigned() - 1;
  }
  return {
    records: { count: n, time, event, kind, node, peer, text, cause, extra },
    states: { role, epoch, detail },
  };
}

/** Reads integers of variable length, up to 2^53, as Go's encoding/binary writes them. */
class Reader {
  private at = 0;
  constructor(private readonly data: Uint8Array) {}

  bytes(n: number): Uint8Array {
    const part = this.data.subarray(this.at, this.at + n);
    this.at += n;
    return part;
  }

  unsigned(): number {
    let n = 0;
    let scale = 1;
    for (;;) {
      if (this.at >= this.data.length) throw new Error("The run in this page is cut off.");
      const b = this.data[this.at++];
      n += (b & 0x7f) * scale; // not <<, which has 32 bits
      if (b < 0x80) return n;
      scale *= 128;
    }
  }

  signed(): number {
    const n = this.unsigned();
    return n % 2 === 0 ? n / 2 : -(n + 1) / 2;
  }

  column(n: number): Int32Array {
    const out = new Int32Array(n);
    for (let i = 0; i < n; i++) out[i] = this.unsigned();
    return out;
  }

  deltas(n: number): Float64Array {
    const out = new Float64Array(n);
    let last = 0;
    for (let i = 0; i < n; i++) out[i] = last += this.signed();
    return out;
  }
}
