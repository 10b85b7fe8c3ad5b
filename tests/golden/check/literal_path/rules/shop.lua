rule { name = "express", path = "/product/:id", hints = { style "/static/app.css" } }
rule { name = "flask", path = "/user/<name>", hints = { style "/static/app.css" } }
rule { name = "next", path = "/post/[slug]", hints = { style "/static/app.css" } }
rule { name = "blog", path = "/blog/.*", hints = { style "/static/app.css" } }
rule {
  name   = "pages",
  path   = "/page/**",
  except = { "/page/[0-9]+", "/page/Special:Search" },
  hints  = { style "/static/app.css" },
}
