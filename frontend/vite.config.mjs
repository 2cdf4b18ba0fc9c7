// Bundles the scripts and styles of pages into src/nuudel/web/static/nuudel, with a manifest that the
// template tag `asset` reads. Each file also lies there compressed, for the web server to send as it is.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig } from "vite";
import { webFormsLibrary } from "./web_forms_library.mjs";

const here = import.meta.dirname;
const target = process.env.NUUDEL_STATIC ?? join(here, "../src/nuudel/web/static/nuudel");
const entries = [
  "src/frame.ts",
  "src/explore.ts",
  "src/live.ts",
  "src/webforms.ts",
  "src/webforms/worker.ts",
  ...["base", "explore", "pages", "work", "webforms"].map((name) => `styles/${name}.css`),
];

function compressed() {
  return {
    name: "compressed",
    writeBundle({ dir }) {
      for (const name of readdirSync(join(dir, "assets"))) {
        if (!/\.(css|js)$/.test(name)) continue;
        const file = join(dir, "assets", name);
        const text = readFileSync(file);
        writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
        const params = { [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
        writeFileSync(`${file}.br`, brotliCompressSync(text, { params }));
      }
    },
  };
}

export default defineConfig({
  root: here,
  base: "./",
  publicDir: false,
  build: {
    outDir: target,
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    target: ["chrome111", "firefox115", "safari16.4"],
    rollupOptions: { input: entries.map((entry) => join(here, entry)) },
  },
  define: {
    __VUE_OPTIONS_API__: "true",
    __VUE_PROD_DEVTOOLS__: "false",
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
  },
  plugins: [webFormsLibrary(join(here, "..")), compressed()],
});
