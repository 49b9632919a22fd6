"""A push service on loopback: takes notifications, checks who signs them, and opens them.

In a test::

    async with PushStandIn() as push:
        browser = push.browser()            # what `PushManager.subscribe` would give
        ...
        assert browser.heard[0].payload["kind"] == "question"
"""

from deploy.devkit.push.server import Browser, Notification, PushStandIn

__all__ = ["Browser", "Notification", "PushStandIn"]
