/** What is kept for hours without a network: pages, forms, files, scripts. One user's at a time. */

import type { Handed } from "./handed";

export const BEGIN = "nuudel-webforms-";

/** These never change under their address. */
const FIXED = [/^\/static\//, /\/form\.xml$/];

export async function startWorker(handed: Handed): Promise<boolean> {
  if (!("serviceWorker" in navigator)) return false;
  await navigator.serviceWorker.register(handed.worker, { scope: handed.list });
  await navigator.serviceWorker.ready;
  return true;
}

/** Forget the pages of everybody but this user. */
export async function forget(user = ""): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith(BEGIN) && name !== `${BEGIN}${user}`);
  await Promise.all(names.map((name) => caches.delete(name)));
}

/** Keep what the page names; whether all of it is there now. */
export async function keep(handed: Handed): Promise<boolean> {
  await forget(handed.user);
  const cache = await caches.open(`${BEGIN}${handed.user}`);
  let whole = true;
  for (const address of handed.keep) {
    const there = await cache.match(address);
    if (there && FIXED.some((pattern) => pattern.test(address))) continue;
    try {
      const answer = await fetch(address, { redirect: "manual", headers: { "X-Keep": "1" } });
      if (answer.ok) await cache.put(address, answer);
      // A file that nobody has uploaded yet is left blank by the form.
      else if (answer.status !== 404) whole = false;
    } catch {
      whole &&= there !== undefined;
    }
  }
  return whole;
}
