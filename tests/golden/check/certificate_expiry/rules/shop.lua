rule { name = "home", path = "/", hints = { style "/static/app.css" } }
