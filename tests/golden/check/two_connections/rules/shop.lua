rule {
  name  = "home",
  path  = "/",
  hints = {
    preconnect "https://fonts.example",
    preconnect("https://fonts.example", { crossorigin = true }),
    font "https://fonts.example/inter.woff2",
    style "https://fonts.example/inter.css",
  },
}
