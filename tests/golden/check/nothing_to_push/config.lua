local routes = { ["/"] = { files = "www", max_age = 60 } }
return {
  listen = { { address = "127.0.0.1:8080" } },
  sites = {
    ["shop.example"] = { rules = "rules/*.lua", routes = routes, budget_bytes = 100 },
    ["off.example"]  = { rules = "rules/*.lua", routes = routes, budget_bytes = 100, push = false },
    ["none.example"] = { rules = "rules/*.lua", routes = routes, budget_bytes = 0 },
  },
}
