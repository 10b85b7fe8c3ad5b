rule {
  name  = "home",
  path  = "/",
  hints = {
    style "/app/members.css",
    style "/app/proxied.css",
    style "/app/elsewhere.css",
    style "/app/broken.css",
    style "/app/withdrawn.css",
    style "/app/teapot.css",
    style "/app/login.css",
  },
}
