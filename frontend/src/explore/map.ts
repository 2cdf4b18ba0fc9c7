/** The map: land filled by class, caravans over it, dots and names in pixels whatever the zoom. */

import { select } from "d3-selection";
import { caravan } from "./caravan";
import { type Label, placeLabels } from "./labels";
import { classOf, type Fill, hasDots } from "./reckon";
import type { View } from "./state";
import type { Page, Point, Route, Unit } from "./types";

const DRIFT = 900;
export const WIDEST = { desk: 28, phone: 26 };
const NARROWEST = 0.9;

export interface Scene {
  routes: readonly Route[];
  widest: number;
  dashed: boolean;
  fill: Fill | null;
  chosen: string;
  units: readonly Unit[];
  /** Outlines of the upper level, drawn over smaller units. */
  borders: readonly Unit[];
}

interface Count {
  code: string;
  xy: Point;
  radius: number;
}

interface Moving {
  route: Route;
  from: number;
  to: number;
}

export class MapView {
  private scene: Scene | null = null;
  private view: View = { k: 1, x: 0.5, y: 0.5 };
  private moving = new Map<string, Moving>();
  private progress = 1;
  private frame = 0;
  private readonly font: string;

  constructor(
    readonly svg: SVGSVGElement,
    private readonly page: Page,
    private readonly calm: () => boolean,
    private readonly labelOf: (code: string) => string,
  ) {
    this.font = getComputedStyle(svg).fontFamily;
    new ResizeObserver(() => this.paint()).observe(svg.parentElement ?? svg);
  }

  size(): Point {
    const width = this.svg.parentElement?.clientWidth || this.page.frame.width;
    return [width, Math.round((width * this.page.frame.height) / this.page.frame.width) + 14];
  }

  isPhone(): boolean {
    return this.size()[0] < 600;
  }

  show(scene: Scene, drifts: boolean): void {
    // The server's words and dots have no data: they go as the first ones with data come.
    if (!this.scene) select(this.svg).selectAll("#names > *, #dots > *, #counts > *").remove();
    this.scene = scene;
    const before = this.moving;
    const now = ({ from, to }: Moving): number => from + (to - from) * this.progress;
    this.moving = new Map();
    const top = this.isPhone() ? WIDEST.phone : WIDEST.desk;
    for (const route of scene.routes) {
      const to = Math.max(NARROWEST, (route.persons / scene.widest) * top);
      const known = before.get(route.key);
      this.moving.set(route.key, { route, from: known ? now(known) : 0, to });
    }
    this.paintLand(scene);
    if (drifts && !this.calm()) this.drift();
    else this.settle();
  }

  zoomTo(view: View): void {
    this.view = view.k === 1 ? { k: 1, x: 0.5, y: 0.5 } : view;
    this.paint();
  }

  /** A point of the bundle's frame in pixels of the map. */
  at([x, y]: Point): Point {
    const [k, tx, ty] = this.transform();
    return [x * k + tx, y * k + ty];
  }

  /** Brings one route forward, the others step back; null: all as they were. */
  point(key: string | null): void {
    select(this.svg).selectAll<SVGPathElement, Moving>("#flows path")
      .classed("faint", (one) => key !== null && one.route.key !== key)
      .filter((one) => one.route.key === key).raise();
  }

  private transform(): [number, number, number] {
    const [width, height] = this.size();
    const { k, x, y } = this.view;
    const scale = (width / this.page.frame.width) * k;
    return [scale, width / 2 - x * width * k, (height - 7) / 2 + 7 - y * (height - 7) * k];
  }

  private drift(): void {
    cancelAnimationFrame(this.frame);
    const start = performance.now();
    const step = (now: number): void => {
      const t = Math.min(1, Math.max(0, (now - start) / DRIFT));
      this.progress = t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2;
      this.paintFlows();
      if (t < 1) this.frame = requestAnimationFrame(step);
    };
    this.progress = 0;
    this.paint();
    this.frame = requestAnimationFrame(step);
  }

  private settle(): void {
    cancelAnimationFrame(this.frame);
    this.progress = 1;
    this.paint();
  }

  private paintLand({ units, borders, fill, chosen, routes }: Scene): void {
    const tone = (code: string): string => {
      const value = fill?.values[code];
      if (!fill) return "bare";
      if (value === null || value === undefined) return "no-data";
      return hasDots(fill) ? "bare" : `c-${fill.indicator.palette}-${classOf(fill, value)}`;
    };
    const svg = select(this.svg);
    // What the server has drawn has no datum yet, but its code.
    const outline = function (this: unknown, unit: Unit | undefined): string {
      return unit?.code ?? (this as Element).getAttribute("data-code") ?? "";
    } as (this: unknown, unit: Unit) => string;
    svg.select("#land").classed("under", routes.length > 0)
      .selectAll<SVGPathElement, Unit>("path").data([...units], outline).join("path")
      .attr("d", (unit) => unit.d)
      .attr("data-code", (unit) => unit.code)
      .attr("role", "button")
      .attr("aria-label", (unit) => this.labelOf(unit.code))
      .attr("aria-pressed", (unit) => String(unit.code === chosen))
      .attr("tabindex", (unit) => (unit.code === chosen ? 0 : -1))
      .attr("class", (unit) => `land ${tone(unit.code)}`)
      .attr("fill", (unit) => (tone(unit.code) === "no-data" ? "url(#no-data)" : null))
      .filter((unit) => unit.code === chosen)
      .each(function () { bringForward(this); });
    svg.select("#borders").selectAll<SVGPathElement, Unit>("path").data([...borders], outline).join("path")
      .attr("d", (unit) => unit.d);
  }

  /** Counts as dots whose area is the count. */
  private counts(): Count[] {
    const fill = this.scene?.fill ?? null;
    if (!fill || !hasDots(fill)) return [];
    const values = Object.entries(fill.values).filter((one): one is [string, number] => (one[1] ?? 0) > 0);
    const largest = Math.max(...values.map(([, value]) => value));
    const most = (this.isPhone() ? 15 : 28) * (values.length > 60 ? 0.6 : 1);
    const where = new Map(this.page.places.map((place) => [place.code, place.xy]));
    return values
      .sort((one, other) => other[1] - one[1])
      .flatMap(([code, value]) => {
        const xy = where.get(code);
        return xy ? { code, xy, radius: Math.max(1, most * Math.sqrt(value / largest)) } : [];
      });
  }

  private paint(): void {
    if (!this.scene) return;
    const [width, height] = this.size();
    const [k, x, y] = this.transform();
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.classList.add("live");
    const move = `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${k.toFixed(5)})`;
    select(this.svg).selectAll("#land, #borders").attr("transform", move);
    select(this.svg).select("#counts").selectAll<SVGCircleElement, Count>("circle")
      .data(this.counts(), (one) => one.code).join("circle")
      .attr("class", `count c-${this.scene?.fill?.indicator.palette ?? ""}`)
      .attr("r", (one) => one.radius.toFixed(1))
      .attr("cx", (one) => this.at(one.xy)[0].toFixed(1)).attr("cy", (one) => this.at(one.xy)[1].toFixed(1));
    this.paintFlows();
    this.paintNames(this.scene);
  }

  private paintFlows(): void {
    const dashed = this.scene?.dashed ?? true;
    const shown = [...this.moving.values()].reverse();
    const where = new Map(this.page.places.map((place) => [place.code, place.xy]));
    select(this.svg).select("#flows").selectAll<SVGPathElement, Moving>("path")
      .data(shown, function (one) { return one?.route.key ?? (this as Element).getAttribute("data-key") ?? ""; })
      .join("path")
      .attr("data-key", (one) => one.route.key)
      .attr("class", (one) => `flow ${one.route.kind}`)
      .attr("d", ({ route, from, to }) => {
        const [a, b] = [where.get(route.from), where.get(route.to)];
        const width = from + (to - from) * this.progress;
        return a && b ? caravan(this.at(a), this.at(b), width, dashed) : "";
      });
  }

  private paintNames({ chosen, routes }: Scene): void {
    const large = routes.slice(0, 3).flatMap((route) => [route.from, route.to]);
    const first = this.page.levels[0]?.key;
    const main = this.page.places.filter((place) => place.xy && (place.level === first || place.code === chosen));
    const rank = (code: string): number =>
      code === chosen ? 0 : code === this.page.capital ? 1 : large.includes(code) ? 2 + large.indexOf(code) : 99;
    const labels = main
      .map((place): Label => ({
        code: place.code, name: place.name, at: this.at(place.xy ?? [0, 0]), important: place.code === chosen,
        always: place.code === chosen || place.code === this.page.capital,
      }))
      .sort((one, other) => rank(one.code) - rank(other.code));
    const most = this.isPhone() ? Math.round(3 * this.view.k ** 1.5) : 99;
    select(this.svg).select("#dots").selectAll<SVGCircleElement, Label>("circle")
      .data(labels, (label) => label.code).join("circle")
      .attr("class", (label) => `dot${label.important ? " chosen" : ""}`)
      .attr("r", (label) => (label.important ? 5 : this.isPhone() ? 1.8 : 2.6))
      .attr("cx", (label) => label.at[0]).attr("cy", (label) => label.at[1]);
    select(this.svg).select("#names").selectAll<SVGTextElement, Label>("text")
      .data(placeLabels(labels, this.size(), most, this.font), (label) => label.code).join("text")
      .attr("class", (label) => (label.important ? "name chosen" : "name"))
      .attr("x", (label) => label.x).attr("y", (label) => label.y)
      .attr("text-anchor", (label) => label.anchor)
      .text((label) => label.name);
  }
}

/** Draws an element last, and so on top; one that has the focus keeps it. */
function bringForward(shape: SVGElement): void {
  if (shape === shape.parentElement?.lastElementChild) return;
  const focused = document.activeElement === shape;
  shape.parentElement?.append(shape);
  if (focused) shape.focus();
}
