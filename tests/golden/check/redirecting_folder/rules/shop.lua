rule { name = "home", path = "/", hints = { style "/static/themes" } }
