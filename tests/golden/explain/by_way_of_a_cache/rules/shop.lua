rule { name = "theme", path = "/",
  hints = function(req)
    return { style(req.cookies.theme and "/static/dark.css" or "/static/app.css") }
  end }
