"""Full screens and dialogs; what they hold is in `widgets`."""
