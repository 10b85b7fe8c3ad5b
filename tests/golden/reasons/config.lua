return {
  listen = {
    { address = "127.0.0.1:8080" },
    { address = "127.0.0.1:8443", tls = { certificate = "none.pem", key = "none.key" } },
    { address = "127.0.0.1:8081", behind = { trusted = { "127.0.0.1" } } },
  },
  clients = "clients.lua",
  limits = { pushes_per_connection = 2 },
  sites = {
    ["*"] = { rules = "rules/*.lua", routes = {
      ["/"] = { proxy = "http://127.0.0.1:9" },
      ["/files/"] = { files = "www", max_age = 60 },
      ["/stale/"] = { files = "www", max_age = 0 },
      ["/moved/"] = { redirect = { to = "/files/", status = 308 } },
    } },
    ["unpushed.example"] = { push = false, rules = "rules/*.lua", routes = { ["/"] = { files = "www", max_age = 60 } } },
    ["late.example"] = { early_hints = "off", rules = "rules/*.lua", routes = { ["/"] = { proxy = "http://127.0.0.1:9" } } },
  },
}
