return {
  listen = {
    { address = "127.0.0.1:8000", behind = { trusted = { "127.0.0.1" }, country_header = "X-Country" } },
  },
  sites = { ["shop.example"] = { rules = "rules/*.lua", routes = {
    ["/"] = { proxy = "http://127.0.0.1:9" }, ["/static/"] = { files = "www" } } } },
}
