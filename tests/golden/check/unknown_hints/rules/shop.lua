rule {
  name  = "product",
  path  = "/product/{id}",
  hints = function(req) return { style "/static/app.css" } end,
}
rule {
  name  = "late",
  path  = "/cart",
  phase = "response",
  hints = function(req, res) return { style "/static/app.css" } end,
}
rule {
  name  = "tested",
  path  = "/tested/{id}",
  phase = "response",
  hints = function(req, res) return { style("/static/" .. req.params.id .. ".css") } end,
}
