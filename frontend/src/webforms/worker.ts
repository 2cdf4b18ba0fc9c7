/** The service worker: without a network it gives the pages that were kept. It keeps none itself. */

const BEGIN = "nuudel-webforms-";
const PATIENCE = 8000; // milliseconds

interface Fetched extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface Scope extends EventTarget {
  readonly clients: { claim(): Promise<void> };
  readonly registration: { readonly scope: string };
  skipWaiting(): Promise<void>;
}

const scope = self as unknown as Scope;

scope.addEventListener("install", (event) => (event as Lasting).waitUntil(scope.skipWaiting()));
scope.addEventListener("activate", (event) => (event as Lasting).waitUntil(scope.clients.claim()));

async function forgetAll(): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith(BEGIN));
  await Promise.all(names.map((name) => caches.delete(name)));
}

/** The network first; what was kept where it gives nothing, or nothing in time. */
async function networkFirst(request: Request): Promise<Response> {
  const kept = await caches.match(request, { ignoreVary: true });
  const wait = kept ? AbortSignal.timeout(PATIENCE) : undefined;
  try {
    const answer = await fetch(request, wait ? { signal: wait } : {});
    // Who is sent to sign in has signed out: the pages of before are nobody's now.
    if (answer.type === "opaqueredirect") await forgetAll();
    return kept && answer.status >= 500 ? kept : answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function keptFirst(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

scope.addEventListener("fetch", (event) => {
  const { request } = event as Fetched;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin || request.headers.has("X-Keep")) return;
  if (address.pathname.startsWith("/static/")) (event as Fetched).respondWith(keptFirst(request));
  else if (request.url.startsWith(scope.registration.scope)) (event as Fetched).respondWith(networkFirst(request));
});
