/** Figures of one state: balances, classes of the fill, the routes that are drawn. */

import type { State } from "./state";
import type { Balance, Indicator, IndicatorFile, Page, Route, Row, Series, Values } from "./types";

export type AllSeries = Record<string, Series>;

const MOST = { place: 40, all: 70, none: 0 };

export function balanceOf(series: AllSeries, page: Page, code: string, year: number): Balance {
  const at = page.years.indexOf(year);
  const one = series[code];
  return { came: one?.arrivals?.[at] ?? null, left: one?.departures?.[at] ?? null };
}

export function netOf({ came, left }: Balance): number | null {
  return came === null || left === null ? null : came - left;
}

/** The place whose routes are shown: the chosen one, or the unit above it that has flows. */
export function routePlace(page: Page, code: string): string {
  const place = page.places.find((one) => one.code === code);
  if (!place || place.level === page.levels[0]?.key) return code;
  return place.parent || code;
}

/** The routes to draw, largest first. */
export function routesOf(rows: readonly Row[], state: State, place: string): Route[] {
  if (state.routes === "all") return rows.slice(0, MOST.all).map((row) => route(row, "all"));
  const mine = state.show === "net" ? netRoutes(rows, place) : rows.flatMap((row) => ofPlace(row, state, place));
  return mine.slice(0, MOST[state.routes]);
}

function route([from, to, persons, low, high]: Row, kind: Route["kind"]): Route {
  return { key: `${from}-${to}`, from, to, persons, low, high, kind };
}

function ofPlace(row: Row, state: State, place: string): Route[] {
  if (row[1] === place && state.show !== "out") return [route(row, "in")];
  if (row[0] === place && state.show !== "in") return [route(row, "out")];
  return [];
}

/** What remains between a place and each partner once the two directions are set off against each other. */
function netRoutes(rows: readonly Row[], place: string): Route[] {
  const partners = new Map<string, { came: number; left: number }>();
  for (const [from, to, persons] of rows) {
    if (from !== place && to !== place) continue;
    const partner = from === place ? to : from;
    const known = partners.get(partner) ?? { came: 0, left: 0 };
    known[to === place ? "came" : "left"] += persons;
    partners.set(partner, known);
  }
  return [...partners]
    .map(([partner, { came, left }]): Route => {
      const [from, to] = came >= left ? [partner, place] : [place, partner];
      const kind = came >= left ? "in" : "out";
      return { key: `${from}-${to}`, from, to, persons: Math.abs(came - left), low: null, high: null, kind };
    })
    .filter((one) => one.persons > 0)
    .sort((one, other) => other.persons - one.persons);
}

/** The rows of one direction at a place, largest first. */
export function partners(rows: readonly Row[], place: string, kind: "in" | "out"): Row[] {
  return rows.filter((row) => row[kind === "in" ? 1 : 0] === place);
}

/** What the land, or the dots on it, say; `year` is null where the values are of no year. */
export interface Fill {
  indicator: Indicator;
  year: number | null;
  breaks: readonly number[];
  values: Values;
}

/** The fill of a state; an indicator without the year shows its nearest earlier one, or its first. */
export function fillOf(page: Page, state: State, file: IndicatorFile | null): Fill | null {
  const indicator = page.indicators.find((one) => one.key === state.fill);
  if (!indicator || !file) return null;
  const byYear = file[state.level] ?? {};
  const years = Object.keys(byYear).map(Number).filter(Number.isFinite).sort((one, other) => one - other);
  const year = years.filter((one) => one <= state.year).at(-1) ?? years[0] ?? null;
  const values = byYear[year ?? Object.keys(byYear)[0] ?? ""] ?? {};
  return { indicator, year, values, breaks: indicator.level_breaks[state.level] ?? indicator.breaks };
}

/** The class of a value, from 1; the classes of every palette are spread over its steps. */
export function classOf(fill: Fill, value: number): number {
  const steps = stepsOf(fill.indicator);
  const rank = fill.breaks.filter((at) => value > at).length;
  return 1 + (fill.breaks.length ? Math.round((rank * (steps - 1)) / fill.breaks.length) : 0);
}

export function stepsOf(indicator: Indicator): number {
  return indicator.palette === "net" ? 9 : 7;
}

/** Counts are dots whose area is the count; rates and shares fill the land. */
export function hasDots(fill: Fill | null): boolean {
  return fill?.indicator.mark === "dots";
}
