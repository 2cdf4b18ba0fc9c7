/** Arrivals over the horizon, departures under it, year by year, with the events behind. */

import { drawn, the } from "./dom";
import type { AllSeries } from "./reckon";
import type { Page, PlaceEvent } from "./types";
import { say } from "./words";

const ZERO = 64;
const TOP = 18;
const BOTTOM = 96;

/** Bars of a place; positions are shares of the width, so that the drawing fits every screen. */
export function renderTimeline(page: Page, series: AllSeries, code: string): void {
  const one = series[code];
  const came = one?.arrivals ?? [];
  const left = one?.departures ?? [];
  const most = (values: readonly (number | null)[]): number => Math.max(1, ...values.map((v) => v ?? 0));
  const scale = Math.min((ZERO - TOP) / most(came), (BOTTOM - ZERO) / most(left));
  const doubted = new Set(one?.doubtful.map((doubt) => doubt.year));
  const step = 100 / Math.max(1, page.years.length - 1);
  const bars = page.years.flatMap((year, at) => {
    const group = drawn("g", { class: "year", "data-year": year });
    const place = { x: `${(at * step - step * 0.33).toFixed(2)}%`, width: `${(step * 0.66).toFixed(2)}%` };
    const bar = (value: number, y: number, kind: string): SVGRectElement =>
      drawn("rect", { ...place, y: y.toFixed(1), height: (value * scale).toFixed(1), class: doubted.has(year) ? null : kind, fill: doubted.has(year) ? `url(#bar-${kind})` : null });
    const [arrivals, departures] = [came[at] ?? null, left[at] ?? null];
    group.append(drawn("rect", { ...place, x: `${((at - 0.5) * step).toFixed(2)}%`, width: `${step.toFixed(2)}%`, y: 0, height: 120, class: "hit" }));
    if (arrivals !== null) group.append(bar(arrivals, ZERO - arrivals * scale, "in"));
    if (departures !== null) group.append(bar(departures, ZERO, "out"));
    return group;
  });
  the<SVGGElement>("bars").replaceChildren(...bars);
  the("doubt-key").hidden = doubted.size === 0;
}

export function markYear(year: number): void {
  for (const group of the<SVGGElement>("bars").children) {
    group.classList.toggle("now", group.getAttribute("data-year") === String(year));
  }
}

/** The event of a year in words, for the sentence beside the year. */
export function eventsOf(page: Page, year: number): string {
  const told = page.events.filter((event: PlaceEvent) => event.from <= year && year <= event.to);
  return told.map((event) => event.label).join(say("list_comma"));
}
