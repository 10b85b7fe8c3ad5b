return {
  listen = {
    { address = "127.0.0.1:8000", behind = { trusted = { "127.0.0.1" }, country_header = "X-Country" } },
    { address = "127.0.0.1:8458", proxy_protocol = true, from = { "127.0.0.1" },
      tls = { certificate = "none.pem", key = "none.key" } },
  },
  sites = { ["*"] = { rules = "rules/*.lua", routes = {
    ["/"] = { proxy = "http://127.0.0.1:9" }, ["/static/"] = { files = "www" } } } },
}
