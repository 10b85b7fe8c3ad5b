// Written by hand in place of what Vite made of app/src/timetable.js.
import { show } from "./page-C8j9jEU7.js";

export default function timetable() {
  show("The coach leaves at eight.");
}
