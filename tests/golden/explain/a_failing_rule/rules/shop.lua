rule { name = "broken", path = "/", hints = function(req) return { style(req.nothing.at.all) } end }
rule { name = "home", path = "/", hints = { style "/static/app.css" } }
