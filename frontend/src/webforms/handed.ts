/** What the server hands these pages, and their words. */

export interface Handed {
  user: string;
  key: string;
  language: string;
  list: string;
  worker: string;
  session: string;
  keep: string[];
  words: Record<string, string>;
  /** Of a page with a form only. */
  assignment?: string;
  title?: string;
  xml?: string;
  files?: Record<string, string>;
  send?: string;
  device?: string;
  nonce?: string;
  library?: Record<string, string>;
  corrects?: { xml: string; files: Record<string, string> };
}

export function readHanded(): Handed {
  const element = document.querySelector("#webforms-data");
  if (!element?.textContent) throw new Error("The page lacks its data.");
  return JSON.parse(element.textContent) as Handed;
}

export function say(handed: Handed, key: string, count = 0): string {
  const text = handed.words[key];
  if (text === undefined) throw new Error(`There is no message ${key}.`);
  return text.replace("{count}", String(count));
}

export function need<T extends Element>(selector: string): T {
  const found = document.querySelector<T>(selector);
  if (!found) throw new Error(`The page lacks ${selector}.`);
  return found;
}
