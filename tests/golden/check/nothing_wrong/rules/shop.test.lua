expect(request{ path = "/product/7" }).hints{ style "/static/app.css" }
