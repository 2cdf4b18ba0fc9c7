/** Sending the queue: in the name of who has filled it, one after another, each kept until it was taken. */

import { type Handed, say } from "./handed";
import { entries, note, parts, remove, type Entry } from "./queue";

/** What came of it: all was tried, or why nothing was. */
export type Outcome = "tried" | "offline" | "signed_out" | "other_user";

const TAKEN = [201, 202];

interface Session {
  user: string;
  token: string;
}

/** Who has signed in now: this page may be a kept one, and somebody else at the computer. */
async function session(handed: Handed): Promise<Session | Outcome> {
  let answer: Response;
  try {
    answer = await fetch(handed.session, { redirect: "manual", cache: "no-store" });
  } catch {
    return "offline";
  }
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return "signed_out";
  if (!answer.ok) return "offline";
  const told = (await answer.json()) as Session;
  return told.user === handed.user ? told : "other_user";
}

async function sendOne(handed: Handed, entry: Entry, token: string): Promise<void> {
  const message = await parts(entry, handed.key);
  message.set("user", entry.user);
  message.set("device_at", entry.at);
  const answer = await fetch(entry.send, {
    method: "POST",
    body: message,
    headers: { "X-CSRFToken": token },
    redirect: "manual",
  });
  if (TAKEN.includes(answer.status)) return remove(entry.id);
  await note(entry, await said(handed, answer));
}

/** Why it was not taken, in the server's own words where it has some. */
async function said(handed: Handed, answer: Response): Promise<string> {
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json") ?? false;
  if (isJson) {
    const told = (await answer.json()) as { message?: string };
    if (told.message) return told.message;
  }
  return say(handed, "error");
}

async function sendAll(handed: Handed): Promise<Outcome> {
  const waiting = await entries(handed.user);
  if (!waiting.length) return "tried";
  const now = await session(handed);
  if (typeof now === "string") return now;
  for (const entry of waiting) {
    try {
      await sendOne(handed, entry, now.token);
    } catch (error) {
      // The link went away, or the entry cannot be opened; the others are tried.
      if (!(error instanceof TypeError)) await note(entry, say(handed, "error"));
    }
  }
  return "tried";
}

/** Send what waits; of several pages one does it at a time. */
export async function send(handed: Handed): Promise<Outcome> {
  return navigator.locks.request("nuudel-webforms-send", () => sendAll(handed));
}
