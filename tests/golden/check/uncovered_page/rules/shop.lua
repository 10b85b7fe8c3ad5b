rule { name = "home", path = "/", hints = { style "/static/app.css" } }
rule { name = "sale", path = "/about", to = "2020-01-31", hints = { style "/static/app.css" } }
rule { name = "trial", path = "/old", shadow = true, hints = { style "/static/app.css" } }
rule { name = "product", path = "/product/{id}", hints = function(req) return { style("/static/" .. req.params.id .. ".css") } end }
