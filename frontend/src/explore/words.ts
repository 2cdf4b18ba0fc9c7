/** Sentences and numbers as people read them; the sentences come with the page. */

export type Slots = Record<string, string | number>;

let messages: Record<string, string> = {};

export function useWords(words: Record<string, string>): void {
  messages = words;
}

/** A message with its slots filled; a missing one is a fault of the build, not of the reader. */
export function say(key: string, slots: Slots = {}): string {
  const text = messages[key];
  if (text === undefined) throw new Error(`There is no message ${key}.`);
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(slots[name] ?? ""));
}

/** Commas between thousands, a true minus; an en dash where there is no number. */
export function number(value: number | null | undefined, digits = 0): string {
  if (value === null || value === undefined) return "–";
  const text = Math.abs(value).toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    // As the server rounds.
    roundingMode: "halfEven",
  });
  return value < 0 && Number(value.toFixed(digits)) !== 0 ? `−${text}` : text;
}

export function signed(value: number | null, digits = 0): string {
  return value !== null && value > 0 ? `+${number(value, digits)}` : number(value, digits);
}
