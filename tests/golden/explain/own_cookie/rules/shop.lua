rule { name = "guest", path = "/", when = { no_cookie = "outrider*" }, hints = { style "/static/app.css" } }
rule { name = "dutch", path = "/", when = { country = "nl" }, hints = { style "/static/app.css" } }
