-- What these hint is not meant to be pushed, or not all of it.
local all = { style "/app.css", style "/other.css" }
rule { name = "off", host = "off.example", path = "/", budget_bytes = 100, hints = all }
rule { name = "none", host = "none.example", path = "/", budget_bytes = 5, hints = all }
rule { name = "rule", host = "shop.example", path = "/rule", budget_bytes = 0, deliver = "push", hints = { style "/other.css" } }
rule { name = "link", host = "shop.example", path = "/link", deliver = "link", hints = all }
rule { name = "early", host = "shop.example", path = "/early", budget_bytes = 10, deliver = "early_hints", hints = all }
rule {
  name  = "nopush",
  host  = "shop.example",
  path  = "/nopush",
  hints = { style("/app.css", { nopush = true }), style "/other.css", style "https://off.example/app.css" },
}
