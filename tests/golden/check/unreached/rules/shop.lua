rule { name = "one segment", path = "/v/*", final = true }
rule { name = "behind it", path = "/v/{x}", hints = { style "/static/app.css" } }
rule { name = "one name", path = "/w/{y}", final = true }
rule { name = "another name", path = "/w/{x}", hints = { style "/static/app.css" } }
rule { name = "may be empty", path = "/w/*", hints = { style "/static/app.css" } }
rule { name = "excepted", path = "/y", except = "/y*", hints = { style "/static/app.css" } }
rule { name = "excepted in part", path = "/z/*", except = "/z/a", hints = { style "/static/app.css" } }
rule { name = "health", path = "/health", hints = function(req) return { style "/static/app.css" } end }
