rule { name = "home", path = "/", hints = { style "/never/app.css" } }
