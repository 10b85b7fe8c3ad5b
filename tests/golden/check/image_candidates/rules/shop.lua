rule {
  name  = "home",
  path  = "/",
  hints = {
    style "/static/app.css",
    image("/static/a.avif", { imagesrcset = "/static/a.avif 1x, /static/b.avif 2x,/static/c.avif", imagesizes = "50vw" }),
  },
}
