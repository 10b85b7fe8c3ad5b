rule { name = "other host", path = "/**",
  host = "cdn.*",
  hints = { style "/static/app.css" } }
rule { name = "but the cart", path = "/**",
  except = { "/help/**", "/cart" },
  hints = { style "/static/app.css" } }
rule { name = "form", path = "/cart",
  method = "POST",
  hints = { style "/static/app.css" } }
rule { name = "raises", path = "/cart",
  when = function(req) error("it broke") end,
  hints = { style "/static/app.css" } }
rule { name = "typo", path = "/cart",
  hints = { style("/static/ap.css", { media = "(min-width: 1200px) and (orientation: landscape)", fetchpriority = "high" }) } }
