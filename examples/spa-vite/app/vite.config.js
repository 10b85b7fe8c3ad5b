// `npx vite build` writes ../dist and its manifest, which rules/app.lua reads.
export default {
  build: { outDir: "../dist", emptyOutDir: true, manifest: true, target: "es2022" },
};
