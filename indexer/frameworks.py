"""Which framework a repository stands on: by its dependencies, by files that only it has."""

import re
from collections.abc import Collection, Sequence

from indexer.manifests import Dependency

# What builds on others stands before them; the first that fits is the main one.
_BY_DEPENDENCY: tuple[tuple[str, str, str], ...] = (
    ("next", "npm", "next"),
    ("nuxt", "npm", "nuxt|nuxt3"),
    ("remix", "npm", r"@remix-run/\w+"),
    ("astro", "npm", "astro"),
    ("sveltekit", "npm", "@sveltejs/kit"),
    ("gatsby", "npm", "gatsby"),
    ("react-native", "npm", "react-native|expo"),
    ("electron", "npm", "electron"),
    ("nestjs", "npm", "@nestjs/core"),
    ("angular", "npm", "@angular/core"),
    ("django", "pypi", "django"),
    ("fastapi", "pypi", "fastapi"),
    ("flask", "pypi", "flask"),
    ("pyramid", "pypi", "pyramid"),
    ("tornado", "pypi", "tornado"),
    ("starlette", "pypi", "starlette"),
    ("aiohttp", "pypi", "aiohttp"),
    ("streamlit", "pypi", "streamlit"),
    ("rails", "rubygems", "rails|railties"),
    ("sinatra", "rubygems", "sinatra"),
    ("jekyll", "rubygems", "jekyll|github-pages"),
    ("laravel", "packagist", "laravel/framework"),
    ("symfony", "packagist", "symfony/(?:framework-bundle|symfony)"),
    ("wordpress", "packagist", "johnpbloch/wordpress.*|roots/wordpress"),
    ("spring-boot", "maven", r"org\.springframework\.boot:.*"),
    ("spring-boot", "gradle", r"org\.springframework\.boot"),
    ("quarkus", "maven", r"io\.quarkus.*"),
    ("micronaut", "maven", r"io\.micronaut.*"),
    ("ktor", "maven", r"io\.ktor:.*"),
    ("flutter", "pub", "flutter"),  # before what its plugins are made of
    ("android", "gradle", r"com\.android\..*"),
    ("gin", "go", r"github\.com/gin-gonic/gin"),
    ("echo", "go", r"github\.com/labstack/echo(?:/v\d+)?"),
    ("fiber", "go", r"github\.com/gofiber/fiber(?:/v\d+)?"),
    ("chi", "go", r"github\.com/go-chi/chi(?:/v\d+)?"),
    ("actix", "crates", "actix-web"),
    ("axum", "crates", "axum"),
    ("rocket", "crates", "rocket"),
    ("tauri", "crates", "tauri"),
    ("asp.net", "nuget", r"Microsoft\.NET\.Sdk\.Web|Microsoft\.AspNetCore\..*"),
    ("vapor", "swift", "vapor"),
    ("phoenix", "hex", "phoenix"),
    ("fastify", "npm", "fastify"),
    ("koa", "npm", "koa"),
    ("express", "npm", "express"),
    ("vue", "npm", "vue"),
    ("svelte", "npm", "svelte"),
    ("solid", "npm", "solid-js"),
    ("preact", "npm", "preact"),
    ("react", "npm", "react"),
)
_BY_FILE = {
    "manage.py": "django",
    "artisan": "laravel",
    "angular.json": "angular",
    "config/routes.rb": "rails",
    "next.config.js": "next",
    "next.config.mjs": "next",
    "next.config.ts": "next",
    "nuxt.config.ts": "nuxt",
    "svelte.config.js": "svelte",
    "AndroidManifest.xml": "android",
}
_COMPILED = tuple(
    (name, ecosystem, re.compile(pattern)) for name, ecosystem, pattern in _BY_DEPENDENCY
)


def frameworks(
    dependencies: Sequence[Dependency], paths: Collection[str], own_names: Collection[str]
) -> tuple[str, ...]:
    """Return the frameworks that are used, the main one first.

    What the repository itself is called is none of them: flask does not stand on flask. Those
    that all of it needs come before those of its parts, and before those of its tests.
    """
    own = {name.lower() for name in own_names}
    ranks: dict[str, tuple[int, int]] = {}
    for order, (name, ecosystem, pattern) in enumerate(_COMPILED):
        if name in own:
            continue
        for one in dependencies:
            if one.ecosystem == ecosystem and pattern.fullmatch(one.name):
                depth = min(one.manifest.count("/"), 2) + 3 * one.dev
                ranks[name] = min(ranks.get(name, (9, 0)), (depth, order))
    for marker, name in _BY_FILE.items():
        if name not in own and marker in paths:
            ranks.setdefault(name, (1, 0))
    # What only tests and examples need is not what a repository stands on.
    return tuple(sorted((name for name in ranks if ranks[name][0] < 3), key=ranks.__getitem__))
