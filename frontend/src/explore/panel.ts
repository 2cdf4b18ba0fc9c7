/** The list beside the map: the place's figures, where people came from and went to, with ranges. */

import { drawn, element, the } from "./dom";
import { nameOf } from "./finding";
import { type AllSeries, balanceOf, type Fill, netOf, partners } from "./reckon";
import { queryOf, type State } from "./state";
import type { Page, Row } from "./types";
import { number, say, signed } from "./words";

const ROWS = { in: 5, out: 4 };
const ALL_ROWS = 10;

export interface PanelModel {
  page: Page;
  state: State;
  place: string;
  series: AllSeries;
  rows: readonly Row[];
  fill: Fill | null;
  /** The fill at the level of the chosen place. */
  spoken: Fill | null;
}

export function renderPanel(model: PanelModel): void {
  const { page, state, place } = model;
  const all = state.routes === "all";
  const subject = all ? page.country : place;
  const balance = balanceOf(model.series, page, subject, state.year);
  the("panel-title").textContent = say("panel_title", { place: nameOf(page, subject), year: state.year });
  the("came").textContent = number(balance.came);
  the("left").textContent = number(balance.left);
  the("net").textContent = all ? "–" : signed(netOf(balance));
  the("net-stat").hidden = all;
  renderNotes(model, subject);
  renderLists(model, all);
  const link = the<HTMLAnchorElement>("place-page");
  link.hidden = all;
  link.textContent = say("place_page", { place: nameOf(page, state.place) });
  link.href = page.placePage.replace("CODE", state.place);
}

/** What else is known of the place: the fill's value, doubts about the year, a soum's routes. */
function renderNotes({ page, state, place, series, fill, spoken }: PanelModel, subject: string): void {
  const notes: Node[] = [];
  if (fill && subject !== page.country && fill.indicator.palette !== "net") {
    notes.push(element("p", { class: "small" }, fillSentence(spoken ?? fill, state.place)));
  }
  if (place !== state.place) {
    const slots = { place: nameOf(page, state.place), above: nameOf(page, place) };
    notes.push(element("p", { class: "note tiny" }, say("routes_of_above", slots)));
  }
  for (const doubt of series[subject]?.doubtful ?? []) {
    if (doubt.year !== state.year) continue;
    const tag = element("span", { class: "tag wait" }, say("doubtful"));
    notes.push(element("p", { class: "caveat tiny" }, tag, ` ${doubt.reason[page.lang] ?? ""}`));
  }
  the("panel-notes").replaceChildren(...notes);
}

/** An indicator's value of a place, with its year. */
export function fillSentence(fill: Fill, code: string): string {
  const { title, unit, decimals } = fill.indicator;
  const value = fill.values[code] ?? null;
  const slots = { title, year: fill.year ?? "", value: number(value, decimals), unit };
  if (value === null) return say("fill_missing", slots);
  return say(fill.year === null ? "fill_timeless" : "fill_value", slots);
}

function renderLists(model: PanelModel, all: boolean): void {
  const { page, state, place, rows } = model;
  const box = the("panel-lists");
  if (!rows.length) return box.replaceChildren(element("p", { class: "muted small" }, say("no_routes", { year: state.year })));
  if (all) {
    const pair = (row: Row): string => `${nameOf(page, row[0])} → ${nameOf(page, row[1])}`;
    return box.replaceChildren(...list(model, say("largest_routes"), rows.slice(0, ALL_ROWS), pair, "all"));
  }
  const parts: Node[] = [];
  if (state.show !== "out") {
    parts.push(...list(model, say("came_from"), partners(rows, place, "in").slice(0, ROWS.in), (row) => nameOf(page, row[0]), "in"));
  }
  if (state.show !== "in") {
    parts.push(...list(model, say("went_to"), partners(rows, place, "out").slice(0, ROWS.out), (row) => nameOf(page, row[1]), "out"));
  }
  box.replaceChildren(...parts);
}

type Kind = "in" | "out" | "all";

function list(model: PanelModel, title: string, rows: readonly Row[], name: (row: Row) => string, kind: Kind): Node[] {
  const { page } = model;
  const tag = element("span", { class: "tag estimated" }, say(page.quality));
  const most = Math.max(1, ...rows.map((row) => row[4] ?? row[2]));
  return [
    element("h3", {}, element("span", {}, title), page.quality === "estimated" ? tag : ""),
    element("ol", { class: `rows ${kind}` }, ...rows.map((row) => rowItem(model, row, name(row), kind, most))),
  ];
}

function rowItem({ page, state }: PanelModel, row: Row, name: string, kind: Kind, most: number): HTMLLIElement {
  const partner = kind === "in" ? row[0] : row[1];
  const href = `?${queryOf({ ...state, place: partner, routes: "place" })}`;
  const link = element("a", { href, class: "row", "data-route": `${row[0]}-${row[1]}`, "data-partner": partner });
  link.append(
    element("span", { class: "row-name" }, name),
    bar(row, kind, most, page.quality),
    element("span", { class: "num" }, number(row[2])),
  );
  return element("li", {}, link);
}

/** A hatched bar for an estimate, a solid one for a count; the dark line is the range. */
function bar(row: Row, kind: Kind, most: number, quality: string): SVGSVGElement {
  const share = (value: number): string => `${((100 * value) / most).toFixed(1)}%`;
  const svg = drawn("svg", { class: "bar", "aria-hidden": "true" });
  const fill = quality === "estimated" ? `url(#bar-${kind})` : null;
  svg.append(drawn("rect", { class: fill ? "" : kind, width: share(row[2]), height: "100%", fill }));
  if (row[3] !== null && row[4] !== null) {
    svg.append(drawn("line", { class: "range", x1: share(row[3]), x2: share(row[4]), y1: "50%", y2: "50%" }));
  }
  return svg;
}
