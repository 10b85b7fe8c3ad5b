local static_site = require "static_site"

rule {
  name  = "docs",
  path  = "/docs/**",
  hints = static_site { directory = "docs", url = "/docs/" },
}
