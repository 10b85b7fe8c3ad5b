-- A JSON API behind the server, for clients that take pushes.
return {
  listen = {
    { address = "127.0.0.1:" .. env("OUTRIDER_PORT", "8446"),
      tls = { certificate = ".outrider/localhost.pem", key = ".outrider/localhost.key" } },
  },
  sites = {
    ["*"] = {
      rules         = "rules/*.lua",
      routes        = { ["/"] = { proxy = "http://unix:.outrider/api.sock" } },
      client_cookie = false,  -- API clients keep no cookies; what went over their connection is remembered there
    },
  },
  admin = { address = "unix:.outrider/admin.sock" },
  watch = true,
  log = { access = { to = "stdout", format = "combined" } },
}
