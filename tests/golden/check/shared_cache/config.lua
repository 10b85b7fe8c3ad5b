return {
  listen = { { address = "127.0.0.1:8080" } },
  sites = { ["shop.example"] = { rules = "rules/*.lua", routes = {
    ["/"] = { files = "www", max_age = 60 },
    ["/account/"] = { files = "www", headers = { ["cache-control"] = "private" } },
    ["/app/"] = { proxy = "http://127.0.0.1:9" },
    ["/search"] = { proxy = "http://127.0.0.1:9", headers = { ["cache-control"] = "max-age=5" } } } } },
}
