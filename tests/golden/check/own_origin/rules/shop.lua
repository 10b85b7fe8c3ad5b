rule {
  name  = "home",
  path  = "/{page}",
  hints = { preconnect "https://Shop.example", preconnect "https://shop.example:9999", preconnect "https://cdn.example" },
}
rule {
  name  = "cart",
  path  = "/cart",
  hints = function(req) return { preconnect("https://" .. req.host) } end,
}
