"""GitHub: the App's credentials, rights, installations, and the way of its deliveries to us."""

import time
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from bot.doctor.finding import Finding, Patient, fail, good, warn
from bot.errors import CadenceError
from bot.github.app import GitHubApp
from bot.github.refusals import Answer
from bot.manifest import Manifest

_LEVELS = {"read": 1, "write": 2, "admin": 3}
_SKEW_WARN_S, _SKEW_FAIL_S = 10, 60
_RECENT = 30


async def examine(
    patient: Patient, session: aiohttp.ClientSession, manifest: Manifest
) -> list[Finding]:
    """Return what is to be said about the App; without credentials that is little."""
    try:
        pem = patient.private_key_pem
    except OSError as error:
        remedy = "correct GITHUB_PRIVATE_KEY_PATH"
        return [fail("App credentials", f"the key cannot be read: {error.strerror}", remedy)]
    if not patient.app_id or not pem:
        return [fail("App credentials", "there is no App yet", "run `cadence setup`")]
    app = GitHubApp(
        session,
        api_url=patient.github_api_url,
        app_id=patient.app_id,
        private_key_pem=pem,
        slug=patient.app_slug,
    )
    try:
        return await _of_the_app(patient, app, manifest)
    except CadenceError as error:
        remedy = "check GITHUB_API_URL, the network, and githubstatus.com"
        return [fail("App credentials", str(error), remedy)]


async def _of_the_app(patient: Patient, app: GitHubApp, manifest: Manifest) -> list[Finding]:
    me = await app.as_app("GET", "app", doing="name the App")
    findings = [clock(me.headers, now=time.time())]
    if not me.is_good:
        remedy = "GITHUB_APP_ID and GITHUB_PRIVATE_KEY must be of one App: run `cadence setup`"
        return [*findings, fail("App credentials", f"refused (HTTP {me.status})", remedy)]
    slug = me.data["slug"]
    settings_page = f"{patient.github_url}/settings/apps/{slug}/permissions"
    findings.append(good("App credentials", f"{slug} (id {me.data['id']})"))
    if slug != patient.app_slug:
        remedy = f"set GITHUB_APP_SLUG={slug}: people call the agent @{slug}"
        findings.append(warn("App name", f"GITHUB_APP_SLUG is {patient.app_slug}", remedy))
    findings += rights(me.data, manifest, remedy=f"change it at {settings_page}")
    listed = await app.as_app("GET", "app/installations?per_page=100", doing="list installations")
    findings.append(installations(listed.data, manifest, page=f"{patient.github_url}/apps/{slug}"))
    findings += await _hook(patient, app, slug)
    return findings


def clock(headers: Mapping[str, str], *, now: float) -> Finding:
    """Judge our clock by GitHub's."""
    try:
        skew_s = now - parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError):
        return warn("clock", "GitHub did not say what time it is", "try again")
    text = f"{abs(skew_s):.0f} s {'ahead of' if skew_s > 0 else 'behind'} GitHub"
    remedy = "let the system keep its time: timedatectl set-ntp true"
    if abs(skew_s) > _SKEW_FAIL_S:
        return fail("clock", text, remedy)
    return warn("clock", text, remedy) if abs(skew_s) > _SKEW_WARN_S else good("clock", "right")


def rights(app: Mapping[str, Any], manifest: Manifest, *, remedy: str) -> list[Finding]:
    """Compare what the App may do and hears of with the manifest."""
    given = app.get("permissions") or {}
    lacking = _lacking(given, manifest.permissions)
    more = sorted(set(_lacking(manifest.permissions, given)))
    if lacking:
        permissions = fail("permissions", f"missing: {', '.join(lacking)}", remedy)
    elif more:
        permissions = warn("permissions", f"more than needed: {', '.join(more)}", remedy)
    else:
        permissions = good("permissions", "as in app.yml")
    deaf = sorted(set(manifest.events) - set(app.get("events") or ()))
    if deaf:
        return [permissions, fail("events", f"not subscribed: {', '.join(deaf)}", remedy)]
    return [permissions, good("events", "as in app.yml")]


def installations(listed: Any, manifest: Manifest, *, page: str) -> Finding:
    """Judge where the App is installed."""
    if not isinstance(listed, list) or not listed:
        return warn("installations", "installed nowhere", f"install it: {page}/installations/new")
    names = [str((item.get("account") or {}).get("login", "?")) for item in listed]
    stale = [
        name
        for name, item in zip(names, listed, strict=True)
        if item.get("suspended_at") or _lacking(item.get("permissions") or {}, manifest.permissions)
    ]
    if stale:
        detail = f"suspended, or new permissions not accepted yet: {', '.join(stale)}"
        return warn("installations", detail, "an owner there must accept or unsuspend it")
    return good("installations", f"{len(names)}: {', '.join(names[:5])}")


async def _hook(patient: Patient, app: GitHubApp, slug: str) -> list[Finding]:
    config = await app.as_app("GET", "app/hook/config", doing="read the webhook's address")
    log = await app.as_app(
        "GET", f"app/hook/deliveries?per_page={_RECENT}", doing="read the delivery log"
    )
    expected = patient.base_url + patient.webhook_path
    page = f"{patient.github_url}/settings/apps/{slug}"
    return [
        hook_address(config, expected, page=page),
        _secret(patient),
        recent(log.data if log.is_good else (), page=f"{page}/advanced"),
    ]


def hook_address(config: Answer, expected: str, *, page: str) -> Finding:
    """Compare where GitHub sends deliveries with where we take them."""
    actual = (config.data or {}).get("url", "") if config.is_good else ""
    if actual.rstrip("/") == expected:
        return good("webhook address", expected)
    detail = f"GitHub sends to {actual or 'nowhere'}, we listen at {expected}"
    return fail("webhook address", detail, f"set CADENCE_PUBLIC_URL, or change it at {page}")


def _secret(patient: Patient) -> Finding:
    if patient.webhook_secret.get_secret_value():
        return good("webhook secret", "set")
    remedy = "set GITHUB_WEBHOOK_SECRET to the App's webhook secret"
    return fail("webhook secret", "not set: every delivery is refused", remedy)


def recent(log: Sequence[Mapping[str, Any]], *, page: str) -> Finding:
    """Judge how the last deliveries went."""
    if not log:
        return warn("deliveries", "none so far", "write a comment in an installed repository")
    codes = [int(item.get("status_code") or 0) for item in log]
    bad = [code for code in codes if not 200 <= code < 300]
    if not bad:
        return good("deliveries", f"the last {len(codes)} were accepted")
    detail = f"{len(bad)} of the last {len(codes)} failed, last with {bad[0] or 'no answer'}"
    remedy = f"look at {page}; it can send them again"
    if bad[0] == 401:
        remedy = "GITHUB_WEBHOOK_SECRET differs from the App's webhook secret"
    # What failed earlier and works now is history.
    is_over = 200 <= codes[0] < 300
    return warn("deliveries", detail, remedy) if is_over else fail("deliveries", detail, remedy)


def _lacking(given: Mapping[str, str], needed: Mapping[str, str]) -> list[str]:
    return [
        f"{name}: {level}"
        for name, level in sorted(needed.items())
        if _LEVELS.get(given.get(name, ""), 0) < _LEVELS.get(level, 9)
    ]
