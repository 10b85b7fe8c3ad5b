rule { name = "never holds", path = "/product/", when = function(req) return false end, hints = function(req) return {} end }
rule { name = "contradicts", path = "/product/", when = { cookie = "a*", no_cookie = "a*" }, hints = function(req) return {} end }
rule { name = "no route", path = "/elsewhere", hints = function(req) return {} end }
rule { name = "late", path = "/product/late", phase = "response", hints = function(req, res) return {} end }
rule { name = "few", path = "/static/few", share = 0.0000001, hints = function(req) return {} end }
rule { name = "unnamed page", path = "/product/page/{id}", hints = function(req) return {} end }
rule { name = "captured", path = "/static/pages/{name}", hints = { style "https://cdn.example/{name}.css", style "/static/{name}.css" } }
