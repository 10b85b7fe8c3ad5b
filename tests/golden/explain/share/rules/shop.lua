rule {
  name = "half",
  path = "/",
  share = 0.01,
  hints = { style "/static/app.css" },
}
