rule { name = "logged in", path = "/product.html", when = { cookie = "session" }, final = true }
rule { name = "base", hints = { style "/app.css" } }
rule { name = "guests", path = "/*.html", when = { no_cookie = "session*" }, hints = { style "/guest.css", style "/gone.css" } }
