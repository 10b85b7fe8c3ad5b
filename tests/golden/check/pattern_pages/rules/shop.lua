rule { name = "heavy", path = "/big/*", hints = { style "/static/app.css" } }
rule { name = "below", path = "/x/**", hints = { style "/static/light.css" } }
rule {
  name  = "one",
  path  = "/x/{id}",
  hints = { style("/static/light.css", { crossorigin = true }), style "/static/{id}.css" },
}
rule { name = "member", path = "/x/{id}/me", when = { cookie = "session" }, hints = { script "/static/light.css" } }
rule { name = "made up", path = "/f/{id}", hints = function(req) error("no such id: " .. req.params.id) end }
