local wordpress = require "wordpress"

local blog = wordpress { root = "blog", url = "/blog/", theme = "blocky" }

rule {
  name  = "blog: front page",
  path  = blog.front,
  hints = { image "/blog/wp-content/uploads/hero.avif" },
}

rule {
  name   = "blog: every page",
  path   = blog.posts,
  except = blog.private,
  hints  = blog.hints,
}
