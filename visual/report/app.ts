// The diagram as one thing: its elements, what is selected, and when it is
// drawn again.

import { lowerBound } from "./bisect.js";
import { type Run } from "./data.js";
import { button, el } from "./dom.js";
import { draw } from "./draw.js";
import { arrowOf } from "./draw_messages.js";
import { helpDialog } from "./help.js";
import { layOut } from "./layout.js";
import { fillLegend } from "./legend.js";
import { buildModel, type Model } from "./model.js";
import { drawOverlay, messageEnding, operationBox, place } from "./overlay.js";
import { drawOverview } from "./overview.js";
import { onPaletteChange, palette } from "./palette.js";
import { nearCausesOf, Panel } from "./panel.js";
import { sameTarget, type Hit, type Scene, type Target } from "./scene.js";
import { search } from "./search.js";
import { count, duration, kindWord, moment, operationText, outcomeWords, processName, recordText, whoText } from "./text.js";
import { View } from "./view.js";

const overviewHeight = 54;

export class App {
  readonly scene: Scene;
  readonly model: Model;
  readonly stage = el("div", { class: "stage" });
  readonly diagram = el("canvas", { class: "diagram", tabindex: "0", role: "img" });
  readonly overview = el("canvas", { class: "overview", "aria-hidden": "true" });
  readonly searchBox = el("input", { type: "search", placeholder: "Search: n3 drop, write 7, …", "aria-label": "Search records and operations" });
  readonly help = helpDialog();
  pointer: { x: number; y: number } | null = null;
  range: [number, number] | null = null;
  private readonly overlay = el("canvas", { class: "overlay", "aria-hidden": "true" });
  private readonly tooltip = el("div", { class: "tooltip", role: "tooltip", hidden: "" });
  private readonly status = el("output", { class: "status", "aria-live": "polite" });
  private readonly spoken = el("output", { class: "offscreen", "aria-live": "polite" });
  private readonly found = el("output", { class: "found" });
  private readonly legend = el("div", { class: "legend" });
  private readonly details = el("aside", { class: "details", "aria-label": "Details" });
  private readonly panel: Panel;
  private pending = 0; // requested frame
  private stale: "all" | "overlay" | "none" = "none";
  private at = -1; // place among the matches
  private drawings = 0;

  constructor(root: HTMLElement, run: Run) {
    this.model = buildModel(run);
    this.scene = {
      model: this.model,
      view: new View(this.model.end),
      layout: layOut(this.model, 100, 100, 0),
      colours: palette(),
      layers: { types: this.model.types.map(() => true), drops: true, clients: true, disk: true, timers: true, facts: true },
      hits: [],
      drawn: { arrows: 0, messages: 0, dense: false, operations: 0 },
      selected: null, hovered: null, chain: [], branches: [], matches: [], operationMatches: [],
    };
    this.panel = new Panel(this.details, this.model, (t) => this.select(t, true, false), (a, b) => this.show(a, b));
    this.stage.append(this.overview, el("div", { class: "canvases" }, this.diagram, this.overlay), this.tooltip);
    root.append(this.toolbar(), el("div", { class: "split" }, this.stage, this.details), this.legend, this.help, this.spoken);
    this.scene.view.whole();
    if (!this.showCore()) this.panel.open(null, false);
    fillLegend(this.legend, this.scene, () => this.refresh());
    onPaletteChange(() => {
      this.scene.colours = palette();
      fillLegend(this.legend, this.scene, () => this.refresh());
      this.refresh();
    });
    new ResizeObserver(() => this.resize()).observe(this.stage);
    this.resize();
  }

  private toolbar(): HTMLElement {
    const { view } = this.scene;
    const hasCore = this.coreWindow() !== null;
    return el("div", { class: "toolbar", role: "toolbar", "aria-label": "Diagram" },
      button("−", "Zoom out (−)", () => this.zoom(1 / 1.6)),
      button("+", "Zoom in (+)", () => this.zoom(1.6)),
      button("Whole run", "Show the whole run (0)", () => { view.whole(); this.refresh(); }),
      hasCore ? button("Violation", "Show where it went wrong (c)", () => this.showCore(), "alarm") : null,
      el("span", { class: "searching" }, this.searchBox,
        button("‹", "Previous match (Shift + Enter)", () => this.step(-1)), button("›", "Next match (Enter)", () => this.step(1)), this.found),
      this.status,
      button("?", "Mouse and keys (?)", () => this.help.showModal(), "help-button"));
  }

  // ---- what is shown ----

  refresh(): void {
    this.request("all");
  }

  refreshOverlay(): void {
    this.request("overlay");
  }

  private request(what: "all" | "overlay"): void {
    if (this.stale !== "all") this.stale = what;
    if (this.pending === 0) this.pending = requestAnimationFrame(() => this.render());
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (width === 0 || height === 0) return;
    fit(this.overview, width, overviewHeight);
    fit(this.diagram, width, height - overviewHeight);
    fit(this.overlay, width, height - overviewHeight);
    this.render("all");
  }

  private render(what: "all" | "overlay" | "none" = this.stale): void {
    cancelAnimationFrame(this.pending);
    this.pending = 0;
    this.stale = "none";
    const { scene } = this;
    const height = this.stage.clientHeight - overviewHeight;
    if (what === "all") {
      const { view } = scene;
      scene.layout = layOut(this.model, this.stage.clientWidth, height, view.scroll);
      const most = Math.max(0, scene.layout.bottom - height);
      if (view.scroll > most || view.scroll < 0) {
        view.scroll = Math.min(Math.max(view.scroll, 0), most);
        scene.layout = layOut(this.model, this.stage.clientWidth, height, view.scroll);
      }
      view.left = scene.layout.gutter;
      view.right = scene.layout.width;
      draw(context(this.diagram), scene);
      drawOverview(context(this.overview), scene, this.stage.clientWidth, overviewHeight);
      this.tellStatus();
      this.drawings++;
    }
    drawOverlay(context(this.overlay), scene, this.pointer, this.range);
  }

  private tellStatus(): void {
    const { view, drawn } = this.scene;
    const parts = [`${moment(Math.max(0, view.t0), view.span / 100)} – ${moment(Math.min(view.t1, this.model.end), view.span / 100)}`, duration(view.span)];
    if (drawn.dense) parts.push("zoom in to see messages");
    this.status.textContent = parts.join(" · ");
    this.diagram.setAttribute("aria-label", `Space-time diagram of ${count(this.model.lanes.length, "node")} and ${count(this.model.run.operations.count, "operation")}, from ${parts[0]}`);
  }

  /** Whether the lanes need more room than there is. */
  get overflows(): boolean {
    return this.scene.layout.bottom > this.scene.layout.height;
  }

  zoom(factor: number, at?: number): void {
    this.scene.view.zoom(factor, at);
    this.refresh();
  }

  show(from: number, to: number): void {
    this.scene.view.set(from, to);
    this.refresh();
  }

  /** The window around what went wrong: the core, else the moment that a monitor saw. */
  private coreWindow(check = -1): [number, number] | null {
    const { run } = this.model;
    let from = Infinity;
    let to = -Infinity;
    run.checks.forEach((c, i) => {
      if (check >= 0 ? check !== i : c.outcome === "valid") return;
      for (const op of c.core ?? []) {
        const end = run.operations.end[op];
        from = Math.min(from, run.operations.call[op]);
        to = Math.max(to, end === Infinity ? run.operations.call[op] : end);
      }
      if (check < 0 && from !== Infinity) return; // the core says more than a moment
      const near = (c.evidence ?? []).map((e) => e.time).filter((t) => c.seen - t < this.model.end / 5); // what is far would make all else small
      for (const t of [c.inevitable, c.seen, ...near]) {
        if (t < 0) continue;
        from = Math.min(from, t);
        to = Math.max(to, t);
      }
    });
    if (from === Infinity) return null;
    // Around a moment a few messages' flights tell the story.
    const room = Math.max((to - from) * 0.25, Math.min(Math.max(20e6, this.model.flight * 4), this.model.end * 0.05));
    return [from - room, to + room];
  }

  showCore(check = -1): boolean {
    const span = this.coreWindow(check);
    if (!span) return false;
    this.show(...span);
    this.select(null);
    return true;
  }

  // ---- pointing and selecting ----

  /** What is under a place of the diagram: the highest rank, then the nearest. */
  hitAt(x: number, y: number): Hit | null {
    let best: Hit | null = null;
    let bestScore = -Infinity;
    for (const hit of this.scene.hits) {
      const d = distance(hit, x, y);
      if (d > 6) continue;
      const score = hit.rank * 2 - d;
      if (score > bestScore) [best, bestScore] = [hit, score];
    }
    return best;
  }

  hover(x: number, y: number): void {
    this.pointer = { x, y };
    const { layout } = this.scene;
    const target = x > layout.gutter && y > layout.axis ? (this.hitAt(x, y)?.target ?? null) : null;
    if (!sameTarget(target, this.scene.hovered)) {
      this.scene.hovered = target;
      this.diagram.style.cursor = target ? "pointer" : "";
      this.tooltip.hidden = target === null;
      if (target) this.tooltip.replaceChildren(...this.tip(target));
    }
    if (target) this.placeTooltip(x, y + overviewHeight);
    this.refreshOverlay();
  }

  leave(): void {
    this.pointer = null;
    this.scene.hovered = null;
    this.tooltip.hidden = true;
    this.refreshOverlay();
  }

  private placeTooltip(x: number, y: number): void {
    const { offsetWidth: w, offsetHeight: h } = this.tooltip;
    const { clientWidth, clientHeight } = this.stage;
    const left = x + 16 + w > clientWidth ? Math.max(4, x - 12 - w) : x + 16;
    const top = y + 18 + h > clientHeight ? y - 12 - h : y + 18;
    this.tooltip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  private tip(target: Target): HTMLElement[] {
    const { run } = this.model;
    const line = (text: string, className = ""): HTMLElement => el("div", className === "" ? {} : { class: className }, text);
    if (target.kind === "fault") {
      const fault = run.faults[target.id];
      return [line(fault.text, "strong"), line(moment(fault.start))];
    }
    if (target.kind === "operation") {
      const { call, end, outcome } = run.operations;
      const op = target.id;
      const took = outcome[op] === 3 ? "" : ` · ${duration(end[op] - call[op])}`;
      return [
        line(operationText(run, op), "strong"),
        line(`${this.model.whoDid(op)}, ${processName(run, run.operations.process[op])}`),
        line(`${moment(call[op], 1e5)}${took} · ${outcomeWords[outcome[op]]}`),
        ...(this.model.inCore[op] === 1 ? [line("in the core of the violation", "alarm")] : []),
      ];
    }
    const { records } = run;
    const kind = run.kinds[records.kind[target.id]];
    const text = recordText(run, target.id);
    const cause = records.cause[target.id];
    const out = [line(`${whoText(run, target.id)} ${kindWord(kind)}`, "strong")];
    if (text !== "") out.push(line(text));
    let when = moment(records.time[target.id], 1e5);
    if ((kind === "deliver" || kind === "drop") && cause >= 0) {
      when = `${moment(records.time[cause], 1e5)} → ${when} (${duration(records.time[target.id] - records.time[cause])})`;
      if (kind === "drop") out.push(line(recordText(run, cause)));
    }
    out.push(line(when, "faint"));
    return out;
  }

  /** Selects a target; null lets go. Brings it into view if asked. */
  select(target: Target | null, reveal = false, remember = true): void {
    this.scene.selected = target;
    this.scene.chain = target === null ? [] : this.chainOf(target);
    this.scene.branches = target?.kind === "record" ? this.branchesOf(target.id) : [];
    this.panel.open(target, remember || target !== null);
    this.spoken.textContent = target === null ? "" : (this.details.querySelector("h2")?.textContent ?? "");
    if (reveal && target) this.reveal(target);
    this.refresh();
  }

  private chainOf(target: Target): number[] {
    if (target.kind === "record") return nearCausesOf(this.model, target.id);
    if (target.kind === "fault") return [];
    const [, complete] = this.model.recordsOf(target.id);
    return complete < 0 ? [] : nearCausesOf(this.model, complete);
  }

  /** The chains of all pieces of evidence, of the violation that a record says or shows. */
  private branchesOf(record: number): number[][] {
    const check = this.model.run.checks.find((c) => c.record === record || c.evidence?.some((e) => e.record === record));
    return (check?.evidence ?? []).filter((e) => e.record >= 0 && e.record !== record).map((e) => nearCausesOf(this.model, e.record));
  }

  private timesOf(target: Target): [number, number] {
    const { records, operations, faults } = this.model.run;
    if (target.kind === "record") return [records.time[target.id], records.time[target.id]];
    if (target.kind === "fault") return [faults[target.id].start, faults[target.id].end < 0 ? this.model.end : faults[target.id].end];
    return [operations.call[target.id], Math.min(operations.end[target.id], this.model.end)];
  }

  /** Moves the window, at most as far as is needed to see a target with room around it. */
  private reveal(target: Target): void {
    const { view, layout } = this.scene;
    const [from, to] = this.timesOf(target);
    const room = view.span * 0.12;
    if (to - from > view.span - 2 * room) view.set(from - (to - from) * 0.15, to + (to - from) * 0.15);
    else if (from - room < view.t0) view.pan(from - room - view.t0);
    else if (to + room > view.t1) view.pan(to + room - view.t1);
    const y = this.locate(target)?.y;
    if (y !== undefined && (y < layout.axis + 12 || y > layout.height - 12)) view.scroll += y - layout.height / 2;
  }

  /** Where a target is on the diagram, in its own pixels. */
  locate(target: Target): { x: number; y: number } | null {
    if (target.kind === "operation") {
      const box = operationBox(this.scene, target.id);
      return box && { x: box.x + box.w / 2, y: box.y + box.h / 2 };
    }
    if (target.kind === "record") {
      const m = messageEnding(this.scene, target.id);
      if (m < 0) return place(this.scene, target.id);
      const a = arrowOf(this.scene, m);
      return { x: (a.x0 + a.x1) / 2, y: (a.y0 + a.y1) / 2 };
    }
    const hit = this.scene.hits.find((h) => sameTarget(h.target, target));
    return hit ? { x: (hit.x0 + hit.x1) / 2, y: (hit.y0 + hit.y1) / 2 } : null;
  }

  back(): void {
    this.panel.back();
  }

  toCause(): void {
    if (this.scene.chain.length > 1) this.select({ kind: "record", id: this.scene.chain[1] }, true);
  }

  /** The next record of the node of the selected one; at first the first one in view. */
  along(direction: 1 | -1): void {
    const { selected, view } = this.scene;
    const { node, time, count: n } = this.model.run.records;
    if (selected?.kind !== "record") {
      const first = lowerBound(time, view.t0);
      if (first < n) this.select({ kind: "record", id: first }, true);
      return;
    }
    for (let i = selected.id + direction; i >= 0 && i < n; i += direction) {
      if (node[i] === node[selected.id]) return this.select({ kind: "record", id: i }, true);
    }
  }

  // ---- searching ----

  find(query: string): void {
    const found = search(this.model, query);
    this.scene.matches = found.records;
    this.scene.operationMatches = found.operations;
    this.at = -1;
    this.tellFound();
    this.refresh();
  }

  private targets(): Target[] {
    const { records, operations } = this.model.run;
    const all: { at: number; target: Target }[] = [
      ...this.scene.matches.map((id) => ({ at: records.time[id], target: { kind: "record", id } as Target })),
      ...this.scene.operationMatches.map((id) => ({ at: operations.call[id], target: { kind: "operation", id } as Target })),
    ];
    return all.sort((a, b) => a.at - b.at).map((x) => x.target);
  }

  /** Goes to the next or previous match: at first the one nearest to the middle of the window. */
  step(direction: 1 | -1): void {
    const targets = this.targets();
    if (targets.length === 0) return;
    if (this.at < 0) {
      const start = this.scene.view.t0;
      const first = targets.findIndex((t) => this.timesOf(t)[0] >= start);
      this.at = first < 0 ? 0 : first;
    } else this.at = (this.at + direction + targets.length) % targets.length;
    this.tellFound();
    this.select(targets[this.at], true);
  }

  private tellFound(): void {
    const n = this.scene.matches.length + this.scene.operationMatches.length;
    this.found.textContent = this.searchBox.value.trim() === "" ? "" : this.at >= 0 ? `${this.at + 1} of ${n.toLocaleString("en")}` : count(n, "match", "matches");
  }

  /** What tests and curious people may ask of the page. */
  get state(): object {
    const { view, drawn, selected, hovered, chain, matches, operationMatches, layout } = this.scene;
    return {
      ready: true, drawings: this.drawings, t0: view.t0, t1: view.t1, end: this.model.end, scroll: view.scroll, drawn, selected, hovered, chain,
      matches: matches.length + operationMatches.length, records: this.model.run.records.count, operations: this.model.run.operations.count,
      lanes: layout.lanes.length, rows: layout.rows.length,
    };
  }
}

function fit(canvas: HTMLCanvasElement, width: number, height: number): void {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(Math.max(height, 0) * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  context(canvas).setTransform(ratio, 0, 0, ratio, 0, 0);
}

function context(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const c = canvas.getContext("2d");
  if (!c) throw new Error("This browser gives no canvas to draw on.");
  return c;
}

/** How far a place is from a line or a box; 0 inside of it. */
function distance(h: Hit, x: number, y: number): number {
  if (h.box) return Math.hypot(Math.max(h.x0 - x, 0, x - h.x1), Math.max(h.y0 - y, 0, y - h.y1));
  const dx = h.x1 - h.x0;
  const dy = h.y1 - h.y0;
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - h.x0) * dx + (y - h.y0) * dy) / length));
  return Math.hypot(x - h.x0 - t * dx, y - h.y0 - t * dy);
}
