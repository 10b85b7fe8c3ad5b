local experiment = require "experiment"

local fonts = experiment("fonts", { without = 0.5, with = 0.5 })

rule {
  name  = "front page, without fonts",
  path  = "/",
  when  = fonts "without",
  hints = { style "/css/app.css" },
}

rule {
  name  = "front page, with fonts",
  path  = "/",
  when  = fonts "with",
  hints = { style "/css/app.css", font "/fonts/inter.woff2" },
}
