-- Outrider's configuration: man outrider.conf explains every key.
--
--   outrider check      says what is wrong with this file, or with the rules
--   outrider reload     takes what is on disk into service; nothing is taken if anything is wrong
--   outrider explain /  says what a request gets, and why
--
-- As installed, it serves a welcome page to this machine alone.

return {
  listen = {
    { address = "127.0.0.1:8080" },
    -- A certificate that no browser trusts, made by the server in /var/lib/outrider.
    { address = "127.0.0.1:8443", tls = { self_signed = true } },

    -- Everybody, with certificates that certbot renews (see man outrider.conf):
    -- { address = "[::]:80", redirect_to_https = true },
    -- { address = "[::]:443", tls = {
    --   certificate = "/etc/outrider/tls/www.example.com.pem", key = "/etc/outrider/tls/www.example.com.key" } },
  },

  sites = {
    ["*"] = {
      rules = "rules/*.lua",
      routes = {
        ["/"] = { files = "/usr/share/outrider/welcome", max_age = 3600 },
        -- An application instead: ["/"] = { proxy = { servers = { "http://127.0.0.1:3000" } } },
      },
    },
  },
  -- Each of these files returns such a table: return { ["www.example.com"] = { rules = …, routes = … } }
  include = "sites.d/*.lua",

  log = { access = { to = "/var/log/outrider/access.log", format = "json" } },
  admin = { address = "unix:/run/outrider/admin.sock" },

  -- Whom a server that root starts goes on as. (systemd starts it as that user.)
  user = "outrider",
}
