export function show(text) {
  document.querySelector("main").textContent = text;
}
