"""The terminal companion: a client of the control API that shows the session and sends decisions."""
