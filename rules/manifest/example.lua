local manifest = require "manifest"

local app = manifest { file = "app/.vite/manifest.json", base = "/app/" }
local shop = manifest "shop/manifest.json"

rule {
  name  = "app",
  path  = "/app/",
  hints = app.entry "index.html",
}

rule {
  name  = "about",
  path  = "/about",
  hints = { style(app.url "src/print.css"), image(app.url "src/logo.svg") },
}

rule {
  name  = "shop",
  path  = "/shop/**",
  hints = shop.entry "main",
}
