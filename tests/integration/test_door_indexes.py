"""What deliveries make of the indexes: queued, forgotten, or nothing."""

from typing import Any

import pytest

from handlers.installations import FIRST_INDEXES
from tests.fakes.github import REPO
from tests.integration.test_doors import Village, village

__all__ = ["village"]  # a fixture


def repository_id(village: Village) -> int:
    return village.github.world.repository(REPO).id


def asked(village: Village) -> list[tuple[int, int, str]]:
    return village.door.indexes.asked


def forgotten(village: Village) -> list[Any]:
    return village.door.indexes.forgotten


def push_to(village: Village, ref: str, **more: Any) -> dict[str, Any]:
    return {
        "ref": ref,
        "deleted": False,
        "installation": {"id": village.town.installation_id},
        "repository": {
            "id": repository_id(village),
            "full_name": REPO,
            "default_branch": "main",
        },
        **more,
    }


async def test_push_to_the_default_branch_is_indexed(village: Village) -> None:
    await village.github.push(REPO, "main", {"a.py": "x = 1\n"}, author="dana", message="x")
    await village.settled()

    assert asked(village) == [(village.town.installation_id, repository_id(village), REPO)]
    assert village.notes() == ["index queued"]


async def test_push_to_another_branch_is_settled_at_a_glance(village: Village) -> None:
    await village.github.push(REPO, "topic", {"a.py": "x = 1\n"}, author="dana", message="x")
    await village.settled()

    assert asked(village) == []
    assert set(village.notes()) == {"ignored: another branch"}


@pytest.mark.parametrize("ref", ["refs/tags/main", "refs/heads/mainx", "main", "", "refs/heads/"])
async def test_what_only_looks_like_the_default_branch_is_none(village: Village, ref: str) -> None:
    await village.deliver("push", push_to(village, ref))

    assert asked(village) == []


async def test_deleted_branch_is_forgotten(village: Village) -> None:
    await village.deliver("push", push_to(village, "refs/heads/topic/one", deleted=True))

    assert forgotten(village) == [(repository_id(village), "topic/one")]


@pytest.mark.parametrize(
    "broken",
    [
        {"repository": None},
        {"repository": {"id": "7", "full_name": REPO, "default_branch": "main"}},
        {"repository": {"id": 7, "full_name": "../x", "default_branch": "main"}},
        {"installation": None},
        {"ref": None},
        {"ref": 7, "deleted": True},
    ],
    ids=repr,
)
async def test_malformed_push_does_nothing(village: Village, broken: dict[str, Any]) -> None:
    await village.deliver("push", push_to(village, "refs/heads/main") | broken)

    assert asked(village) == []


async def test_new_installation_is_indexed_within_limits(village: Village) -> None:
    rows = [{"id": n, "full_name": f"acme/r{n}"} for n in range(1, FIRST_INDEXES + 40)]
    account = {"login": "acme", "type": "Organization"}
    body = {"action": "created", "installation": {"id": 9, "account": account}}

    await village.deliver("installation", {**body, "repositories": rows})

    assert len(asked(village)) == FIRST_INDEXES
    assert asked(village)[0] == (9, 1, "acme/r1")
    assert len(await village.door.installations.repositories(9)) == len(rows)


async def test_suspended_installation_keeps_nothing_and_comes_back(village: Village) -> None:
    await village.door.installations.note_repository(
        village.town.installation_id, repository_id(village), REPO, "main"
    )

    village.github.suspend(village.town.installation_id)
    await village.settled()
    assert forgotten(village) == [repository_id(village)]

    village.github.unsuspend(village.town.installation_id)
    await village.settled()
    assert asked(village) == [(village.town.installation_id, repository_id(village), REPO)]


async def test_removed_installation_is_forgotten(village: Village) -> None:
    await village.door.installations.note_repository(
        village.town.installation_id, repository_id(village), REPO, "main"
    )

    village.github.uninstall(village.town.installation_id)
    await village.settled()

    assert set(forgotten(village)) == {repository_id(village)}


async def test_repositories_that_come_and_go(village: Village) -> None:
    village.github.remove_repositories(village.town.installation_id, REPO)
    await village.settled()
    assert forgotten(village) == [repository_id(village)]

    village.github.add_repositories(village.town.installation_id, REPO)
    await village.settled()
    assert asked(village) == [(village.town.installation_id, repository_id(village), REPO)]


async def moved(village: Village, *, first: str) -> None:
    """Tell that a repository went from one installation to another, in either order."""
    moving = repository_id(village)
    row = {"id": moving, "full_name": REPO}
    old, new = village.town.installation_id, 4_711
    account = {"login": "acme", "type": "Organization"}
    told = {
        "added": (new, {"repositories_added": [row], "repositories_removed": []}),
        "removed": (old, {"repositories_added": [], "repositories_removed": [row]}),
    }
    await village.door.installations.note_repository(old, moving, REPO, "main")
    for action in sorted(told, key=lambda one: one != first):
        number, lists = told[action]
        body = {"action": action, "installation": {"id": number, "account": account}, **lists}
        await village.deliver("installation_repositories", body)


@pytest.mark.parametrize("first", ["added", "removed"])
async def test_transferred_repository_is_of_its_new_installation(
    village: Village, first: str
) -> None:
    await moved(village, first=first)

    assert await village.door.installations.place_of(repository_id(village)) == (4_711, REPO)
    assert asked(village) == [(4_711, repository_id(village), REPO)]
    if first == "added":  # its index moves with it
        assert forgotten(village) == []
        left = village.door.indexes.left
        assert left == [(village.town.installation_id, repository_id(village))]


async def test_end_of_the_old_installation_is_not_that_of_a_transferred_repository(
    village: Village,
) -> None:
    old, number = village.town.installation_id, repository_id(village)
    await village.door.installations.note_repository(4_711, number, REPO, "main")
    gone = {"action": "deleted", "installation": {"id": old, "account": {"login": "acme"}}}

    await village.deliver(
        "installation", {**gone, "repositories": [{"id": number, "full_name": REPO}]}
    )

    assert await village.door.installations.place_of(number) == (4_711, REPO)
    assert forgotten(village) == []
    assert village.door.indexes.left == [(old, number)]


async def test_renamed_repository_keeps_its_index(village: Village) -> None:
    number = repository_id(village)
    village.github.rename_repository(REPO, "gadgets")
    await village.settled()

    assert (asked(village), forgotten(village)) == ([], [])
    place = await village.door.installations.place_of(number)
    assert place in {None, (village.town.installation_id, "acme/gadgets")}


async def test_deleted_repository_is_forgotten(village: Village) -> None:
    number = repository_id(village)
    village.github.delete_repository(REPO)
    await village.settled()

    assert number in forgotten(village)


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        pytest.param({"default_branch": {"from": "master"}}, 1, id="default branch"),
        pytest.param({"description": {"from": "x"}}, 0, id="description"),
        pytest.param(None, 0, id="nothing"),
    ],
)
async def test_another_default_branch_is_indexed(
    village: Village, changes: Any, count: int
) -> None:
    body = push_to(village, "") | {"action": "edited", "changes": changes}

    await village.deliver("repository", body)

    assert len(asked(village)) == count
