rule { name = "home", path = "/", hints = { script "/static/gone.js" } }
