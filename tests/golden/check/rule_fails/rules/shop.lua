rule {
  name  = "savers",
  path  = "/",
  hints = function(req)
    if req.client.save_data then error("no list for those") end
    return { style "/static/app.css" }
  end,
}
rule {
  name  = "spaces",
  path  = "/cart",
  hints = function(req) return { "/static/app.css", style "not an url" } end,
}
