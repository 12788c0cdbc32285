// How times, operations and records are told to a person.

import { type Run, Type } from "./data.js";

let counted = false;

/** Says that times are positions in a history that has no clock. */
export function countEvents(): void {
  counted = true;
}

/** A moment, with as many decimals as a step of the axis needs. */
export function moment(ns: number, step = 1e6): string {
  if (counted) return `event ${Math.round(ns)}`;
  if (Math.abs(ns) < 1e4 && (ns !== 0 || step < 1e3)) return `${Math.round(ns)} ns`;
  const decimals = Math.min(9, Math.max(0, Math.ceil(9 - Math.log10(step) - 1e-9)));
  return `${(ns / 1e9).toFixed(decimals)} s`;
}

/** A length of time in the unit that suits it. */
export function duration(ns: number): string {
  if (ns === Infinity) return "never ended";
  if (counted) return count(Math.round(ns), "event");
  for (const [unit, size] of [["s", 1e9], ["ms", 1e6], ["µs", 1e3]] as const) {
    if (ns >= size) return `${Number((ns / size).toPrecision(4))} ${unit}`;
  }
  return `${Math.round(ns)} ns`;
}

export function count(n: number, one: string, many = one + "s"): string {
  return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}

/** Operations that only look. */
export const readNames: readonly string[] = ["read", "get", "contains", "peek"];

/** An operation in few words: "x: read → 7", "cas 3 → 5". */
export function operationText(run: Run, op: number): string {
  const { f, key, input, output, outcome } = run.operations;
  const named = run.named.get(op);
  if (named !== undefined) return `${named.name}: ${named.did}`;
  const name = run.texts[f[op]];
  const object = key[op] === 0 ? "" : run.texts[key[op]] + ": ";
  const result = outcome[op] === Type.OK ? run.texts[output[op]] : "";
  const given = run.texts[input[op]];
  const argument = given === result && readNames.includes(name) ? "" : given; // some files repeat the result in the invocation
  const pair = /^\[([^[\]{}]*),([^[\]{}]*)\]$/.exec(argument);
  if (name === "cas" && pair) return `${object}cas ${pair[1]}→${pair[2]}`;
  let text = object + name;
  if (argument !== "") text += " " + argument;
  if (result !== "" && result !== argument) text += " → " + result;
  else if (argument === "" && outcome[op] === Type.OK) text += " → null";
  return text;
}

/** An operation as short as its colour allows: its result or its argument alone. */
export function shortOperationText(run: Run, op: number): string {
  const { input, output, outcome } = run.operations;
  const named = run.named.get(op);
  if (named !== undefined) return named.name;
  const argument = run.texts[input[op]];
  if (argument !== "") return argument.replace(/^\[([^[\]{}]*),([^[\]{}]*)\]$/, "$1→$2");
  return outcome[op] === Type.OK ? "→ " + (run.texts[output[op]] || "null") : "";
}

export const outcomeWords: Record<number, string> = {
  [Type.OK]: "completed",
  [Type.Fail]: "failed: it certainly had no effect",
  [Type.Info]: "unknown: it may or may not have taken effect",
  [Type.Invoke]: "open",
};

const kindWords: Record<string, string> = {
  send: "sends", deliver: "receives", drop: "message lost", corrupt: "message damaged", timer: "timer", write: "writes to disk", sync: "sync done",
  boot: "boots", crash: "crashes", pause: "pauses", resume: "resumes", fault: "fault begins", heal: "fault ends",
  fact: "fact", state: "state", mark: "mark reached", note: "note", invoke: "invokes", complete: "completes",
  violation: "violation", outside: "from outside",
};

const lossWords: Record<string, string> = { down: "receiver down", crash: "receiver crashed", late: "too late" };

/** Why a message was lost, where it is not clear from the word of the record. */
export function lossWord(why: string): string {
  return lossWords[why] ?? why;
}

export function kindWord(kind: string): string {
  return kindWords[kind] ?? kind;
}

/** Who took part in a record: of a message both ends, "n1 → n3". */
export function whoText(run: Run, record: number): string {
  const { node, peer, kind } = run.records;
  const a = run.nodes[node[record]];
  const b = run.nodes[peer[record]];
  const name = run.kinds[kind[record]];
  if (name === "deliver") return `${b} → ${a}`;
  return ["send", "drop", "corrupt"].includes(name) ? `${a} → ${b}` : a;
}

/** A record in one line. */
export function recordText(run: Run, record: number): string {
  const { kind, text, extra } = run.records;
  const name = run.kinds[kind[record]];
  const own = run.texts[text[record]];
  if (name === "state") {
    const s = extra[record];
    return [run.texts[run.states.role[s]], run.states.epoch[s] > 0 ? `${run.epochWord} ${run.states.epoch[s]}` : "", own].filter((x) => x !== "").join(" · ");
  }
  if (own === "" && name === "deliver") return run.records.cause[record] < 0 ? "" : run.texts[text[run.records.cause[record]]];
  if ((name === "invoke" || name === "complete") && extra[record] >= 0) {
    return own === "" ? operationText(run, extra[record]) : own;
  }
  return own;
}

/** The type of a message: the words before its first number, term or punctuation. */
export function messageType(text: string): string {
  const words = text.split(/[\s,;:({[]+/);
  return words[0] === undefined || words[0] === "" ? "message" : words[0];
}

/** A line of a plan without its time, which its place on the axis tells. */
export function faultText(line: string): string {
  return line.replace(/^(at|after) \S+ /, "");
}

/** The name of a process: its own, or "process 3". */
export function processName(run: Run, process: number, short = false): string {
  return run.processes[process] ?? (short ? `p${process}` : `process ${process}`);
}
