rule { name = "everywhere", path = "/shop/**", final = true, hints = { style "/static/app.css" } }
rule { name = "cart", path = "/shop/cart", hints = { script "/static/app.js" } }
rule {
  name  = "old",
  path  = "/old",
  to    = "2020-01-01",
  hints = { script "/static/app.js" },
}
rule {
  name  = "blog",
  path  = "/",
  host  = "blog.example",
  hints = { script "/static/app.js" },
}
rule { name = "posts", path = "/shop/cart", method = "POST", hints = { script "/static/app.js" } }
