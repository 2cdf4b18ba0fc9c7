/** A form opens in the page's language, where it speaks that; otherwise in its own first one. */

const XFORMS = "http://www.w3.org/2002/xforms";

export function inLanguage(xml: string, language: string): string {
  const form = new DOMParser().parseFromString(xml, "text/xml");
  const translations = [...form.getElementsByTagNameNS(XFORMS, "translation")];
  // XLSForms name a language as in "Монгол (mn)".
  const wanted = translations.find((one) => {
    const name = one.getAttribute("lang") ?? "";
    return name === language || name.endsWith(`(${language})`);
  });
  if (!wanted) return xml;
  for (const one of translations) one.removeAttribute("default");
  wanted.setAttribute("default", "true()");
  return new XMLSerializer().serializeToString(form);
}
