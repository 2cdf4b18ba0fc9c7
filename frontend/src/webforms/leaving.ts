/** Signing out: the kept pages go, and with them the key of the queue; what waits is told before. */

import { forget } from "./kept";
import { countAll } from "./queue";

export async function beforeLeaving(note: HTMLElement): Promise<void> {
  const count = await countAll();
  note.hidden = count === 0;
  note.textContent = (note.dataset["waiting"] ?? "").replace("{count}", String(count));
  const form = note.closest("main")?.querySelector("form");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    void forget().finally(() => form.submit());
  });
}
