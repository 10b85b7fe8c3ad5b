// Written by hand in place of what Vite made of app/src/page.js.
export function show(text) {
  document.querySelector("main").textContent = text;
}
