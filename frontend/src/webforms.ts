/** Forms in the browser: the list with the queue, or one form. Only these pages load it. */

import { keep, startWorker } from "./webforms/kept";
import { need, readHanded, say, type Handed } from "./webforms/handed";
import { linkWords, showQueue } from "./webforms/list";
import { entries } from "./webforms/queue";
import { send } from "./webforms/sending";

async function keepAll(handed: Handed): Promise<void> {
  const place = document.querySelector<HTMLElement>("#keeping");
  const tell = (key: string): void => {
    if (place) place.textContent = say(handed, key);
    document.documentElement.dataset["kept"] = key;
  };
  try {
    tell("keeping");
    if (!(await startWorker(handed))) return tell("unsupported");
    tell((await keep(handed)) ? "ready" : "not_ready");
  } catch {
    tell("not_ready");
  }
}

/** On the page of a form one line says what waits; there is one only while something does. */
async function showLink(handed: Handed): Promise<void> {
  const link = need<HTMLElement>("#link");
  const count = (await entries(handed.user)).length;
  link.textContent = linkWords(handed, count);
  link.hidden = count === 0 && navigator.onLine;
}

async function onForm(handed: Handed): Promise<void> {
  const draw = (): void => void showLink(handed);
  addEventListener("queue", draw);
  addEventListener("offline", draw);
  addEventListener("online", () => void send(handed).then(draw));
  draw();
  const loading = need<HTMLElement>("#loading");
  loading.hidden = false;
  const webFormsWord = (key: string): string => handed.library?.[key] ?? key;
  Object.assign(globalThis, { webFormsWord, webFormsNonce: handed.nonce });
  try {
    const { showForm } = await import("./webforms/form");
    await showForm(handed);
  } catch (error) {
    const failed = need<HTMLElement>("#load-failed");
    failed.textContent = say(handed, "failed");
    failed.hidden = false;
    throw error;
  } finally {
    loading.hidden = true;
  }
}

async function begin(): Promise<void> {
  const handed = readHanded();
  const shown = handed.xml ? onForm(handed) : showQueue(handed);
  await Promise.allSettled([shown]);
  await keepAll(handed);
  await shown;
}

void begin();
