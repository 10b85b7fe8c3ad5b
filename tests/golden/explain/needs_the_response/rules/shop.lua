rule { name = "late", path = "/", phase = "response", hints = function(req, res) return { style "/static/app.css" } end }
