// The panel next to the diagram: what is selected, why it came to be and what it
// led to; with nothing selected, what went wrong and what happened in the run.

import { lowerBoundBy } from "./bisect.js";
import { type Evidence, Type } from "./data.js";
import { button, el } from "./dom.js";
import type { Model } from "./model.js";
import { sameTarget, type Target } from "./scene.js";
import { count, duration, faultText, kindWord, lossWord, moment, operationText, outcomeWords, recordText, whoText } from "./text.js";

const shortList = 14;
const longest = 1000; // steps back at most: more than a person follows

/** The records from one back to its first cause. */
export function causesOf(model: Model, record: number): number[] {
  const chain = [record];
  for (let r = model.run.records.cause[record]; r >= 0 && chain.length < longest; r = model.run.records.cause[r]) chain.push(r);
  return chain;
}

/**
 * The nearer part of the causes, for the diagram: back to where a client began an
 * operation, since what the client did before led to it only in that it had ended.
 */
export function nearCausesOf(model: Model, record: number): number[] {
  const chain = causesOf(model, record);
  const invoke = model.kind("invoke");
  const stop = chain.findIndex((r) => model.run.records.kind[r] === invoke);
  return chain.slice(0, Math.min(stop < 0 ? chain.length : stop + 1, 80));
}

export class Panel {
  private readonly visited: (Target | null)[] = [];
  private current: Target | null = null;
  private showAll = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly model: Model,
    private readonly choose: (target: Target | null) => void,
    private readonly show: (from: number, to: number) => void,
  ) {}

  /** Shows a target; null shows the run as a whole. */
  open(target: Target | null, remember = true): void {
    if (remember && !sameTarget(target, this.current)) {
      this.visited.push(this.current);
      this.showAll = false;
    }
    this.current = target;
    const content =
      target === null ? this.whole()
      : target.kind === "record" ? this.record(target.id)
      : target.kind === "operation" ? this.operation(target.id)
      : this.fault(target.id);
    this.root.replaceChildren(...content);
    this.root.scrollTop = 0;
  }

  back(): void {
    if (this.visited.length === 0) return;
    const target = this.visited.pop() ?? null;
    this.current = target;
    this.choose(target);
  }

  private heading(title: string, subtitle: string): HTMLElement {
    const close = button("×", "Close (Esc)", () => this.choose(null), "close");
    close.setAttribute("aria-label", "Close the details");
    const bar = el("div", { class: "bar" }, button("‹ Back", "To what was selected before (Backspace)", () => this.back(), "back"), close);
    return el("div", { class: "heading" }, bar, el("h2", {}, title), subtitle === "" ? null : el("p", { class: "sub" }, subtitle));
  }

  private record(id: number): HTMLElement[] {
    const { run } = this.model;
    const { records } = run;
    const kind = run.kinds[records.kind[id]];
    const who = whoText(run, id);
    const out = [
      this.heading(`${who}${who === "" ? "" : " "}${kindWord(kind)}`, `${moment(records.time[id], 1e3)} · event ${records.event[id]}`),
    ];
    const text = recordText(run, id);
    if (text !== "") out.push(el("p", { class: "text" }, text));
    const rows: [string, string][] = [];
    const cause = records.cause[id];
    if ((kind === "deliver" || kind === "drop") && cause >= 0 && run.kinds[records.kind[cause]] === "send") {
      rows.push(["sent", moment(records.time[cause], 1e3)], [kind === "drop" ? "lost after" : "took", duration(records.time[id] - records.time[cause])]);
      if (kind === "drop") rows.push(["said", recordText(run, cause)]);
    }
    if (kind === "state") rows.push(...this.stateRows(records.extra[id]));
    if (rows.length > 0) out.push(this.table(rows));
    if ((kind === "invoke" || kind === "complete") && records.extra[id] >= 0) {
      out.push(this.list("Operation", [this.operationItem(records.extra[id])]));
    }
    out.push(...this.causes(id), ...this.effects(id), ...this.nodesAt(records.time[id], id));
    return out;
  }

  /** What each node knew of itself at a moment: before a record, or as time stood. */
  private nodesAt(time: number, before = Infinity): HTMLElement[] {
    const { lanes, run } = this.model;
    if (lanes.length === 0) return [];
    const items = lanes.map((lane) => {
      const down = lane.outages.find((o) => o.start <= time && time < o.end);
      let at = lowerBoundBy(lane.states, (r) => run.records.time[r], time + 1) - 1;
      while (at >= 0 && lane.states[at] > before) at--;
      const state = at < 0 ? -1 : lane.states[at];
      const what = down?.kind === "down" || state < 0 ? "down" : this.stateText(state) + (down ? " · paused" : "");
      return this.item(lane.name, "", what, () => this.choose({ kind: "record", id: down?.kind === "down" && down.record >= 0 ? down.record : state }), "state");
    });
    return [this.list(`The nodes at ${moment(time, 1e5)}`, items)];
  }

  /** A state in one line: its role, its epoch, and the numbers that tell how far it is. */
  private stateText(record: number): string {
    return this.stateRows(this.model.run.records.extra[record]).map(([name, value]) => (name === "role" ? value : `${name} ${value}`)).join(" · ");
  }

  private stateRows(state: number): [string, string][] {
    const { states, texts } = this.model.run;
    const rows: [string, string][] = [["role", texts[states.role[state]]]];
    if (this.model.epochs) rows.push([this.model.run.epochWord, `${states.epoch[state]}`]);
    for (const line of texts[states.detail[state]].split("\n")) {
      const [name, value] = line.split("\t");
      if (name && value !== undefined) rows.push([name, value]);
    }
    return rows;
  }

  private operation(op: number): HTMLElement[] {
    const { run, inCore } = this.model;
    const { process, call, end, outcome, why, node, rank, key } = run.operations;
    const [invoke, complete] = this.model.recordsOf(op);
    const rows: [string, string][] = [["process", `${process[op]}`]];
    if (run.texts[key[op]] !== "") rows.push(["key", run.texts[key[op]]]);
    rows.push(["outcome", outcomeWords[outcome[op]]], ["invoked", moment(call[op], 1e3)]);
    if (end[op] !== Infinity) {
      rows.push([outcome[op] === Type.Info ? "given up" : "completed", moment(end[op], 1e3)], ["took", duration(end[op] - call[op])]);
    }
    if (run.texts[why[op]] !== "") rows.push(["because", run.texts[why[op]]]);
    if (run.texts[node[op]] !== "") rows.push(["asked", run.texts[node[op]]]);
    if (rank[op] > 0) rows.push(["in the order", `number ${rank[op]}`]);
    const out = [this.heading(operationText(run, op), this.model.whoDid(op)), this.table(rows)];
    if (inCore[op] === 1) out.push(el("p", { class: "alarm" }, "In the core: one of the operations that no order explains."));
    if (inCore[op] === 2) out.push(el("p", { class: "text" }, "Outside of the core: it may or may not have taken effect; there is no order either way."));
    out.push(...this.nodesAt(end[op] === Infinity ? call[op] : end[op]));
    if (complete >= 0) out.push(...this.causes(complete, "What led to its answer"));
    if (invoke >= 0) out.push(...this.effects(invoke, "What its invocation led to"));
    return out;
  }

  private fault(id: number): HTMLElement[] {
    const { run } = this.model;
    const fault = run.faults[id];
    const until = fault.end < 0 ? "to the end" : fault.end === fault.start ? "a moment" : `${moment(fault.end, 1e3)} (${duration(fault.end - fault.start)})`;
    const rows: [string, string][] = [["from", moment(fault.start, 1e3)], ["until", until]];
    fault.sides?.forEach((side, i) => rows.push([`side ${"ABCDEFGH"[i % 8]}`, side.join(", ")]));
    for (const { node, text } of fault.cut ?? []) rows.push([node, text]);
    const out = [this.heading(faultText(fault.text), "fault"), this.table(rows)];
    if (fault.sides) out.push(el("p", { class: "text" }, "Messages between the sides are lost."));
    if (fault.record >= 0) out.push(...this.effects(fault.record));
    return out;
  }

  private causes(id: number, title = "Why: back to the first cause"): HTMLElement[] {
    const near = new Set(nearCausesOf(this.model, id));
    const all = causesOf(this.model, id).slice(1);
    const chain = all.filter((r, i) => i === 0 || !this.isSendOf(r, all[i - 1])); // a message is one step
    if (chain.length === 0) return [el("p", { class: "sub" }, "This is a first cause: nothing recorded led to it.")];
    const shown = this.showAll ? chain : chain.filter((r, i) => i === 0 || (i < shortList && near.has(r)));
    const list = this.list(title, shown.map((r) => this.recordItem(r)));
    if (shown.length < chain.length) {
      list.append(button(`${count(chain.length - shown.length, "earlier cause")} …`, "Show the whole chain", () => {
        this.showAll = true;
        this.open(this.current, false);
      }, "more"));
    }
    return [list];
  }

  /** Tells whether a record is the sending of the message that another one delivers or loses. */
  private isSendOf(send: number, arrival: number): boolean {
    const { run } = this.model;
    const { kind, cause } = run.records;
    return cause[arrival] === send && run.kinds[kind[send]] === "send" && ["deliver", "drop"].includes(run.kinds[kind[arrival]]);
  }

  private effects(id: number, title = "What it led to"): HTMLElement[] {
    const effects = this.model.effects(id);
    if (effects.length === 0) return [];
    const shown = [...effects.slice(0, shortList)];
    const list = this.list(title, shown.map((r) => this.recordItem(r)));
    if (shown.length < effects.length) list.append(el("p", { class: "sub" }, `and ${effects.length - shown.length} more`));
    return [list];
  }

  private whole(): HTMLElement[] {
    const { run } = this.model;
    const out: HTMLElement[] = [];
    const failed = run.checks.filter((check) => check.outcome !== "valid");
    failed.sort((a, b) => Number(a.outcome === "unknown") - Number(b.outcome === "unknown")); // violations first
    for (const check of failed) {
      const items = (check.core ?? []).slice(0, 40).map((op) => this.operationItem(op));
      const at = check.seen >= 0 ? check.seen : check.inevitable;
      for (const e of check.evidence ?? []) items.push(...this.evidenceItems(e));
      if (items.length === 0 && check.record >= 0) items.push(this.sightingItem(check.record));
      else if (items.length === 0 && at >= 0) items.push(this.momentItem(check.name, at));
      const section = this.list(check.name, items);
      section.classList.add(check.outcome);
      if (check.reason !== "") section.firstElementChild?.after(el("p", { class: "text" }, check.reason));
      out.push(section);
    }
    if (run.faults.length > 0) {
      const items = run.faults.slice(0, 60).map((_, i) => this.faultItem(i));
      // The header counts the faults of the plan, of which one, such as a swizzle-clog, may take several steps, and another never begin.
      const inSteps = run.plan > 0 && run.plan !== run.faults.length;
      const title = count(run.faults.length, inSteps ? "step" : "fault") + (inSteps ? ` of ${count(run.plan, "fault")}` : "");
      const list = this.list(title, items);
      if (items.length < run.faults.length) list.append(el("p", { class: "sub" }, `and ${run.faults.length - items.length} more`));
      out.push(list);
    }
    out.push(el("div", { class: "section" }, el("h3", {}, "In this run"), this.table(this.totals())));
    out.push(el("p", { class: "sub" }, "Click anything in the diagram to see why it happened. Press ? for the keys."));
    return out;
  }

  private totals(): [string, string][] {
    const { run, messages } = this.model;
    const rows: [string, string][] = [];
    if (run.records.count > 0) {
      const lost = new Map<string, number>();
      let dropped = 0;
      for (let m = 0; m < messages.dropped.length; m++) {
        if (messages.dropped[m] === 0) continue;
        dropped++;
        const why = run.texts[run.records.text[messages.arrive[m]]];
        lost.set(why, (lost.get(why) ?? 0) + 1);
      }
      rows.push(["records", run.records.count.toLocaleString("en")], ["messages", messages.send.length.toLocaleString("en")], ["lost", dropped.toLocaleString("en")]);
      for (const [why, n] of [...lost].sort((a, b) => b[1] - a[1]).slice(0, 6)) rows.push([`  ${lossWord(why)}`, n.toLocaleString("en")]);
    }
    const { outcome, count: operations } = run.operations;
    if (operations > 0) {
      const by = [0, 0, 0, 0];
      for (let op = 0; op < operations; op++) by[outcome[op]]++;
      rows.push(["operations", operations.toLocaleString("en")], ["  completed", by[Type.OK].toLocaleString("en")], ["  failed", by[Type.Fail].toLocaleString("en")], ["  unknown", by[Type.Info].toLocaleString("en")]);
    }
    return rows;
  }

  private table(rows: [string, string][]): HTMLElement {
    return el("dl", {}, ...rows.flatMap(([name, value]) => [
      el("dt", name.startsWith(" ") ? { class: "part" } : {}, name.trim()), el("dd", {}, value),
    ]));
  }

  private list(title: string, items: HTMLElement[]): HTMLElement {
    return el("div", { class: "section" }, el("h3", {}, title), el("ol", {}, ...items));
  }

  private item(time: string, who: string, what: string, press: () => void, kind: string): HTMLElement {
    const b = el("button", { type: "button", class: "step", "data-kind": kind },
      el("span", { class: "time" }, time), el("span", { class: "who" }, who), el("span", { class: "what" }, what));
    b.addEventListener("click", press);
    return el("li", {}, b);
  }

  private recordItem(id: number): HTMLElement {
    const { run } = this.model;
    const { records } = run;
    const kind = run.kinds[records.kind[id]];
    const text = recordText(run, id);
    const item = this.item(moment(records.time[id], 1e5), whoText(run, id), text === "" ? kindWord(kind) : `${kindWord(kind)}: ${text}`,
      () => this.choose({ kind: "record", id }), kind);
    item.firstElementChild?.setAttribute("data-record", `${id}`);
    return item;
  }

  /** One of the events that contradict each other, and the faults that led to it. */
  private evidenceItems(e: Evidence): HTMLElement[] {
    const press = e.record >= 0 ? () => this.choose({ kind: "record", id: e.record }) : () => this.show(e.time - this.model.end * 0.01, e.time + this.model.end * 0.01);
    const after = (e.after ?? []).map((text) => {
      const id = this.model.run.faults.findIndex((f) => f.text === text);
      return this.item("", "", `after ${faultText(text)}`, () => id >= 0 && this.choose({ kind: "fault", id }), "fault");
    });
    return [this.item(moment(e.time, 1e5), e.node, e.shows, press, "violation"), ...after];
  }

  private sightingItem(id: number): HTMLElement {
    const { records } = this.model.run;
    return this.item(moment(records.time[id], 1e5), whoText(this.model.run, id), "seen here", () => this.choose({ kind: "record", id }), "violation");
  }

  private operationItem(op: number): HTMLElement {
    const { run } = this.model;
    const { call, end, outcome } = run.operations;
    const until = outcome[op] === Type.Info ? "unknown" : duration(end[op] - call[op]);
    return this.item(moment(call[op], 1e5), this.model.whoDid(op), `${operationText(run, op)} (${until})`,
      () => this.choose({ kind: "operation", id: op }), "operation");
  }

  private faultItem(id: number): HTMLElement {
    const fault = this.model.run.faults[id];
    return this.item(moment(fault.start, 1e6), "", faultText(fault.text), () => this.choose({ kind: "fault", id }), "fault");
  }

  private momentItem(name: string, at: number): HTMLElement {
    const around = this.model.end * 0.01;
    return this.item(moment(at, 1e5), "", `${name}: here`, () => this.show(at - around, at + around), "violation");
  }
}
