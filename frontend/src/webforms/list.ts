/** The list of forms: what waits, whether there is a link, and a button to send now. */

import { type Handed, need, say } from "./handed";
import { entries, remove, type Entry } from "./queue";
import { send, type Outcome } from "./sending";

// Milliseconds. A browser says that the link is back before anything goes through.
const SOON = 2000;
const AGAIN = 60_000;

function line(handed: Handed, entry: Entry, changed: () => Promise<void>): HTMLLIElement {
  const item = document.createElement("li");
  const when = new Date(entry.at);
  const shown = new Date(when.getTime() - when.getTimezoneOffset() * 60_000).toISOString();
  item.append(`${entry.title} · ${shown.slice(0, 16).replace("T", " ")}`);
  if (!entry.problem) return item;
  const why = document.createElement("p");
  why.className = "problem";
  why.textContent = entry.problem;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet";
  button.textContent = say(handed, "remove");
  button.addEventListener("click", () => {
    if (confirm(say(handed, "remove_sure"))) void remove(entry.id).then(changed);
  });
  item.append(why, button);
  return item;
}

export function linkWords(handed: Handed, count: number): string {
  if (navigator.onLine) return count ? say(handed, "online", count) : say(handed, "nothing");
  return count ? say(handed, "offline", count) : say(handed, "nothing_offline");
}

export async function showQueue(handed: Handed): Promise<void> {
  const button = need<HTMLButtonElement>("#send-now");
  const list = need<HTMLUListElement>("#waiting");
  const link = need<HTMLElement>("#link");

  async function draw(outcome: Outcome = "tried"): Promise<void> {
    const waiting = await entries(handed.user);
    list.replaceChildren(...waiting.map((entry) => line(handed, entry, draw)));
    button.hidden = !waiting.length;
    const why = outcome === "signed_out" || outcome === "other_user" ? ` ${say(handed, outcome)}` : "";
    link.textContent = linkWords(handed, waiting.length) + why;
  }

  let wait = SOON;
  let timer = 0;

  async function trySending(): Promise<void> {
    clearTimeout(timer);
    const waiting = await entries(handed.user);
    if (!waiting.length || !navigator.onLine) return draw();
    link.textContent = say(handed, "sending");
    const outcome = await send(handed);
    await draw(outcome);
    const left = (await entries(handed.user)).length;
    wait = left && left === waiting.length ? Math.min(2 * wait, AGAIN) : SOON;
    if (left) timer = setTimeout(() => void trySending(), wait);
  }

  function trySoon(): void {
    wait = SOON;
    void trySending();
  }

  button.addEventListener("click", trySoon);
  addEventListener("online", trySoon);
  addEventListener("offline", () => void draw());
  need<HTMLElement>("#queue").hidden = false;
  await trySending();
}
