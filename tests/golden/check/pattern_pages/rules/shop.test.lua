expect(request{ path = "/x/light" }).hints{ style "/static/light.css" }
