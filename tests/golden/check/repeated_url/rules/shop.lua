rule {
  name  = "all",
  hints = { style "/static/app.css", font "/static/inter.woff2" },
}
rule {
  name  = "home",
  path  = "/",
  hints = {
    style "/static/app.css",
    font("/static/inter.woff2", { fetchpriority = "high", nopush = true }),
  },
}
rule {
  name  = "product",
  path  = "/product/{id}",
  hints = { script "/static/app.js", module "/static/app.js" },
}
