return {
  listen = {
    { address = "127.0.0.1:8080" },
  },
  sites = {
    ["shop.example"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "www", max_age = 60 } } },
    ["www.shop.example"] = { aliases = { "de.shop.example" }, rules = "rules/*.lua",
                             routes = { ["/"] = { files = "www", max_age = 60 } } },
  },
}
