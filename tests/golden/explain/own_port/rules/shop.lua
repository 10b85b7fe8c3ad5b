rule { name = "home", path = "/", hints = { style "https://shop.example:8443/static/app.css?v=1" } }
