return {
  listen = { { address = "127.0.0.1:8080" } },
  sites = { ["shop.example"] = { rules = "rules/*.lua", routes = {
    ["/"] = { proxy = "http://127.0.0.1:9" }, ["/static/"] = { files = "www", max_age = 3600 } } } },
}
