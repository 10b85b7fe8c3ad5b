return {
  listen = { { address = "127.0.0.1:8080" } },
  sites = {
    ["shop.example"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "www", max_age = 60 } } },
    ["blog.example"] = { rules = "rules/*.lua", routes = { ["/b/"] = { files = "www", max_age = 60 } } },
  },
}
