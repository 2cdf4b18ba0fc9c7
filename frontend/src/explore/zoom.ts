/**
 * Moving and enlarging the map: buttons, keys, wheel with ctrl, dragging with a mouse, two fingers.
 * One finger and a plain wheel belong to the page, which must scroll as ever.
 */

import { type View, WHOLE } from "./state";

const MOST = 12;
const STEP = 1.6;

export interface ZoomOptions {
  size: () => [number, number];
  changed: (view: View, settled: boolean) => void;
  oneFinger: () => void;
  calm: () => boolean;
}

/** A view's `x` and `y` are the centre in shares of the map, so that it is the same on every screen. */
export class Zoom {
  view: View = WHOLE;
  private frame = 0;
  private readonly fingers = new Map<number, [number, number]>();

  constructor(private readonly stage: SVGSVGElement, private readonly options: ZoomOptions) {
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    stage.addEventListener("mousedown", (event) => this.drag(event));
    stage.addEventListener("touchstart", (event) => this.touch(event), { passive: false });
    stage.addEventListener("touchmove", (event) => this.touch(event), { passive: false });
    for (const name of ["touchend", "touchcancel"] as const) {
      stage.addEventListener(name, (event) => this.lift(event));
    }
  }

  set(view: View, settled = true): void {
    this.view = inside(view);
    this.options.changed(this.view, settled);
  }

  in(): void {
    this.glide(this.around(STEP, this.centre()));
  }

  out(): void {
    this.glide(this.around(1 / STEP, this.centre()));
  }

  whole(): void {
    this.glide(WHOLE);
  }

  /** Moves by shares of what is seen. */
  pan(right: number, down: number): void {
    this.glide({ ...this.view, x: centred(this.view).x + right / this.view.k, y: centred(this.view).y + down / this.view.k });
  }

  /** The key's deed, if it has one. */
  key(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "+" || event.key === "=") this.in();
    else if (event.key === "-" || event.key === "−") this.out();
    else if (event.key === "0") this.whole();
    else return false;
    return true;
  }

  private centre(): [number, number] {
    const [width, height] = this.options.size();
    return [width / 2, height / 2];
  }

  /** The view enlarged by `by` with the point under `at` (pixels) staying where it is. */
  private around(by: number, at: [number, number]): View {
    const [width, height] = this.options.size();
    const { k, x, y } = centred(this.view);
    const next = Math.min(MOST, Math.max(1, k * by));
    const [dx, dy] = [at[0] / width - 0.5, at[1] / height - 0.5];
    return { k: next, x: x + dx / k - dx / next, y: y + dy / k - dy / next };
  }

  private at(event: { clientX: number; clientY: number }): [number, number] {
    const box = this.stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  private glide(goal: View): void {
    cancelAnimationFrame(this.frame);
    const [from, to] = [centred(this.view), centred(inside(goal))];
    if (this.options.calm()) return this.set(to);
    const start = performance.now();
    const step = (now: number): void => {
      const t = Math.min(1, (now - start) / 240);
      const e = 1 - (1 - t) ** 3;
      const k = from.k * (to.k / from.k) ** e;
      this.set({ k, x: from.x + (to.x - from.x) * e, y: from.y + (to.y - from.y) * e }, t === 1);
      if (t < 1) this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  private wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const by = 2 ** (-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.004));
    this.set(this.around(by, this.at(event)));
  }

  private drag(event: MouseEvent): void {
    if (event.button !== 0 || this.view.k === 1) return;
    const [start, from] = [this.at(event), centred(this.view)];
    const [width, height] = this.options.size();
    let moved = false;
    const move = (next: MouseEvent): void => {
      const [x, y] = this.at(next);
      moved ||= Math.hypot(x - start[0], y - start[1]) > 4;
      if (!moved) return;
      const [dx, dy] = [(x - start[0]) / width / from.k, (y - start[1]) / height / from.k];
      this.set({ k: from.k, x: from.x - dx, y: from.y - dy }, false);
    };
    const stop = (): void => {
      removeEventListener("mousemove", move);
      removeEventListener("mouseup", stop);
      if (!moved) return;
      this.set(this.view);
      // The click that ends a drag chooses no place.
      const swallow = (click: Event): void => click.stopPropagation();
      addEventListener("click", swallow, { capture: true, once: true });
      setTimeout(() => removeEventListener("click", swallow, { capture: true }), 0);
    };
    addEventListener("mousemove", move);
    addEventListener("mouseup", stop);
  }

  private touch(event: TouchEvent): void {
    const [one, two] = event.touches;
    if (!one || !two) {
      if (event.type === "touchmove" && this.view.k > 1) this.options.oneFinger();
      return;
    }
    event.preventDefault();
    const before = [this.fingers.get(one.identifier), this.fingers.get(two.identifier)];
    const now: [[number, number], [number, number]] = [this.at(one), this.at(two)];
    this.fingers.set(one.identifier, now[0]).set(two.identifier, now[1]);
    if (event.type === "touchstart" || !before[0] || !before[1]) return;
    const old: [number, number] = [(before[0][0] + before[1][0]) / 2, (before[0][1] + before[1][1]) / 2];
    const spread = Math.hypot(before[0][0] - before[1][0], before[0][1] - before[1][1]) || 1;
    const by = Math.hypot(now[0][0] - now[1][0], now[0][1] - now[1][1]) / spread;
    const next = this.around(by, old);
    const [width, height] = this.options.size();
    const middle = [(now[0][0] + now[1][0]) / 2, (now[0][1] + now[1][1]) / 2] as const;
    const x = next.x - (middle[0] - old[0]) / width / next.k;
    this.set({ k: next.k, x, y: next.y - (middle[1] - old[1]) / height / next.k }, false);
  }

  private lift(event: TouchEvent): void {
    for (const finger of event.changedTouches) this.fingers.delete(finger.identifier);
    if (event.touches.length === 1) this.set(this.view);
  }
}

/** The whole map has its centre in the middle. */
function centred(view: View): View {
  return view.k === 1 ? { k: 1, x: 0.5, y: 0.5 } : view;
}

/** A view that shows no more than the map. */
function inside(view: View): View {
  const k = Math.min(MOST, Math.max(1, view.k));
  if (k < 1.005) return WHOLE;
  const half = 0.5 / k;
  const clamp = (v: number): number => Math.min(1 - half, Math.max(half, v));
  return { k, x: clamp(view.x), y: clamp(view.y) };
}
