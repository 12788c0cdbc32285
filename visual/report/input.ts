// Mouse and keyboard.

import type { App } from "./app.js";
import { overviewTime } from "./overview.js";

const slop = 4; // pixels that a click may wander

export function listen(app: App): void {
  wheel(app);
  dragDiagram(app);
  dragOverview(app);
  app.diagram.addEventListener("dblclick", (e) => {
    const { x, y } = local(app.diagram, e);
    if (y > app.scene.layout.axis) app.zoom(3, app.scene.view.time(x));
  });
  document.addEventListener("keydown", (e) => key(app, e));
  app.searchBox.addEventListener("input", () => app.find(app.searchBox.value));
  app.searchBox.addEventListener("keydown", (e) => {
    if (e.key === "Enter") app.step(e.shiftKey ? -1 : 1);
    if (e.key === "Escape") {
      app.searchBox.value = "";
      app.find("");
      app.diagram.focus();
    }
    e.stopPropagation();
  });
}

function local(element: HTMLElement, e: MouseEvent): { x: number; y: number } {
  const box = element.getBoundingClientRect();
  return { x: e.clientX - box.left, y: e.clientY - box.top };
}

function wheel(app: App): void {
  const { view } = app.scene;
  const turn = (e: WheelEvent, at: number, overLanes: boolean): void => {
    if (overLanes && !app.overflows) return; // nothing to scroll here: the page scrolls
    e.preventDefault();
    const unit = e.deltaMode === 1 ? 24 : e.deltaMode === 2 ? 240 : 1; // lines and pages in pixels
    if (Math.abs(e.deltaX) > Math.abs(e.deltaY) || e.shiftKey) {
      view.pan((e.deltaX !== 0 ? e.deltaX : e.deltaY) * unit * view.scale);
      app.refresh();
    } else if (overLanes) {
      view.scroll += e.deltaY * unit;
      app.refresh();
    } else app.zoom(Math.exp(-e.deltaY * unit * (e.ctrlKey ? 0.01 : 0.0022)), at);
  };
  app.diagram.addEventListener("wheel", (e) => {
    const { x } = local(app.diagram, e);
    turn(e, view.time(Math.max(x, view.left)), x < view.left);
  }, { passive: false });
  app.overview.addEventListener("wheel", (e) => turn(e, overviewTime(app.scene, local(app.overview, e).x), false), { passive: false });
}

/** Drag moves; on the axis or with Shift it marks a range to zoom to; a press that stays in place selects. */
function dragDiagram(app: App): void {
  const { view } = app.scene;
  let start: { x: number; y: number; marking: boolean } | null = null;
  let last = { x: 0, y: 0 };
  let moved = false;
  app.diagram.addEventListener("pointerdown", (e) => {
    if (e.button !== 0) return;
    const p = local(app.diagram, e);
    start = { ...p, marking: e.shiftKey || p.y < app.scene.layout.axis };
    last = p;
    moved = false;
    app.diagram.setPointerCapture(e.pointerId);
  });
  app.diagram.addEventListener("pointermove", (e) => {
    const p = local(app.diagram, e);
    if (!start) {
      app.hover(p.x, p.y);
      app.diagram.classList.toggle("marking", p.y < app.scene.layout.axis);
      return;
    }
    if (!moved && Math.hypot(p.x - start.x, p.y - start.y) < slop) return;
    if (!moved) app.leave();
    moved = true;
    if (start.marking) {
      app.range = [start.x, p.x];
      app.refreshOverlay();
    } else {
      view.pan((last.x - p.x) * view.scale);
      view.scroll += last.y - p.y;
      app.refresh();
    }
    last = p;
  });
  const finish = (e: PointerEvent, cancelled: boolean): void => {
    if (!start) return;
    const p = local(app.diagram, e);
    if (app.range && !cancelled) app.show(view.time(Math.min(...app.range)), view.time(Math.max(...app.range)));
    else if (!moved && !cancelled) app.select(app.hitAt(p.x, p.y)?.target ?? null);
    app.range = null;
    start = null;
    app.refreshOverlay();
  };
  app.diagram.addEventListener("pointerup", (e) => finish(e, false));
  app.diagram.addEventListener("pointercancel", (e) => finish(e, true));
  app.diagram.addEventListener("pointerleave", () => start === null && app.leave());
}

/** In the strip of the whole run: drag inside the window moves it, elsewhere marks a new one; a press goes there. */
function dragOverview(app: App): void {
  const { view } = app.scene;
  let from = NaN; // time at which a drag began
  let grip = NaN; // distance of the pointer from the middle of the window while moving it
  let moved = false;
  let startX = 0;
  app.overview.addEventListener("pointerdown", (e) => {
    const { x } = local(app.overview, e);
    from = overviewTime(app.scene, x);
    grip = from >= view.t0 && from <= view.t1 ? from - (view.t0 + view.t1) / 2 : NaN;
    moved = false;
    startX = x;
    app.overview.setPointerCapture(e.pointerId);
  });
  app.overview.addEventListener("pointermove", (e) => {
    if (Number.isNaN(from)) return;
    const { x } = local(app.overview, e);
    if (!moved && Math.abs(x - startX) < slop) return;
    moved = true;
    const at = overviewTime(app.scene, x);
    if (Number.isNaN(grip)) app.show(Math.min(from, at), Math.max(from, at));
    else app.show(at - grip - view.span / 2, at - grip + view.span / 2);
  });
  app.overview.addEventListener("pointerup", () => {
    if (!moved && !Number.isNaN(from)) app.show(from - view.span / 2, from + view.span / 2);
    from = NaN;
  });
  app.overview.addEventListener("pointercancel", () => (from = NaN));
}

function key(app: App, e: KeyboardEvent): void {
  if (e.ctrlKey || e.metaKey || e.altKey || app.help.open) return;
  const { view } = app.scene;
  const actions: Record<string, () => void> = {
    "+": () => app.zoom(1.6),
    "=": () => app.zoom(1.6),
    "-": () => app.zoom(1 / 1.6),
    "0": () => {
      view.whole();
      app.refresh();
    },
    ArrowLeft: () => move(-0.15),
    ArrowRight: () => move(0.15),
    ArrowUp: () => scroll(-40),
    ArrowDown: () => scroll(40),
    c: () => void app.showCore(),
    b: () => app.toCause(),
    n: () => app.along(1),
    p: () => app.along(-1),
    Backspace: () => app.back(),
    Escape: () => app.select(null),
    "/": () => app.searchBox.focus(),
    "?": () => app.help.showModal(),
  };
  const move = (share: number): void => {
    view.pan(share * view.span);
    app.refresh();
  };
  const scroll = (pixels: number): void => {
    view.scroll += pixels;
    app.refresh();
  };
  const action = actions[e.key];
  if (!action) return;
  if ((e.key === "ArrowUp" || e.key === "ArrowDown") && !app.overflows) return;
  // Arrows belong to the page while the diagram is not in focus.
  if (e.key.startsWith("Arrow") && document.activeElement !== app.diagram && document.activeElement !== document.body) return;
  e.preventDefault();
  action();
}
