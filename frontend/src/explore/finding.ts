/** The finding: the sentence that the page's heading says of a state (the server says the same, finding.py). */

import { type AllSeries, balanceOf, netOf } from "./reckon";
import type { State } from "./state";
import type { Page } from "./types";
import { number, say } from "./words";

export function nameOf(page: Page, code: string): string {
  return page.places.find((place) => place.code === code)?.name ?? code;
}

export function findingOf(page: Page, state: State, series: AllSeries, place: string): string {
  return state.routes === "all" ? ofCountry(page, state, series) : ofPlace(page, state, series, place);
}

function ofPlace(page: Page, state: State, series: AllSeries, place: string): string {
  const balance = balanceOf(series, page, place, state.year);
  const net = netOf(balance);
  const slots = { year: state.year, place: nameOf(page, place) };
  if (net === null) return say("finding_unknown", slots);
  const persons = number(Math.abs(net));
  if (net === 0) return say("finding_even", slots);
  if (place === page.capital) {
    const [losers, all] = losing(page, state, series);
    const key = `finding_capital_${net > 0 ? "gained" : "lost"}_${losers === all ? "all" : "some"}`;
    return say(key, { ...slots, persons, losers, all, units: page.levels[0]?.plural ?? "" });
  }
  const rate = balance.left ? Math.round((100 * (balance.came ?? 0)) / balance.left) : null;
  if (rate === null) return say("finding_gained_only", { ...slots, persons });
  return say(net > 0 ? "finding_gained" : "finding_lost", { ...slots, persons, rate });
}

/** How many places but the capital lost people, of how many with figures. */
function losing(page: Page, state: State, series: AllSeries): [number, number] {
  const nets = others(page)
    .map((code) => netOf(balanceOf(series, page, code, state.year)))
    .filter((net) => net !== null);
  return [nets.filter((net) => net < 0).length, nets.length];
}

function others(page: Page): string[] {
  const first = page.levels[0]?.key;
  return page.places.filter((one) => one.level === first && one.code !== page.capital).map((one) => one.code);
}

function ofCountry(page: Page, state: State, series: AllSeries): string {
  const moves = balanceOf(series, page, page.country, state.year).came;
  const nets = page.places
    .filter((one) => one.level === page.levels[0]?.key)
    .map((one) => ({ name: one.name, net: netOf(balanceOf(series, page, one.code, state.year)) }))
    .filter((one): one is { name: string; net: number } => one.net !== null)
    .sort((one, other) => other.net - one.net);
  const [first, last] = [nets[0], nets.at(-1)];
  if (moves === null || !first || !last) return say("finding_country_unknown", { year: state.year });
  return say("finding_country", {
    year: state.year, persons: number(moves), first: first.name, last: last.name,
  });
}
