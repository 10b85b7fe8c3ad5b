rule { name = "about", path = "/about", hints = { style "/static/app.css" } }
rule {
  name  = "home",
  path  = "/",
  hints = { style "/static/app.css" },
}
