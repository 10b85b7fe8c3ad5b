rule { name = "home", path = "/", hints = { script "/static/gone.js", script "/static/app.css" } }
