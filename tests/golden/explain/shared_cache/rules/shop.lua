rule { name = "theme", path = "/", when = { cookie = "theme" }, hints = { style "/static/app.css" } }
