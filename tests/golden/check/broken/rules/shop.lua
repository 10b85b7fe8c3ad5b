rule { name = "home", path = "/", hint = { script "/static/gone.js" } }
