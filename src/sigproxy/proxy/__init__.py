"""The proxy: mitmproxy with only what is needed, and the addons that capture and steer the traffic."""
