/** What is shown, as the address of the page says it. */

import type { Page, Routes, Show } from "./types";

export interface View {
  k: number;
  x: number;
  y: number;
}

export interface State {
  place: string;
  year: number;
  show: Show;
  routes: Routes;
  level: string;
  fill: string;
  view: View;
}

export const NO_FILL = "none";
export const WHOLE: View = { k: 1, x: 0, y: 0 };

const SHOWS: readonly Show[] = ["both", "in", "out", "net"];
const ROUTES: readonly Routes[] = ["place", "all", "none"];

function chosen<T extends string>(value: string | null, known: readonly T[], otherwise: T): T {
  return known.find((one) => one === value) ?? otherwise;
}

/** The state that an address asks for; what it does not say, or says wrongly, is as the page starts. */
export function readState(query: URLSearchParams, page: Page, start: State): State {
  const year = Number(query.get("year") ?? start.year);
  const fills = [NO_FILL, ...page.indicators.map((one) => one.key)];
  return {
    place: query.get("place") ?? start.place,
    year: page.years.includes(year) ? year : start.year,
    show: chosen(query.get("show"), SHOWS, start.show),
    routes: chosen(query.get("routes"), ROUTES, start.routes),
    level: chosen(query.get("level"), page.levels.map((one) => one.key), start.level),
    fill: chosen(query.get("fill"), fills, start.fill),
    view: readView(query.get("at")),
  };
}

function readView(text: string | null): View {
  const [k, x, y] = (text ?? "").split("_").map(Number);
  if (k === undefined || x === undefined || y === undefined) return WHOLE;
  return [k, x, y].every(Number.isFinite) && k > 1 && k <= 12 ? { k, x, y } : WHOLE;
}

/** The whole state as a query, in a fixed order. */
export function queryOf(state: State): string {
  const query = filtersOf(state);
  const { k, x, y } = state.view;
  if (k > 1.005) query.set("at", [k.toFixed(2), x.toFixed(3), y.toFixed(3)].join("_"));
  return query.toString();
}

/** What a download needs to know. */
export function filtersOf(state: State): URLSearchParams {
  return new URLSearchParams({
    place: state.place,
    year: String(state.year),
    show: state.show,
    routes: state.routes,
    level: state.level,
    fill: state.fill,
  });
}
