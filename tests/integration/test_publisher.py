"""From a bundle to a branch and a pull request, on real git over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain import AgentId, Options
from bot.errors import (
    ForbiddenContent,
    GitHubRefused,
    InstallationGone,
    PublishRefused,
    PushRejected,
    RateLimited,
    RepositoryUnusable,
    Unavailable,
)
from deploy.devkit.github import GitHubStandIn
from deploy.devkit.github import git as bare
from runner.spec import Verification
from tests.fakes.github import REPO
from tests.fakes.press import Press, press, publisher_on
from tests.fakes.workshop import BRANCH, FIX, Workshop, git, heads

FAILED = Verification(
    command="make test", outcome="failed", exit_code=2, seconds=3, baseline_outcome="passed"
)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Press]:
    async with press(tmp_path) as it:
        yield it


def body_of(github: GitHubStandIn) -> str:
    return github.pulls(REPO)[-1].body or ""


async def test_verified_change_becomes_a_branch_and_a_pull_request_ready_for_review(
    desk: Press,
) -> None:
    head = desk.workshop.commit(FIX)

    published = await desk.publish()

    pulls = desk.github.pulls(REPO)
    assert (await desk.github.refs(REPO))[f"refs/heads/{BRANCH}"] == head
    assert [(p.number, p.draft) for p in pulls] == [(published.pr_number, False)]
    assert published.branch == BRANCH
    assert published.head_sha == head
    assert f"Closes #{desk.issue}" in body_of(desk.github)
    row = "| `python -m pytest -q` | ❌ failed (exit 1) | ✅ passed (exit 0) | 1.4 s |"
    assert row in body_of(desk.github)
    assert "- `widgets.py` +1 -1" in body_of(desk.github)


async def test_pull_request_is_opened_as_a_draft_before_it_is_ready(desk: Press) -> None:
    desk.workshop.commit(FIX)
    desk.github.fault("/graphql", status=403, message="Resource not accessible by integration")

    published = await desk.publish()

    assert desk.github.pulls(REPO)[0].draft
    assert "did not let us take its draft mark away" in published.note


@pytest.mark.parametrize("verification", [Verification(), FAILED], ids=["no command", "failed"])
async def test_unverified_change_stays_a_draft_that_closes_nothing(
    desk: Press, verification: Verification
) -> None:
    desk.workshop.commit(FIX)

    await desk.publish(verification=verification)

    assert desk.github.pulls(REPO)[0].draft
    assert f"Refs #{desk.issue}" in body_of(desk.github)
    assert "Closes" not in body_of(desk.github)


@pytest.mark.parametrize("status", ["failed", "cancelled"])
async def test_agent_that_did_not_finish_leaves_its_work_on_the_branch_only(
    desk: Press, status: str
) -> None:
    head = desk.workshop.commit(FIX)

    published = await desk.publish(status=status, reason="the budget is spent")

    assert (await desk.github.refs(REPO))[f"refs/heads/{BRANCH}"] == head
    assert published.branch == BRANCH
    assert desk.github.pulls(REPO) == []


@pytest.mark.parametrize("kind", ["answer", "nothing"])
async def test_answer_needs_no_branch(desk: Press, kind: str) -> None:
    desk.workshop.commit(FIX)

    published = await desk.publish(kind=kind, answer="42")

    assert published.branch == ""
    assert heads(await desk.github.refs(REPO)) == []


async def test_publishing_twice_leaves_one_branch_and_one_pull_request(desk: Press) -> None:
    desk.workshop.commit(FIX)

    first = await desk.publish()
    second = await desk.publish()

    assert first == second
    assert heads(await desk.github.refs(REPO)) == [BRANCH]
    assert len(desk.github.pulls(REPO)) == 1


async def test_work_goes_out_though_the_base_has_moved_on(desk: Press) -> None:
    desk.workshop.commit(FIX)
    for number in range(3):
        await desk.github.push(REPO, "main", {"NEWS.md": f"{number}\n"}, author="dana")

    published = await desk.publish()

    assert published.pr_number is not None


async def test_work_on_a_rewritten_base_is_refused(desk: Press) -> None:
    desk.workshop.commit(FIX)
    path = desk.github.world.repository(REPO).path
    await bare.update_ref(path, "refs/heads/main", None)
    await desk.github.push(REPO, "main", {"new.txt": "started again\n"}, author="dana")

    with pytest.raises(PublishRefused, match="does not start from a commit of `main`"):
        await desk.publish()


async def test_work_on_a_commit_that_only_a_fork_has_is_refused(
    desk: Press, tmp_path: Path
) -> None:
    path = desk.github.world.repository(REPO).path
    await desk.github.push(REPO, "evil", {".github/workflows/x.yml": "on: push\n"}, author="dana")
    shop = Workshop(tmp_path / "evil", path, branch=BRANCH, base="evil")
    shop.commit(FIX)
    bundle = shop.bundle()

    with pytest.raises(PublishRefused, match="does not start from a commit of `main`"):
        await desk.publish_as(shop.outcome(bundle), bundle)


async def test_agent_goes_on_from_its_own_branch(desk: Press, tmp_path: Path) -> None:
    desk.workshop.commit(FIX)
    first = await desk.publish()
    path = desk.github.world.repository(REPO).path
    shop = Workshop(tmp_path / "again", path, base=BRANCH)
    shop.commit({"NEWS.md": "multiplied\n"})
    bundle = shop.bundle()

    second = await desk.publish_as(shop.outcome(bundle), bundle)

    assert second.pr_number == first.pr_number
    assert second.head_sha == shop.head == (await desk.github.refs(REPO))[f"refs/heads/{BRANCH}"]


async def test_agent_goes_on_where_a_person_went_on_with_its_branch(
    desk: Press, tmp_path: Path
) -> None:
    desk.workshop.commit(FIX)
    await desk.publish()
    await desk.github.push(REPO, BRANCH, {"hers.txt": "dana's\n"}, author="dana")
    path = desk.github.world.repository(REPO).path
    shop = Workshop(tmp_path / "again", path, base=BRANCH)
    shop.commit({"NEWS.md": "multiplied\n"})
    bundle = shop.bundle()
    on_main = desk.workshop.base_sha

    published = await desk.publish_as(shop.outcome(bundle, base_sha=on_main), bundle)

    assert published.branch == BRANCH
    assert (await desk.github.refs(REPO))[f"refs/heads/{BRANCH}"] == shop.head


async def test_workflows_are_allowed_by_the_base_branch_only(desk: Press, tmp_path: Path) -> None:
    allow = {".github/cadence.yml": "allow_workflows: true\n"}
    desk.workshop.commit(allow)
    await desk.publish(status="failed")
    path = desk.github.world.repository(REPO).path
    shop = Workshop(tmp_path / "again", path, base=BRANCH)
    shop.commit({".github/workflows/x.yml": "on: push\n"})
    bundle = shop.bundle()

    with pytest.raises(ForbiddenContent, match="workflow"):
        await desk.publish_as(shop.outcome(bundle), bundle)

    await desk.github.push(REPO, "main", allow, author="dana")
    with pytest.raises(PushRejected, match="the App has no permission for those"):
        await desk.publish_as(shop.outcome(bundle), bundle)


async def test_work_goes_out_from_far_behind_the_base(desk: Press, tmp_path: Path) -> None:
    desk.workshop.commit(FIX)
    path = desk.github.world.repository(REPO).path
    far = Workshop(tmp_path / "far", path, branch="far")
    for number in range(60):
        far.commit_index(f"Step {number}")
    git(far.path, "push", "-q", str(path), "far:main")

    assert (await desk.publish()).pr_number is not None


async def test_tokens_are_narrow_revoked_and_in_no_file(desk: Press, tmp_path: Path) -> None:
    desk.workshop.commit(FIX)

    await desk.publish()

    asked = [c.request_body for c in desk.github.requests if c.path.endswith("access_tokens")]
    contents = [body for body in asked if set(body["permissions"]) == {"contents"}]
    assert [body["permissions"]["contents"] for body in contents] == ["read", "write"]
    assert all(body["repository_ids"] == [desk.agent.task.repository_id] for body in contents)
    revoked = [c.status for c in desk.github.requests if c.method == "DELETE"]
    assert revoked == [204, 204]
    files = [f for f in (tmp_path / "mirrors").rglob("*") if f.is_file()]
    assert files
    assert not [f for f in files if b"ghs_" in f.read_bytes() or b"Authorization" in f.read_bytes()]


async def test_configuration_of_the_host_and_of_the_tree_is_never_read(
    desk: Press, tmp_path: Path
) -> None:
    trap = tmp_path / "sprung"
    evil = tmp_path / "home"
    evil.mkdir()
    hook = evil / "hook"
    hook.write_text(f"#!/bin/sh\ntouch {trap}\n")
    hook.chmod(0o755)
    for name in ("pre-push", "reference-transaction", "post-checkout", "update"):
        (evil / name).symlink_to(hook)
    config = (
        f"[core]\n\thooksPath = {evil}\n\tfsmonitor = {hook}\n\tsshCommand = {hook}\n"
        f'[filter "x"]\n\tclean = {hook}\n\tsmudge = {hook}\n[diff "x"]\n\ttextconv = {hook}\n'
        f'\tcommand = {hook}\n[url "http://127.0.0.1:1/"]\n\tinsteadOf = {desk.github.url}\n'
        f"[credential]\n\thelper = {hook}\n[gpg]\n\tprogram = {hook}\n[push]\n\tgpgSign = true\n"
        f"[uploadpack]\n\tpackObjectsHook = {hook}\n"
    )
    (evil / ".gitconfig").write_text(config)
    (evil / "git").mkdir()
    (evil / "git/config").write_text(config)
    desk.workshop.commit({".gitattributes": "* filter=x diff=x merge=x\n", **FIX})
    publisher = publisher_on(
        desk.app,
        desk.github.url,
        tmp_path / "others",
        environment={"HOME": str(evil), "XDG_CONFIG_HOME": str(evil), "GIT_DIR": "/nowhere"},
    )
    bundle, head = desk.workshop.bundle(), desk.workshop.head
    outcome = desk.workshop.outcome(bundle)
    plain_config = desk.workshop.path / ".git/config"
    plain_config.write_text(plain_config.read_text() + config)

    published = await publisher.publish(desk.agent, outcome, bundle)

    assert published.head_sha == head
    assert not trap.exists()


async def test_two_at_once_on_one_repository_wait_for_each_other(
    desk: Press, tmp_path: Path
) -> None:
    desk.workshop.commit(FIX)
    path = desk.github.world.repository(REPO).path
    shop = Workshop(tmp_path / "second", path, branch="cadence/8-other")
    shop.commit({"other.txt": "x\n"})
    bundle = shop.bundle()
    other = replace(desk.agent, id=AgentId("other"), branch="cadence/8-other")

    first, second = await asyncio.gather(
        desk.publish(), desk.publisher.publish(other, shop.outcome(bundle), bundle)
    )

    assert (first.branch, second.branch) == (BRANCH, "cadence/8-other")
    assert len(desk.github.pulls(REPO)) == 2


async def test_branch_with_somebody_elses_work_is_left_alone(desk: Press) -> None:
    theirs = await desk.github.push(REPO, BRANCH, {"mine.txt": "dana's\n"}, author="dana")
    head = desk.workshop.commit(FIX)

    published = await desk.publish()
    again = await desk.publish()

    refs = await desk.github.refs(REPO)
    assert refs[f"refs/heads/{BRANCH}"] == theirs
    assert refs[f"refs/heads/{BRANCH}-2"] == head
    assert published.branch == again.branch == f"{BRANCH}-2"
    assert len(desk.github.pulls(REPO)) == 1


async def test_push_race_is_taken_up_again(desk: Press) -> None:
    desk.workshop.commit(FIX)
    steps: list[str] = []

    def somebody_is_faster(step: str) -> None:
        steps.append(step)
        if steps.count("push") == 1 and step == "push":
            path = desk.github.world.repository(REPO).path
            target = path / "refs/heads" / BRANCH
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(theirs + "\n")

    theirs = await desk.github.push(REPO, "side", {"side.txt": "x\n"}, author="dana")
    desk.publisher._checkpoint = somebody_is_faster

    published = await desk.publish()

    assert steps.count("push") == 2
    assert published.branch == f"{BRANCH}-2"
    assert (await desk.github.refs(REPO))[f"refs/heads/{BRANCH}"] == theirs


async def test_protected_branch_ends_in_a_sentence(desk: Press) -> None:
    desk.github.protect(REPO, BRANCH)
    desk.workshop.commit(FIX)

    with pytest.raises(PushRejected, match=f"`{BRANCH}`: the branch is protected"):
        await desk.publish()

    assert desk.github.pulls(REPO) == []


async def test_pull_request_somebody_opened_meanwhile_is_taken_over(desk: Press) -> None:
    desk.workshop.commit(FIX)
    await desk.publish(status="failed")
    desk.github.fault(r"/pulls$", method="POST", status=502, is_after=True)

    with pytest.raises(Unavailable):
        await desk.publish()
    published = await desk.publish()

    assert [p.number for p in desk.github.pulls(REPO)] == [published.pr_number]


async def test_pull_request_that_exists_already_is_found_when_github_says_so(
    desk: Press,
) -> None:
    desk.workshop.commit(FIX)
    words = f"A pull request already exists for acme:{BRANCH}."
    desk.github.fault(r"/pulls$", method="POST", status=422, message=words, is_after=True)

    published = await desk.publish()

    assert [p.number for p in desk.github.pulls(REPO)] == [published.pr_number]


async def test_refused_pull_request_still_says_where_the_work_is(desk: Press) -> None:
    desk.workshop.commit(FIX)
    desk.github.fault(r"/pulls$", method="POST", status=403, message="no")

    with pytest.raises(GitHubRefused, match=f"; the work is on the branch `{BRANCH}`"):
        await desk.publish()


async def test_where_there_are_no_drafts_an_ordinary_pull_request_is_opened(desk: Press) -> None:
    desk.workshop.commit(FIX)
    words = "Draft pull requests are not supported in this repository."
    desk.github.fault(r"/pulls$", method="POST", status=422, message=words)

    published = await desk.publish(verification=FAILED)

    assert not desk.github.pulls(REPO)[0].draft
    assert "not verified, and GitHub has no drafts here" in published.note


async def test_merged_pull_request_is_not_opened_again(desk: Press) -> None:
    desk.workshop.commit(FIX)
    first = await desk.publish()
    assert first.pr_number is not None
    await desk.github.merge(REPO, first.pr_number, "dana")

    again = await desk.publish()

    assert again.pr_number == first.pr_number
    assert "is merged already" in again.note
    assert len(desk.github.pulls(REPO)) == 1


async def test_other_base_is_the_one_that_was_asked_for(desk: Press, tmp_path: Path) -> None:
    await desk.github.push(REPO, "release/1", {"V": "1\n"}, author="dana")
    path = desk.github.world.repository(REPO).path
    shop = Workshop(tmp_path / "release", path, base="release/1")
    shop.commit(FIX)
    bundle = shop.bundle()
    task = replace(desk.agent.task, options=Options(base="release/1"))

    await desk.publisher.publish(replace(desk.agent, task=task), shop.outcome(bundle), bundle)

    assert desk.github.pulls(REPO)[0].base_ref == "release/1"


async def test_bundle_that_changed_on_its_way_is_refused(desk: Press) -> None:
    desk.workshop.commit(FIX)

    with pytest.raises(PublishRefused, match="not the work that was sent"):
        await desk.publish(bundle_sha256="0" * 64)


async def test_lost_bundle_ends_in_a_sentence(desk: Press, tmp_path: Path) -> None:
    desk.workshop.commit(FIX)
    outcome = desk.workshop.outcome(desk.workshop.bundle())

    with pytest.raises(PublishRefused, match="is gone"):
        await desk.publish_as(outcome, tmp_path / "nowhere.bundle")


async def test_removed_installation_ends_in_a_sentence(desk: Press) -> None:
    desk.workshop.commit(FIX)
    desk.github.uninstall(desk.town.installation_id)

    with pytest.raises(InstallationGone, match="is not there any more"):
        await desk.publish()


async def test_archived_repository_ends_in_a_sentence(desk: Press) -> None:
    desk.workshop.commit(FIX)
    desk.github.archive(REPO)

    with pytest.raises((RepositoryUnusable, GitHubRefused), match="archived"):
        await desk.publish()


async def test_base_that_is_gone_ends_in_a_sentence(desk: Press) -> None:
    desk.workshop.commit(FIX)
    task = replace(desk.agent.task, options=Options(base="nowhere"))
    bundle = desk.workshop.bundle()

    with pytest.raises(RepositoryUnusable, match="no branch `nowhere`"):
        await desk.publisher.publish(
            replace(desk.agent, task=task), desk.workshop.outcome(bundle), bundle
        )


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param({"path": r"/pulls", "status": 503}, Unavailable, id="503"),
        pytest.param(
            {"path": r"/pulls", "status": 429, "retry_after_s": 61}, RateLimited, id="429"
        ),
        pytest.param({"path": r"/pulls", "is_secondary": True}, RateLimited, id="secondary"),
        pytest.param({"path": r"/pulls", "status": 403, "message": "no"}, GitHubRefused, id="403"),
        pytest.param({"path": r"/pulls", "status": 404}, GitHubRefused, id="404"),
        pytest.param({"path": r"/pulls", "status": 422, "message": "no"}, GitHubRefused, id="422"),
        pytest.param({"path": r"access_tokens", "status": 500}, Unavailable, id="no token"),
        pytest.param({"path": r"git-upload-pack", "status": 503}, Unavailable, id="git 503"),
        pytest.param({"path": r"info/refs", "status": 429}, Unavailable, id="git 429"),
        pytest.param({"path": r"info/refs", "status": 403}, GitHubRefused, id="git 403"),
        pytest.param({"path": r"info/refs", "status": 404}, RepositoryUnusable, id="git 404"),
        pytest.param({"path": r"git-receive-pack", "status": 500}, Unavailable, id="push 500"),
        pytest.param({"path": r"git-receive-pack$", "is_cut": True}, Unavailable, id="push cut"),
    ],
)
async def test_github_in_trouble_is_said_and_the_next_try_finishes_the_work(
    desk: Press, fault: dict[str, object], error: type[Exception]
) -> None:
    desk.workshop.commit(FIX)
    desk.github.fault(**fault, times=1_000)  # type: ignore[arg-type]  # one dict for all kinds

    with pytest.raises(error):
        await desk.publish()
    desk.github.site.faults.waiting.clear()
    published = await desk.publish()

    assert heads(await desk.github.refs(REPO)) == [BRANCH]
    assert [p.number for p in desk.github.pulls(REPO)] == [published.pr_number]
