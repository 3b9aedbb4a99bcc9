"""What runs the app: a browser here, phones elsewhere."""
