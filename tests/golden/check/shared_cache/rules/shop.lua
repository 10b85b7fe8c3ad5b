rule { name = "members", path = "/members/**", when = { cookie = "session*" }, final = true }
rule { name = "everybody", path = "/members/**", hints = { style "/app.css" } }
rule {
  name  = "product page",
  path  = "/product/{id}",
  when  = { no_cookie = "session*", save_data = false },
  hints = function(req) return { style "/app.css" } end,
}
rule { name = "theme", path = "/theme/*/{name}", when = { cookie = { theme = "dark*" } }, hints = { style "/app.css" } }
rule { name = "search", path = "/search", hints = function(req) return req.client.country == "nl" and {} or { style "/app.css" } end }
rule { name = "account", path = "/account/**", when = { no_cookie = "guest" }, hints = { style "/app.css" } }
rule { name = "application", path = "/app/**", when = { no_cookie = "guest" }, hints = { style "/app.css" } }
rule { name = "for all", path = "/all/**", when = { save_data = false }, hints = { style "/app.css" } }
