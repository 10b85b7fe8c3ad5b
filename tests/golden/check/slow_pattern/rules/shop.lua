local words = require "words"
rule {
  name  = "home",
  path  = "/",
  hints = function(req)
    if req.path:find("a-a-a-a-a-b") or req.path:match("^/(%w+)/(%d+)$") then return {} end
    return words(req.path) and { style "/static/app.css" } or {}
  end,
}
