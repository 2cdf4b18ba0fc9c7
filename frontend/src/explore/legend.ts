/** What the colours, dots and caravans stand for. */

import { caravan } from "./caravan";
import { drawn, element, the } from "./dom";
import { type Fill, hasDots, stepsOf } from "./reckon";
import type { Page, Routes, Show } from "./types";
import { number, say, signed } from "./words";

export function renderFillKey(fill: Fill | null, missing: boolean): void {
  const box = the("fill-key");
  box.hidden = fill === null;
  if (!fill) return;
  const { indicator, breaks, year } = fill;
  const slots = { title: indicator.title, year: year ?? "" };
  const title = year === null || indicator.palette === "net" ? indicator.title : say("key_title", slots);
  const parts: Node[] = [element("span", {}, title)];
  if (hasDots(fill)) parts.push(element("div", {}, say("key_dots", { unit: indicator.unit })));
  else parts.push(ramp(indicator.palette, stepsOf(indicator)), ends(fill, breaks));
  if (missing) {
    const svg = drawn("svg", { class: "swatch", "aria-hidden": "true" }, drawn("rect", { width: "100%", height: "100%", fill: "url(#no-data)" }));
    parts.push(element("div", { class: "no-data-key" }, svg, say("no_data")));
  }
  if (indicator.quality === "estimated") parts.push(element("span", { class: "tag estimated" }, say("estimated")));
  box.replaceChildren(...parts);
}

function ramp(palette: string, steps: number): Node {
  const ranks = Array.from({ length: steps }, (_, i) => element("li", { class: `c-${palette}-${i + 1}` }));
  return element("ol", { "aria-hidden": "true" }, ...ranks);
}

function ends({ indicator }: Fill, breaks: readonly number[]): Node {
  const [low, high] = [breaks[0] ?? 0, breaks.at(-1) ?? 0];
  const words = indicator.palette === "net"
    ? [say("key_loses", { value: number(low) }), "0", say("key_gains", { value: signed(high) })]
    : [say("key_under", { value: number(low, indicator.decimals) }), say("key_over", { value: number(high, indicator.decimals) })];
  return element("div", { class: "ends" }, ...words.map((word) => element("span", {}, word)));
}

/** The larger sample, as a share of the widest route of all years. */
const SAMPLE = 0.4;

/** Two sample caravans with their numbers of people, at the map's own scale. */
export function renderRouteKey(page: Page, routes: Routes, show: Show, widest: number, top: number): void {
  const box = the("route-key");
  box.hidden = routes === "none";
  if (routes === "none") return;
  const kinds = routes === "all" ? ["all"] : show === "both" || show === "net" ? ["in", "out"] : [show];
  const step = 10 ** Math.floor(Math.log10(widest * SAMPLE));
  const large = Math.max(1, Math.floor((widest * SAMPLE) / step) * step);
  const persons = [large, Math.max(1, Math.round(large / 4))];
  const samples = persons.map((count, i) => {
    const kind = kinds[i % kinds.length] ?? "all";
    const d = caravan([1, 5], [71, 5], Math.max(1, (count / widest) * top), page.quality === "estimated");
    const svg = drawn("svg", { viewBox: "0 0 72 16", "aria-hidden": "true" }, drawn("path", { class: `flow ${kind}`, d }));
    const word = kind === "all" ? "" : `${say(kind === "in" ? "came" : "left")}, `;
    return element("span", { class: `sample ${kind}` }, svg, word + say("key_persons", { persons: number(count) }));
  });
  box.replaceChildren(element("span", {}, say(`key_route_${page.quality}`)), element("div", { class: "samples" }, ...samples));
}
