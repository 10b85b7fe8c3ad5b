rule {
  name   = "pages",
  path   = "/**",
  except = "/assets/**",
  hints  = { style "/assets/site.css", script "/assets/site.js" },
}
