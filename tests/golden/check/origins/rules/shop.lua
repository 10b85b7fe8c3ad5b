-- Of one host with several ports and schemes at most one is the page's own.
rule {
  name  = "ports",
  host  = "shop.example",
  path  = "/",
  hints = { preconnect "https://shop.example", preconnect "https://shop.example:8443", preconnect "http://shop.example" },
}
rule {
  name  = "two names",
  host  = { "www.shop.example", "de.shop.example" },
  path  = "/",
  hints = { preconnect "https://www.shop.example", preconnect "https://de.shop.example" },
}
rule { name = "listed", host = "shop.example", path = "/cart", hints = function(req)
  return { preconnect("http://" .. req.host .. ":8080") }
end }
