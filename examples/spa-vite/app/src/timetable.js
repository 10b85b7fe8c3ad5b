import "./timetable.css";
import { show } from "./page.js";

export default function timetable() {
  show("The coach leaves at eight.");
}
