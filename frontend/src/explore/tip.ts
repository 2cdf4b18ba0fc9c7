/** The sentence about what the pointer or the keyboard is on; the same words are announced. */

import { the } from "./dom";
import { nameOf } from "./finding";
import { type AllSeries, balanceOf, type Fill, netOf } from "./reckon";
import { fillSentence } from "./panel";
import type { Page, Point, Row } from "./types";
import { number, say, signed } from "./words";

export function routeSentence(page: Page, [from, to, persons, low, high]: Row): string {
  const slots = {
    from: nameOf(page, from), to: nameOf(page, to), persons: number(persons),
    low: number(low), high: number(high),
  };
  if (page.quality === "observed") return say("tip_route_observed", slots);
  return say(low === null || high === null ? "tip_route_net" : "tip_route_estimated", slots);
}

export function placeSentence(page: Page, series: AllSeries, fill: Fill | null, code: string, year: number): string {
  const balance = balanceOf(series, page, code, year);
  const net = netOf(balance);
  const slots = {
    place: nameOf(page, code), year, came: number(balance.came), left: number(balance.left), net: signed(net),
  };
  const parts = [net === null && !series[code]?.arrivals ? `${slots.place}.` : say("tip_place", slots)];
  if (fill) parts.push(fillSentence(fill, code));
  return parts.join(" ");
}

export class Tip {
  private readonly box = the("tip");
  private readonly live = the("announced");
  private timer = 0;

  show(text: string, at: Point, width: number): void {
    this.box.textContent = text;
    this.box.classList.add("seen");
    const left = Math.max(0, Math.min(at[0] + 14, width - this.box.offsetWidth - 4));
    this.box.style.left = `${left}px`;
    this.box.style.top = `${at[1] + 16}px`;
  }

  hide(): void {
    this.box.classList.remove("seen");
  }

  /** Says a sentence to those who listen, once things have come to rest. */
  announce(text: string, wait = 500): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => { this.live.textContent = text; }, wait);
  }
}
