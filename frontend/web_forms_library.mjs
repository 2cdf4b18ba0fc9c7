// Fits @getodk/web-forms to our pages while they are bundled: its sentences, which it has in English only, come
// with the page; its styles become a style sheet without fonts and without what no form uses; nothing is
// reset outside the form. What is no longer found in a newer version stops the build.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import postcss from "postcss";

const STYLES = "virtual:web-forms-library.css";
const READ = "globalThis.webFormsWord";

// Of each sentence the code around it, and the word that takes its place; `@` stands for the word.
const SENTENCES = [
  ['label: "Send"', "label: @", "send"],
  ['label: "Remove"', "label: @", "remove"],
  ['createTextVNode(" Add ", -1)', 'createTextVNode(" " + @ + " ", -1)', "add"],
  ['literal: "Repeat Item"', "literal: @", "repeat"],
  ['"1 question with error."', "@", "one_error"],
  ["`${QA} questions with errors.`", '@.replace("{count}", QA)', "errors"],
  ['"Condition not satisfied: constraint"', "@", "constraint"],
  ['"Condition not satisfied: required"', "@", "required"],
  ['"aria-label": "change language"', '"aria-label": @', "language"],
  ['label: "Change language"', "label: @", "language"],
  ['"Take picture"', "@", "take"],
  ['"Choose image"', "@", "choose"],
  ['"Captured image preview"', "@", "preview"],
  ['"Rank items"', "@", "rank"],
  ['"There are missing options. Rank should have all options."', "@", "rank_missing"],
  ['"Good accuracy"', "@", "accuracy_good"],
  ['"Poor accuracy"', "@", "accuracy_poor"],
  ['"Unknown accuracy"', "@", "accuracy_unknown"],
  ['"Finding your location"', "@", "finding"],
  ['"Save location"', "@", "save_place"],
  ['"Get location"', "@", "get_place"],
  ['"Cannot access location"', "@", "no_place"],
  ['"Grant location permission in the browser settings and make sure location is turned on."', "@", "allow_place"],
  [
    '"Location unavailable. Enable GPS and browser permissions, then restart the form to try again."',
    "@",
    "lost_place",
  ],
  ['" Location will be saved at "', "@", "saved_at"],
  ['"Time taken to capture location: "', "@", "time_taken"],
  ['" Previous saved location at "', "@", "before_at"],
  ['"Try again"', "@", "again"],
  ['label: "Cancel"', "label: @", "cancel"],
  ['"Powered by"', "@", "powered"],
  ['"An error occurred while loading this form"', "@", "failed"],
  ['"Technical error details"', "@", "details"],
  // Clock times were read with the offset of 1970: in Mongolia, an hour earlier then, 10:00 became 9.
  ["`1970-01-01T${AA}`", "`2000-01-01T${AA}`", ""],
  ['"hour-format": "12"', '"hour-format": "24"', ""],
  // Typed letter by letter 2025-10-20 would be read as the second of October.
  ['"show-button-bar": ""', '"show-button-bar": "", "manual-input": !1', ""],
  ['"Cannot fetch media. Verify the URL and fetch settings."', "@", "no_media"],
];
const MAP_SENTENCES = [
  ['label: "Save"', "label: @", "save"],
  ['label: "Delete"', "label: @", "delete"],
  ['title: "Cannot access location"', "title: @", "no_place"],
];
// Its plug-in resets the styles of the whole page; the page's policy knows styles by a mark.
const RESET =
  /const tA = document\.createElement\("style"\);\s*tA\.textContent = resetStyles, document\.head\.prepend\(tA\), eA\.use\(PrimeVue, \{/;
const MARKED = "eA.use(PrimeVue, { csp: { nonce: globalThis.webFormsNonce }, ";

function inOurWords(code, sentences, id) {
  for (const [found, put, word] of sentences) {
    if (!code.includes(found)) throw new Error(`${id} has no ${found} any more; see frontend/web_forms_library.mjs.`);
    code = code.replaceAll(found, () => put.replace("@", `${READ}(${JSON.stringify(word)})`));
  }
  return code;
}

/** The end of a literal that begins at a place of a text. */
function literal(text, from) {
  let to = from + 1;
  while (text[to] !== text[from]) to += text[to] === "\\" ? 2 : 1;
  return [text.slice(from, to + 1), to + 1];
}

/** The library's style sheet, out of the script that would put it into the page. */
function stylesOf(folder) {
  const entry = readFileSync(join(folder, "index.js"), "utf8");
  const [text] = literal(entry, entry.indexOf("createTextNode(") + "createTextNode(".length);
  const css = postcss.parse(new Function(`return ${text}`)());
  const code = readFileSync(join(folder, partOf(entry)), "utf8");
  const words = new Set(code.match(/[A-Za-z][\w-]*(?::[\w-]+)?/g));
  css.walkAtRules("font-face", (rule) => void rule.remove());
  css.walkRules((rule) => {
    const helps = rule.nodes.length > 0 && rule.nodes.every((one) => one.type !== "decl" || one.important);
    if (!helps || /data-v-|\.p-[a-z]{3}|\.odk/.test(rule.selector)) return;
    const names = rule.selectors.filter((one) => /^\.[\w\\:.-]+$/.test(one));
    if (names.length < rule.selectors.length) return;
    const used = names.filter((one) => words.has(one.slice(1).replace(/\\/g, "")));
    if (used.length) rule.selectors = used.flatMap((one) => [`.odk-form ${one}`, `.p-dialog ${one}`]);
    else rule.remove();
  });
  return css.toString().replace('@charset "UTF-8";', "");
}

function partOf(entry) {
  return /from "\.\/(index-[\w-]+\.js)"/.exec(entry)[1];
}

export function webFormsLibrary(root) {
  const folder = join(root, "node_modules/@getodk/web-forms/dist");
  return {
    name: "web-forms-library",
    enforce: "pre",
    resolveId: (id) => (id === STYLES ? `\0${STYLES}` : null),
    load: (id) => (id === `\0${STYLES}` ? stylesOf(folder) : null),
    transform(code, id) {
      if (!id.includes("@getodk/web-forms/dist/")) return null;
      const name = id.slice(id.lastIndexOf("/") + 1);
      if (name === "index.js") return { code: code.slice(literal(code, code.indexOf("createTextNode(") + 15)[1]).replace(/^[^\n]*\n/, ""), map: null };
      if (name.startsWith("MapBlock")) return { code: inOurWords(code, MAP_SENTENCES, name), map: null };
      if (!RESET.test(code)) throw new Error(`${name} resets styles otherwise; see frontend/web_forms_library.mjs.`);
      return { code: inOurWords(code, SENTENCES, name).replace(RESET, MARKED), map: null };
    },
  };
}
