-- A single-page application as `vite build` leaves it: hashed files for ever, and one page for every path.
return {
  listen = {
    { address = "127.0.0.1:" .. env("OUTRIDER_PORT", "8445"),
      tls = { certificate = ".outrider/localhost.pem", key = ".outrider/localhost.key" } },
  },
  sites = {
    ["*"] = {
      rules  = "rules/*.lua",
      routes = {
        -- The page names the hashed files, so it is asked for each time.
        ["/"] = { files = "dist", fallback = "/index.html", max_age = 0, deny = { "/.vite/**" } },
        ["/assets/"] = { files = "dist/assets", max_age = 31536000 },
      },
    },
  },
  admin = { address = "unix:.outrider/admin.sock" },
  watch = true,  -- a new build shows in the next request
  log = { access = { to = "stdout", format = "combined" } },
}
