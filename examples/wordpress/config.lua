-- A WordPress site: PHP by FastCGI, everything else below the root as files.
return {
  listen = {
    { address = "127.0.0.1:" .. env("OUTRIDER_PORT", "8444"),
      tls = { certificate = ".outrider/localhost.pem", key = ".outrider/localhost.key" } },
  },
  sites = {
    ["*"] = {
      rules  = "rules/*.lua",
      routes = {
        ["/"] = {
          fastcgi = "unix:.outrider/php.sock",
          root    = "www",
          index   = "/index.php",     -- what is no file is a page of WordPress's
          max_age = 31536000,         -- of files, whose URLs have their version: style.css?ver=1.3
          deny    = { "/wp-content/uploads/**.php" },
        },
      },
    },
  },
  admin = { address = "unix:.outrider/admin.sock" },
  watch = true,
  log = { access = { to = "stdout", format = "combined" } },
}
