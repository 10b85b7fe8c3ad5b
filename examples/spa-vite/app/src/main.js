// A view is loaded when somebody goes there: its chunk and its style sheet are known to the browser only then.
import "./main.css";
import { show } from "./page.js";

const views = {
  "/": () => show("Choose a page."),
  "/timetable": async () => (await import("./timetable.js")).default(),
};

await (views[location.pathname] ?? views["/"])();
