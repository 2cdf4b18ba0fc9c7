/** The form over the map, the year's slider, the links that carry the state; the deeds are the explorer's. */

import { element, the } from "./dom";
import { filtersOf, queryOf, type State } from "./state";
import type { Page } from "./types";
import { say } from "./words";

export type Change = (next: Partial<State>, how?: "push" | "replace") => void;

const form = (): HTMLFormElement => the<HTMLFormElement>("filters");

/** What the form says, as a part of the state. */
function chosen(field: HTMLSelectElement | HTMLInputElement): Partial<State> {
  return { [field.name]: field.value } as Partial<State>;
}

export function listenToControls(change: Change): void {
  // The fields of the colours stand beside the map, outside the form that they belong to.
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLSelectElement | HTMLInputElement;
    if (field.form !== form()) return;
    if (field.name === "year") return change({ year: Number(field.value) });
    change(chosen(field), field.name === "place" ? "push" : "replace");
  });
  form().addEventListener("submit", (event) => event.preventDefault());
  the("year").addEventListener("input", (event) => change({ year: Number((event.target as HTMLInputElement).value) }));
  the("bars").addEventListener("click", (event) => {
    const year = (event.target as Element).closest("[data-year]")?.getAttribute("data-year");
    if (year) change({ year: Number(year) });
  });
}

/** Brings form, slider and links in line with the state. */
export function showState(page: Page, state: State): void {
  renderPlaces(page, state);
  for (const name of ["show", "routes"] as const) {
    const field = form().elements.namedItem(name);
    if (field instanceof RadioNodeList) field.value = state[name];
  }
  for (const name of ["level", "fill", "year"] as const) {
    const field = form().elements.namedItem(name);
    if (field instanceof HTMLSelectElement) field.value = String(state[name]);
  }
  the("show-field").toggleAttribute("disabled", state.routes !== "place");
  const slider = the<HTMLInputElement>("year");
  slider.value = String(state.year);
  slider.setAttribute("aria-valuetext", String(state.year));
  the("year-shown").textContent = String(state.year);
  const query = queryOf(state);
  for (const link of document.querySelectorAll<HTMLAnchorElement>(".lang a")) link.search = query;
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-download]")) {
    link.search = filtersOf(state).toString();
  }
}

/** The places to choose from: the units of flows, and, at the smaller level, theirs in groups. */
function renderPlaces(page: Page, state: State): void {
  const select = the<HTMLSelectElement>("place");
  const first = page.levels[0]?.key;
  const small = page.places.filter((place) => place.level !== first);
  const stamp = `${state.level}:${small.length}`;
  if (select.dataset["stamp"] !== stamp) {
    select.dataset["stamp"] = stamp;
    const option = (place: { code: string; name: string }): HTMLOptionElement => element("option", { value: place.code }, place.name);
    const large = page.places.filter((place) => place.level === first);
    if (!small.length || state.level === first) select.replaceChildren(...[...large, ...small].map(option));
    else select.replaceChildren(...large.map((above) => {
      const inside = small.filter((place) => place.parent === above.code);
      return element("optgroup", { label: above.name }, option(above), ...inside.map(option));
    }));
  }
  select.value = state.place;
}

/** Play goes from year to year until it is stopped; a page that is not seen stands still. */
export class Player {
  private timer = 0;

  constructor(private readonly next: () => void, private readonly pause: () => number) {
    the("play").addEventListener("click", () => (this.timer ? this.stop() : this.start()));
    document.addEventListener("visibilitychange", () => document.hidden && this.stop());
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = 0;
    the("play").textContent = say("play");
  }

  private start(): void {
    the("play").textContent = say("pause");
    this.next();
    this.timer = window.setInterval(this.next, this.pause());
  }
}
