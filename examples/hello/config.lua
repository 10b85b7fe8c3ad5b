-- The smallest site with rules: files, a certificate, and rules/*.lua.
return {
  listen = {
    { address = "127.0.0.1:" .. env("OUTRIDER_PORT", "8443"),
      tls = { certificate = ".outrider/localhost.pem", key = ".outrider/localhost.key" } },
  },
  sites = {
    ["*"] = {
      rules  = "rules/*.lua",
      routes = { ["/"] = { files = "www", max_age = 3600 } },
    },
  },
  admin = { address = "unix:.outrider/admin.sock" },  -- outrider status -c config.lua
  watch = true,  -- an edit shows in the next request
  log = { access = { to = "stdout", format = "combined" }, error = { level = "info" } },
}
