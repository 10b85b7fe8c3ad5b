rule { name = "page", path = "/page.html", hints = { style "/app.css" } }
