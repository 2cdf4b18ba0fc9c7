/** A part of a page that is read again while somebody looks at it. Nobody touched the page for long: it stops. */

const REST = 20 * 60_000; // less than the idle time after which officers are signed out
const part = document.querySelector<HTMLElement>("[data-renew]");
const lost = document.querySelector<HTMLElement>("[data-renew-lost]");
let touched = Date.now();

for (const kind of ["pointerdown", "keydown", "scroll"]) {
  addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
}

async function renew(within: HTMLElement, address: string): Promise<void> {
  if (document.hidden || within.contains(document.activeElement)) return;
  const stopped = Date.now() - touched > REST;
  if (!stopped) {
    const answer = await fetch(address, { redirect: "error" }).catch(() => null);
    if (answer?.ok) within.innerHTML = await answer.text();
    if (lost) lost.hidden = answer?.ok === true;
  } else if (lost) lost.hidden = false;
}

const address = part?.dataset["renew"];
if (part && address) {
  setInterval(() => void renew(part, address), Number(part.dataset["seconds"] ?? 20) * 1000);
}
