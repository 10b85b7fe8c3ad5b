rule {
  name  = "home",
  path  = "/",
  hints = {
    font("/static/inter.woff2", { crossorigin = "use-credentials" }),
    preconnect "https://fonts.example",
    preconnect("https://cdn.example", { crossorigin = true }),
    font "https://fonts.example/inter.woff2",
    font "https://cdn.example/inter.woff2",
  },
}
