rule { name = "home", path = "/", hints = { style "/static/app.css" } }
rule {
  name = "for apps",
  path = "/",
  when = { client = "chromium<110" },
  hints = { script "/static/app.js" },
}
