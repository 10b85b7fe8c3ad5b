-- Each of these returns its list to some clients alone.
rule { name = "push", path = "/", hints = function(req)
  return req.client.accepts_push and { style "/static/push.css" } or {}
end }
rule { name = "safari", path = "/", hints = function(req)
  return req.client.family == "safari" and { style "/static/safari.css" } or {}
end }
rule { name = "telephone", path = "/", hints = function(req)
  return req.client.mobile and { style "/static/telephone.css" } or {}
end }
rule { name = "crawler", path = "/", hints = function(req)
  if req.client.bot then error("no crawlers") end
  return {}
end }
rule {
  name  = "member",
  path  = "/account",
  when  = { cookie = "session*", query = { tab = "orders*" }, header = { ["x-app"] = "*" }, client = "chromium<100",
            country = "de", language = "de", network = "10.0.0.0/8", mobile = true, save_data = true },
  hints = function(req) return { style "/static/member.css" } end,
}
rule { name = "crawled", path = "/", when = { bot = true }, hints = function(req) return { style "/static/bot.css" } end }
rule { name = "some day", path = "/", from = "2099-01-01", hints = function(req) return { style "/static/late.css" } end }
-- What these do with a made up value says nothing.
rule { name = "theme", path = "/", when = { cookie = { theme = "*" } }, hints = function(req)
  return { style("/static/" .. req.cookies.theme .. ".css") }
end }
rule { name = "number", path = "/", when = { query = { page = "*" } }, hints = function(req)
  return { style("/static/" .. tonumber(req.query.page) .. ".css") }
end }
