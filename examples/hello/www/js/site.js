// Says how each asset of this page came: "early-hints" after a 103, pushed where the browser still takes pushes.
addEventListener("load", () => {
  const ways = performance.getEntriesByType("resource").map((entry) => `${new URL(entry.name).pathname}: ${entry.initiatorType}`);
  document.getElementById("how").textContent = ways.join(", ");
});
