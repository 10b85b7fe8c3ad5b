rule {
  name = "late", path = "/", phase = "response",
  hints = function(req, res) if res.status == 200 then return { style "/static/app.css" } end end,
}
