return {
  listen = {
    { address = "127.0.0.1:8080" },
    { address = "127.0.0.1:8443",
      tls = { { certificate = "tls/shop.example.pem", key = "tls/shop.example.key" } } },
  },
  sites = { ["shop.example"] = { rules = "rules/*.lua", routes = {
    ["/"] = { proxy = "http://127.0.0.1:9" }, ["/static/"] = { files = "www", max_age = 3600 } } } },
}
