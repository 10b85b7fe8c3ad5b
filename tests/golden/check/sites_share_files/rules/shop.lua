rule { name = "shop", host = "shop.example", path = "/", hints = { style "/app.css" } }
rule { name = "cart", host = "shop.example", path = "/cart", hints = function(req) return { style "/app.css" } end }
rule { name = "blog", host = "blog.example", path = "/b/", hints = { style "/b/app.css" } }
rule { name = "both", host = { "shop.example", "blog.example" }, path = "/b/new", hints = { preconnect("https://cdn.example") } }
rule { name = "pages of one", path = "/news", hints = { style "/app.css" } }
rule { name = "nobody", host = "news.example", path = "/", hints = { style "/gone.css" } }
