"""sigproxy shows Segment signals as they leave an app and tries event rules before they are published."""

__version__ = "0.1.0"
