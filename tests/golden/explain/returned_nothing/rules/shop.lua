rule { name = "forgotten", path = "/", hints = function(req) local list = { style "/static/app.css" } end }
rule { name = "broken", path = "/", hints = function(req) return { style("/static/" .. req.query.name) } end }
rule { name = "guard", path = "/", final = true }
