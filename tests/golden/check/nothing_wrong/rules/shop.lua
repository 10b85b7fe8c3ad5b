rule {
  name  = "home",
  path  = "/",
  hints = { style "/static/app.css", script "/static/app.js", font "/static/inter.woff2", preconnect "https://cdn.example" },
}
rule {
  name  = "product",
  path  = "/product/{id}",
  hints = function(req) return { style "/static/app.css" } end,
}
