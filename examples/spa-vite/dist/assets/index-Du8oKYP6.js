// Written by hand in place of what Vite made of app/src/main.js; the names are Vite's.
import { show } from "./page-C8j9jEU7.js";

async function timetable() {
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.crossOrigin = "";
  sheet.href = "/assets/timetable-ZTAPKH3n.css";
  document.head.append(sheet);
  (await import("./timetable-C1UrDAtu.js")).default();
}

if (location.pathname === "/timetable") await timetable();
else show("Choose a page.");
