-- WordPress puts the version of each file behind its URL, `style.css?ver=1.3`, and a hint must name the very same URL.
-- The module reads the versions where WordPress has them; an update of core or theme loads these rules again.
local blog = require "wordpress" { root = "../www", theme = "coach" }

rule {
  name   = "pages",
  path   = blog.posts,
  except = blog.private,
  hints  = blog.hints,
}

-- Year, month and name: a single post, which the theme gives a script of its own.
rule {
  name  = "post",
  path  = "/{year}/{month}/{name}/",
  hints = { script(blog.file "post.js") },
}
