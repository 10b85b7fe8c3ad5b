rule { name = "home", path = "/", hints = { style "/static/private/app.css" } }
