/** One form, drawn by the library; what is sent from it goes into the queue first. */

import "virtual:web-forms-library.css";
import { createApp, h } from "vue";
import { OdkWebForm, webFormsPlugin } from "@getodk/web-forms";
import { type Handed, need, say } from "./handed";
import { inLanguage } from "./language";
import { keepNamed } from "./named";
import { entries, put } from "./queue";
import { send } from "./sending";

interface Payload {
  status: string;
  data: [FormData];
}

const FORM_PART = "xml_submission_file";

/** A file that the form names (`jr://file-csv/places.csv`), by its last part. */
async function attachment(handed: Handed, address: { href: string }): Promise<Response> {
  const name = decodeURIComponent(address.href.slice(address.href.lastIndexOf("/") + 1));
  const found = handed.files?.[name];
  return found ? fetch(found) : new Response("", { status: 404 });
}

/** What the library asks for, to open a submission for correction. */
function correction(handed: Handed): object | undefined {
  const { corrects } = handed;
  if (!corrects) return undefined;
  return {
    resolveInstance: () => fetch(corrects.xml).then((answer) => answer.text()),
    attachmentFileNames: Object.keys(corrects.files),
    resolveAttachment: (name: string) => fetch(corrects.files[name] ?? ""),
  };
}

async function instanceOf(parts: FormData): Promise<string> {
  const xml = parts.get(FORM_PART);
  if (!(xml instanceof File)) throw new Error("The page lacks a submission.");
  const document = new DOMParser().parseFromString(await xml.text(), "text/xml");
  const found = document.getElementsByTagNameNS("*", "instanceID")[0]?.textContent?.trim();
  if (!found) throw new Error("The page lacks an instanceID.");
  return found;
}

async function finish(handed: Handed, payload: Payload): Promise<void> {
  if (payload.status !== "ready") return;
  const [parts] = payload.data;
  const instance = await instanceOf(parts);
  const { user, title = "", send: address = "" } = handed;
  await put({ instance, user, title, send: address, parts }, handed.key);
  if (navigator.onLine) await send(handed);
  const left = (await entries(user)).find((entry) => entry.id.endsWith(` ${instance}`));
  const outcome = left ? "kept" : "sent";
  need("#done-title").textContent = say(handed, outcome);
  need("#done-text").textContent = say(handed, left?.problem ? "refused_text" : `${outcome}_text`);
  const done = need<HTMLElement>("#done");
  done.hidden = false;
  need<HTMLElement>("#form").hidden = true;
  done.focus();
  dispatchEvent(new Event("queue"));
}

/** Nothing was kept: it is said, and the form stays open with what was filled. */
function tellFailure(handed: Handed): void {
  const failed = need<HTMLElement>("#load-failed");
  failed.textContent = say(handed, "not_kept");
  failed.hidden = false;
  failed.scrollIntoView();
}

export async function showForm(handed: Handed): Promise<void> {
  const form = need<HTMLElement>("#form");
  const answer = await fetch(handed.xml ?? "");
  if (!answer.ok) throw new Error(`The form's answer is ${answer.status}.`);
  const formXml = inLanguage(await answer.text(), handed.language);
  let changed = false;
  form.addEventListener("input", () => (changed = true));
  addEventListener("beforeunload", (event) => {
    if (changed && !form.hidden) event.preventDefault();
  });
  const app = createApp({
    render: () =>
      h(OdkWebForm, {
        formXml,
        fetchFormAttachment: (address: { href: string }) => attachment(handed, address),
        missingResourceBehavior: "BLANK",
        preloadProperties: { deviceID: handed.device },
        editInstance: correction(handed),
        onSubmit: (payload: Payload) => void finish(handed, payload).catch(() => tellFailure(handed)),
      }),
  });
  app.use(webFormsPlugin);
  speak(app.config.globalProperties["$primevue"] as PrimeVue, handed);
  keepNamed(form);
  app.mount(form);
  need("#another").addEventListener("click", () => location.assign(location.pathname));
}

interface PrimeVue {
  config: { locale: Record<string, unknown> };
}

/** The words of calendars and lists. */
function speak(library: PrimeVue, handed: Handed): void {
  const word = (key: string): string => handed.library?.[key] ?? key;
  Object.assign(library.config.locale, {
    dayNames: word("days").split(","),
    dayNamesShort: word("days_short").split(","),
    dayNamesMin: word("days_short").split(","),
    monthNames: word("months").split(","),
    monthNamesShort: word("months").split(","),
    firstDayOfWeek: 1,
    dateFormat: "yy-mm-dd",
    emptyFilterMessage: word("no_result"),
    emptySearchMessage: word("no_result"),
    emptyMessage: word("no_option"),
    searchMessage: word("search"),
    chooseDate: word("choose_day"),
    chooseYear: word("choose_year"),
    chooseMonth: word("choose_month"),
    prevMonth: word("month_before"),
    nextMonth: word("month_after"),
    prevYear: word("year_before"),
    nextYear: word("year_after"),
    prevDecade: word("decade_before"),
    nextDecade: word("decade_after"),
    today: word("today"),
    clear: word("clear"),
  });
  Object.assign(library.config.locale["aria"] as object, { close: word("close") });
}
