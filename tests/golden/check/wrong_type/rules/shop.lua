rule {
  name  = "home",
  path  = "/",
  hints = {
    script "/static/app.css",
    fetch "/static/app.js",
    font("/static/inter.woff2", { type = "font/woff" }),
    style "/static/about.html",
    fetch "/static/prices.json",
  },
}
