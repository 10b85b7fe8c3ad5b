return {
  listen = { { address = "127.0.0.1:8443", tls = { certificate = "none.pem", key = "none.key" } } },
  sites = { ["shop.example"] = { rules = "rules/*.lua", routes = {
    ["/"] = { proxy = "http://127.0.0.1:9" }, ["/static/"] = { files = "www" } } } },
}
