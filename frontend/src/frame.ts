/** The frame of every page: the choice of light or dark is kept in a cookie, so that the server draws it so. */

const YEAR = 31_536_000;
const choice = document.querySelector<HTMLSelectElement>("#theme");

choice?.addEventListener("change", () => {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${choice.value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  if (choice.value === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = choice.value;
});

const leaving = document.querySelector<HTMLElement>("#leaving");
if (leaving) void import("./webforms/leaving").then(({ beforeLeaving }) => beforeLeaving(leaving));
