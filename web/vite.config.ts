import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const API = process.env["API"] ?? "http://localhost:8000";

export default defineConfig(({ command }) => ({
  base: command === "build" ? "/static/web/" : "/", // where the server has the files; in development Vite has them
  logLevel: "warn",
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // the content security policy allows files only
    modulePreload: { polyfill: false }, // it would be an inline script
    manifest: "manifest.json",
    rolldownOptions: {
      input: {
        main: fileURLToPath(new URL("./index.html", import.meta.url)),
        sw: fileURLToPath(new URL("./src/sw.ts", import.meta.url)),
      },
      output: { entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js") },
    },
  },
  server: {
    proxy: Object.fromEntries(["/api", "/accounts", "/static", "/guides"].map((path) => [path, { target: API }])),
  },
  test: {
    environment: "jsdom",
    setupFiles: ["./tests/setup.ts"],
    restoreMocks: true,
    include: ["src/**/*.test.{ts,tsx}"],
  },
}));
