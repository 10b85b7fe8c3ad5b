rule {
  name  = "home",
  path  = { "/", "/index.html" },
  hints = {
    style "/static/app.css",
    script "/static/gone.js",
    style "https://SHOP.example/static/gone.css?v=2",
    style "https://cdn.example/of-somebody-else.css",
  },
}
rule {
  name  = "product",
  path  = "/product/{id}",
  hints = { style "/static/{id}.css" },
}
rule {
  name  = "cart",
  path  = "/cart",
  hints = function(req) return { style "/app/cart.css", style "/app/app.css" } end,
}
