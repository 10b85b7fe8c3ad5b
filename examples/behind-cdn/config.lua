-- Two ways to stand behind a balancer or CDN: haproxy.cfg has the other side of each.
return {
  listen = {
    -- It speaks TLS and HTTP with the visitors. Their address and scheme come from the fields of those trusted here, and
    -- from nobody else.
    { address = "127.0.0.1:" .. env("OUTRIDER_BEHIND_PORT", "8457"),
      behind = { trusted = { "127.0.0.1" }, passes_103 = true } },

    -- It passes TCP on, with a line ahead that says for whom (PROXY protocol). TLS ends here.
    { address = "127.0.0.1:" .. env("OUTRIDER_PROXY_PORT", "8458"), proxy_protocol = true, from = { "127.0.0.1" },
      tls = { certificate = ".outrider/localhost.pem", key = ".outrider/localhost.key" } },
  },
  sites = {
    ["*"] = {
      rules  = "rules/*.lua",
      routes = {
        ["/"] = { proxy = "http://unix:.outrider/app.sock" },
        ["/assets/"] = { files = "www", max_age = 3600 },
      },
      budget_bytes = 100000,  -- nobody here sees what the visitor's connection can carry; without it nothing is pushed
    },
  },
  health = "/.outrider/health",  -- 503 after `outrider drain`: HAProxy then sends nobody any more
  admin = { address = "unix:.outrider/admin.sock" },
  watch = true,
  log = { access = { to = "stdout", format = "combined" } },
}
