rule {
  name  = "home",
  path  = "/",
  hints = {
    style "/app/fine.css?v=1",
    style "/app/gone.css",
    style "/app/denied.css",
    style "/app/moved.css",
    style "/app/page.css",
    style "/app/secret.css",
    style "/app/stale.css",
    style "/app/no-head.css",
    style "https://cdn.example/of-somebody-else.css",
  },
}
