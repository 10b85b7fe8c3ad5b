rule {
  name         = "home",
  path         = "/",
  budget_bytes = 10,
  hints        = { style "/static/app.css", script "/static/app.js" },
}
rule { name = "cart", path = "/cart", hints = { style "/static/app.css", script "/static/app.js", font "/static/inter.woff2" } }
rule { name = "light", path = "/light", hints = { style "/static/app.css" } }
