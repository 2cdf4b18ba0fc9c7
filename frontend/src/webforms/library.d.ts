/** What we use of the library, which ships no types. */
declare module "@getodk/web-forms" {
  import type { Component, Plugin } from "vue";

  export const OdkWebForm: Component;
  export const webFormsPlugin: Plugin;
}

declare module "virtual:web-forms-library.css";
