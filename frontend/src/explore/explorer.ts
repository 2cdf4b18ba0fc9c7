/** Holds the state and brings everything on the page in line with it. */

import { showState } from "./controls";
import type { Figures } from "./data";
import { the } from "./dom";
import { findingOf, nameOf } from "./finding";
import { renderFillKey, renderRouteKey } from "./legend";
import { MapView, WIDEST } from "./map";
import { Notice } from "./notice";
import { renderPanel } from "./panel";
import { pictureOf, save } from "./picture";
import { type Deeds, listenToList, listenToMap } from "./pointing";
import { type AllSeries, type Fill, fillOf, routePlace, routesOf } from "./reckon";
import { NO_FILL, queryOf, readState, type State, WHOLE } from "./state";
import { renderTables } from "./table";
import { eventsOf, markYear, renderTimeline } from "./timeline";
import { placeSentence, routeSentence, Tip } from "./tip";
import type { Page, Route, Row, Unit } from "./types";
import { say } from "./words";
import { Zoom } from "./zoom";

const DRIFT = 900;
const REST = 400;

/** All that a state needs from the bundle. */
interface Loaded {
  series: AllSeries;
  rows: Row[];
  fill: Fill | null;
  spoken: Fill | null;
  units: Unit[];
  borders: Unit[];
}

export class Explorer {
  state: State;
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)");
  private readonly map: MapView;
  private readonly zoom: Zoom;
  private readonly tip = new Tip();
  private readonly notice = new Notice();
  private readonly first: Unit[];
  private loaded: Loaded | null = null;
  private timelineOf = "";
  private turn = 0;

  constructor(private readonly page: Page, private readonly figures: Figures, private readonly begin: State) {
    this.state = readState(new URLSearchParams(location.search), page, { ...begin, view: WHOLE });
    const svg = the<SVGSVGElement>("map");
    this.first = [...svg.querySelectorAll("#land path, #borders path")]
      .filter((path) => page.places.some((place) => place.code === path.getAttribute("data-code") && place.level === page.levels[0]?.key))
      .map((path) => ({ code: path.getAttribute("data-code") ?? "", d: path.getAttribute("d") ?? "" }));
    this.map = new MapView(svg, page, () => this.still.matches, (code) => this.sentenceOf(code));
    this.zoom = new Zoom(svg, {
      size: () => this.map.size(),
      changed: (view, settled) => this.moved(view, settled),
      oneFinger: () => this.notice.brief(say("two_fingers")),
      calm: () => this.still.matches,
    });
    this.listen(svg);
  }

  async start(): Promise<void> {
    await this.update(false);
    this.zoom.set(this.state.view, false);
  }

  /** Changes the state; a new place is a new page of the history, all else replaces the present one. */
  change(next: Partial<State>, how: "push" | "replace" = "replace"): void {
    this.state = { ...this.state, ...next };
    history[how === "push" ? "pushState" : "replaceState"](null, "", `?${queryOf(this.state)}`);
    void this.update(true);
  }

  nextYear(): void {
    const years = this.page.years;
    const at = years.indexOf(this.state.year);
    this.change({ year: years[(at + 1) % years.length] ?? this.state.year });
    void this.figures.flows(years[(at + 2) % years.length] ?? this.state.year).catch(() => undefined);
  }

  /** Milliseconds from year to year. */
  pace(): number {
    return DRIFT + REST;
  }

  private listen(svg: SVGSVGElement): void {
    const deeds: Deeds = {
      choose: (code) => this.change({ place: code, routes: this.state.routes === "all" ? "place" : this.state.routes }, "push"),
      about: (what, at, spoken) => {
        const text = !what || !this.loaded ? "" : "place" in what ? this.sentenceOf(what.place) : this.routeSentence(what.route);
        if (!text) return this.tip.hide();
        this.tip.show(text, at, this.map.size()[0]);
        if (spoken) this.tip.announce(text, 150);
      },
    };
    listenToMap(this.map, this.zoom, this.page, deeds);
    listenToList(the("panel-lists"), this.map, this.page, deeds);
    const deed = (id: string, does: () => unknown): void => the(id).addEventListener("click", () => void does());
    deed("zoom-in", () => this.zoom.in());
    deed("zoom-out", () => this.zoom.out());
    deed("zoom-whole", () => this.zoom.whole());
    deed("copy-link", () => this.copyLink());
    deed("save-picture", () => this.savePicture(svg));
    deed("print", () => print());
    addEventListener("popstate", () => {
      this.state = readState(new URLSearchParams(location.search), this.page, { ...this.begin, view: WHOLE });
      this.zoom.set(this.state.view, false);
      void this.update(true);
    });
    addEventListener("online", () => void this.update(false));
  }

  private moved(view: State["view"], settled: boolean): void {
    this.map.zoomTo(view);
    this.tip.hide();
    the<HTMLButtonElement>("zoom-out").disabled = the<HTMLButtonElement>("zoom-whole").disabled = view.k === 1;
    if (!settled) return;
    this.state = { ...this.state, view };
    history.replaceState(null, "", `?${queryOf(this.state)}`);
    showState(this.page, this.state);
  }

  /** Loads what the state needs and shows it; a later change overtakes an earlier one. */
  private async update(drifts: boolean): Promise<void> {
    this.turn += 1;
    const turn = this.turn;
    showState(this.page, this.state);
    markYear(this.state.year);
    this.notice.loading();
    try {
      const loaded = await this.load(this.state);
      if (turn !== this.turn) return;
      this.loaded = loaded;
      this.notice.done();
    } catch {
      if (turn === this.turn) this.notice.failed(() => void this.update(drifts));
      return;
    }
    this.render(this.loaded, drifts);
  }

  private async load(state: State): Promise<Loaded> {
    const small = state.level !== this.page.levels[0]?.key;
    const [series, rows, file, units] = await Promise.all([
      this.figures.series(),
      this.figures.flows(state.year),
      state.fill === NO_FILL ? null : this.figures.indicator(state.fill),
      small && this.page.levels.find((level) => level.key === state.level)?.shapes ? this.figures.shapes(state.level) : this.first,
      small ? this.namesOf(state.level) : null,
    ]);
    const fill = fillOf(this.page, state, file);
    // The chosen place may lie on another level than the areas.
    const level = this.page.places.find((place) => place.code === state.place)?.level ?? state.level;
    const spoken = fillOf(this.page, { ...state, level }, file);
    return { series, rows, fill, spoken, units, borders: units === this.first ? [] : this.first };
  }

  /** Adds the smaller places' names, once. */
  private async namesOf(level: string): Promise<void> {
    const places = await this.figures.places();
    const known = new Set(this.page.places.map((place) => place.code));
    for (const { name, parent, ...place } of places) {
      if (place.level !== level || known.has(place.code)) continue;
      this.page.places.push({ ...place, name: name[this.page.lang] ?? place.code, parent: parent ?? "" });
    }
  }

  private render({ series, rows, fill, spoken, units, borders }: Loaded, drifts: boolean): void {
    const { page, state } = this;
    const place = routePlace(page, state.place);
    const routes: Route[] = routesOf(rows, state, place);
    const widest = page.widest[state.routes === "all" ? page.country : place] ?? 1;
    showState(page, state);
    this.map.show({ routes, widest, dashed: page.quality === "estimated", fill, chosen: state.place, units, borders }, drifts);
    const finding = findingOf(page, state, series, place);
    the("finding").textContent = finding;
    document.title = say("title", { finding });
    this.tip.announce(finding);
    renderPanel({ page, state, place, series, rows, fill, spoken });
    renderFillKey(fill, units.some((unit) => (fill?.values[unit.code] ?? null) === null));
    the("stage").classList.toggle("flowless", routes.length === 0);
    the("map").classList.toggle("small-units", borders.length > 0);
    renderRouteKey(page, state.routes, state.show, widest, this.map.isPhone() ? WIDEST.phone : WIDEST.desk);
    renderTables({ page, state, series, routes, fill });
    const subject = state.routes === "all" ? page.country : place;
    if (this.timelineOf !== subject) renderTimeline(page, series, subject);
    this.timelineOf = subject;
    markYear(state.year);
    the("year-events").textContent = eventsOf(page, state.year);
    the("fill-note").textContent = fill ? fill.indicator.caveat : "";
  }

  private sentenceOf(code: string): string {
    if (!this.loaded) return nameOf(this.page, code);
    return placeSentence(this.page, this.loaded.series, this.loaded.fill, code, this.state.year);
  }

  private routeSentence(key: string): string {
    const place = routePlace(this.page, this.state.place);
    const route = routesOf(this.loaded?.rows ?? [], this.state, place).find((one) => one.key === key);
    const row = this.loaded?.rows.find((one) => `${one[0]}-${one[1]}` === key);
    if (route && this.state.show === "net" && this.state.routes === "place") {
      return routeSentence(this.page, [route.from, route.to, route.persons, null, null]);
    }
    return row ? routeSentence(this.page, row) : "";
  }

  private async copyLink(): Promise<void> {
    const link = `${location.origin}${location.pathname}?${queryOf(this.state)}`;
    try {
      await navigator.clipboard.writeText(link);
      this.notice.brief(say("copied"));
    } catch {
      this.notice.brief(say("copy_by_hand", { link }));
    }
  }

  private async savePicture(svg: SVGSVGElement): Promise<void> {
    const key = the("fill-key");
    const told = (query: string): string[] => [...key.querySelectorAll<HTMLElement>(query)].map((one) => one.innerText);
    const colours = [...key.querySelectorAll("li")].map((step) => getComputedStyle(step).backgroundColor);
    const others = colours.length ? told(".no-data-key") : told("span, div");
    const lines = [others.join(" · "), the("routes-note").innerText, this.page.source].filter(Boolean);
    const ramp = { title: [...told("span").slice(0, 1), ...told(".tag")].join(", "), colours, ends: told(".ends span") };
    try {
      const blob = await pictureOf(svg, { finding: the("finding").innerText, lines, ramp });
      save(blob, `nuudel-${this.state.place}-${this.state.year}.png`);
    } catch {
      this.notice.brief(say("picture_failed"));
    }
  }
}
