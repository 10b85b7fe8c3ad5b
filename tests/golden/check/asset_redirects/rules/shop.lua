rule { name = "home", path = "/", hints = { style "/old/app.css" } }
