"""The App asks for the least, and for what the handlers listen to."""

from bot import manifest


def test_app_may_do_only_what_the_work_needs() -> None:
    assert manifest.read().permissions == {
        "checks": "read",
        "contents": "write",
        "issues": "write",
        "metadata": "read",
        "pull_requests": "write",
    }


def test_app_hears_of_everything_that_starts_or_steers_an_agent() -> None:
    assert set(manifest.read().events) >= {
        "issues",
        "issue_comment",
        "pull_request",
        "pull_request_review",
        "pull_request_review_comment",
        "check_run",
        "check_suite",
        "push",
        "repository",
    }


def test_app_is_private_and_reached_where_the_operator_says() -> None:
    filled = manifest.read().filled(
        base_url="https://c.example", webhook_path="/hooks", redirect_url="http://127.0.0.1:1/made"
    )

    assert filled["public"] is False
    assert filled["hook_attributes"] == {"url": "https://c.example/hooks", "active": True}
    assert filled["redirect_url"] == "http://127.0.0.1:1/made"
    assert filled["callback_urls"] == ["https://c.example/api/auth/github/callback"]
