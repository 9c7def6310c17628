"""What runs beside the product: pictures and measurements of the running app."""
