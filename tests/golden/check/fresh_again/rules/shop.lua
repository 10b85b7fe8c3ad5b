rule {
  name  = "home",
  path  = "/",
  hints = { style "/old.css", script("/app.js", { type = "application/javascript" }) },
}
