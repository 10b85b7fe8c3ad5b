rule { name = "home", path = "/", hints = { style "/static/gone.css", style "/app/site.css" } }
