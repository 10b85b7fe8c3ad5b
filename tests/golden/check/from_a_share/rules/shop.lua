rule {
  name  = "trial",
  path  = "/",
  share = 0.001,
  hints = function(req) return { style "/static/gone.css" } end,
}
