/** The same figures as tables: all places of the year, and the routes that are drawn. */

import { element, the } from "./dom";
import { nameOf } from "./finding";
import { type AllSeries, balanceOf, type Fill, netOf } from "./reckon";
import type { State } from "./state";
import type { Page, Route } from "./types";
import { number, say, signed } from "./words";

export interface TableModel {
  page: Page;
  state: State;
  series: AllSeries;
  routes: readonly Route[];
  fill: Fill | null;
}

export function renderTables(model: TableModel): void {
  the("places-table").replaceChildren(...placesTable(model));
  the("routes-table").replaceChildren(...routesTable(model));
  the("routes-table").hidden = model.routes.length === 0;
}

function cell(label: string, text: string): HTMLTableCellElement {
  return element("td", { class: "num", "data-label": label }, text);
}

function head(labels: readonly string[]): HTMLTableSectionElement {
  const cells = labels.map((label, i) => element("th", { scope: "col", class: i ? "num" : null }, label));
  return element("thead", {}, element("tr", {}, ...cells));
}

function placesTable({ page, state, series, fill }: TableModel): Node[] {
  const labels = [say("place"), say("came"), say("left"), say("net")];
  if (fill) labels.push(fill.indicator.title);
  const level = fill?.indicator.levels.includes(state.level) ? state.level : page.levels[0]?.key;
  const rows = page.places.filter((place) => place.level === level).map((place) => {
    const balance = balanceOf(series, page, place.code, state.year);
    const row = element("tr", {}, element("th", { scope: "row" }, place.name));
    row.append(cell(say("came"), number(balance.came)), cell(say("left"), number(balance.left)));
    row.append(cell(say("net"), signed(netOf(balance))));
    if (fill) row.append(cell(fill.indicator.title, number(fill.values[place.code], fill.indicator.decimals)));
    return row;
  });
  const caption = element("caption", {}, say("table_places", { year: state.year }));
  return [caption, head(labels), element("tbody", {}, ...rows)];
}

function routesTable({ page, state, routes }: TableModel): Node[] {
  const labels = [say("column_from"), say("column_to"), say("column_persons"), say("column_range")];
  const rows = routes.map((route) => {
    const range = route.low === null || route.high === null ? "–" : `${number(route.low)}–${number(route.high)}`;
    return element("tr", {},
      element("th", { scope: "row" }, nameOf(page, route.from)),
      element("td", { "data-label": say("column_to") }, nameOf(page, route.to)),
      cell(say("column_persons"), number(route.persons)),
      cell(say("column_range"), range));
  });
  const header = head(labels);
  header.querySelectorAll("th").item(1).removeAttribute("class");
  const caption = element("caption", {}, say(`table_routes_${page.quality}`, { year: state.year }));
  return [caption, header, element("tbody", {}, ...rows)];
}
