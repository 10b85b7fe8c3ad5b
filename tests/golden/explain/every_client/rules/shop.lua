rule {
  name  = "home",
  path  = "/",
  hints = { style "/static/app.css", script "/static/app.js", preconnect "https://cdn.example" },
}
