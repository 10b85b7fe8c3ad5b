rule { name = "home", path = "/", hints = { style "/static/app.css" } }
rule { name = "product", path = "/product/{id}", hints = function(req) return { style("/static/" .. req.params.id .. ".css") } end }
