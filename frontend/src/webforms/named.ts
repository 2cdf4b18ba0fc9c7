/** The library's lists and calendars have no name for who hears the page: the question above is one. */

const UNNAMED = "[role=combobox]:not([aria-label]), [role=spinbutton]:not([aria-label])";

function nameAll(form: HTMLElement): void {
  for (const box of form.querySelectorAll(UNNAMED)) {
    const label = box.closest("[id$='_container']")?.querySelector("label")?.textContent?.trim();
    if (label) box.setAttribute("aria-label", label);
  }
}

export function keepNamed(form: HTMLElement): void {
  new MutationObserver(() => nameAll(form)).observe(form, { childList: true, subtree: true });
}
