/** Choosing and asking on the map and the list: mouse, finger, keyboard. */

import type { MapView } from "./map";
import type { Page, Point } from "./types";
import type { Zoom } from "./zoom";

export interface Deeds {
  choose: (code: string) => void;
  /** Speaks of a place or a route at a point of the map; null ends it. */
  about: (what: { place: string } | { route: string } | null, at: Point, spoken: boolean) => void;
}

const PAN = 0.2;
const ARROWS: Record<string, Point> = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};

const codeOf = (target: EventTarget | null): string | null =>
  (target as Element | null)?.closest?.("[data-code]")?.getAttribute("data-code") ?? null;

export function listenToMap(map: MapView, zoom: Zoom, page: Page, deeds: Deeds): void {
  const svg = map.svg;
  svg.setAttribute("tabindex", "0");
  const pointAt = (event: MouseEvent): Point => {
    const box = svg.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const aim = (event: MouseEvent): void => {
    const route = (event.target as Element).closest?.("#flows [data-key]")?.getAttribute("data-key");
    const place = codeOf(event.target);
    deeds.about(route ? { route } : place ? { place } : null, pointAt(event), false);
  };
  svg.addEventListener("mousemove", aim);
  svg.addEventListener("mouseleave", (event) => deeds.about(null, pointAt(event), false));
  svg.addEventListener("click", (event) => {
    const code = codeOf(event.target);
    if (code) deeds.choose(code);
    else aim(event);
  });
  svg.addEventListener("focusin", (event) => {
    const place = codeOf(event.target);
    if (place && (event.target as Element).matches(":focus-visible")) deeds.about({ place }, centre(map, page, place), true);
  });
  svg.addEventListener("focusout", () => deeds.about(null, [0, 0], false));
  svg.addEventListener("keydown", (event) => key(event, map, zoom, page, deeds));
}

function centre(map: MapView, page: Page, code: string): Point {
  return map.at(page.places.find((place) => place.code === code)?.xy ?? [0, 0]);
}

/** On the map itself the arrows move it; on a place they go to its neighbour. */
function key(event: KeyboardEvent, map: MapView, zoom: Zoom, page: Page, deeds: Deeds): void {
  const place = codeOf(event.target);
  const way = ARROWS[event.key];
  if (event.key === "Escape") deeds.about(null, [0, 0], false);
  else if (zoom.key(event)) event.preventDefault();
  else if (way && !event.altKey && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    if (place) step(map, page, place, way);
    else zoom.pan(way[0] * PAN, way[1] * PAN);
  } else if (place && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    deeds.choose(place);
    map.svg.querySelector<SVGElement>(`#land [data-code="${place}"]`)?.focus();
  }
}

/** Moves the focus to the nearest place in a direction. */
function step(map: MapView, page: Page, from: string, [right, down]: Point): void {
  const drawn = new Set([...map.svg.querySelectorAll("#land [data-code]")].map((one) => one.getAttribute("data-code")));
  const start = page.places.find((place) => place.code === from)?.xy;
  if (!start) return;
  let best: [number, string] | null = null;
  for (const { code, xy } of page.places) {
    if (code === from || !xy || !drawn.has(code)) continue;
    const [dx, dy] = [xy[0] - start[0], xy[1] - start[1]];
    const along = dx * right + dy * down;
    const across = Math.abs(dx * down) + Math.abs(dy * right);
    if (along <= 0 || across > 2 * along) continue;
    const cost = along + 2 * across;
    if (!best || cost < best[0]) best = [cost, code];
  }
  if (best) map.svg.querySelector<SVGElement>(`#land [data-code="${best[1]}"]`)?.focus();
}

/** The rows of the list speak of their routes, and lead to the partner. */
export function listenToList(list: HTMLElement, map: MapView, page: Page, deeds: Deeds): void {
  const about = (event: Event): void => {
    const row = (event.target as Element).closest("[data-route]");
    const route = row?.getAttribute("data-route") ?? null;
    map.point(route);
    const partner = row?.getAttribute("data-partner");
    if (route && partner) deeds.about({ route }, centre(map, page, partner), event.type === "focusin");
  };
  const end = (): void => {
    map.point(null);
    deeds.about(null, [0, 0], false);
  };
  for (const name of ["mouseover", "focusin"]) list.addEventListener(name, about);
  for (const name of ["mouseleave", "focusout"]) list.addEventListener(name, end);
  list.addEventListener("click", (event) => {
    const partner = (event.target as Element).closest("[data-partner]")?.getAttribute("data-partner");
    if (!partner) return;
    event.preventDefault();
    end();
    deeds.choose(partner);
  });
}
