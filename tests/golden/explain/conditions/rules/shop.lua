rule {
  name = "guests",
  path = "/cart",
  when = {
    no_cookie = "session*",
  },
  hints = { style "/static/app.css" },
}
rule { name = "app two", path = "/cart", when = { header = { ["x-app"] = "2*" } }, hints = { style "/static/b.css" } }
rule { name = "savers", path = "/cart", when = { save_data = true }, hints = { style "/static/c.css" } }
rule { name = "german", path = "/cart", when = { language = "de" }, hints = { style "/static/d.css" } }
rule { name = "old", path = "/cart", when = { client = "chromium<100" }, hints = { style "/static/e.css" } }
rule { name = "by a function", path = "/cart", when = function(req) return req.query.x ~= nil end, hints = { style "/static/f.css" } }
rule { name = "over", path = "/cart", to = "2020-01-01", hints = { style "/static/g.css" } }
rule { name = "elsewhere", path = "/other", hints = { style "/static/h.css" } }
rule { name = "another host", host = "www.*", path = "/cart", hints = { style "/static/i.css" } }
rule { name = "posts", method = "POST", path = "/cart", hints = { style "/static/j.css" } }
rule { name = "not the cart", path = "/*", except = "/cart", hints = { style "/static/k.css" } }
