"""What a repository is made of, from its manifests."""
# ruff: noqa: E501 - manifests have the lines that they have

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.context import CodebaseContext, codebase_context, is_manifest

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PACKAGE = json.dumps(
    {
        "name": "shop",
        "main": "lib/start.js",
        "dependencies": {"next": "^15.1.0", "react": "19.0.0"},
        "devDependencies": {"vitest": "^3.0.0"},
    }
)
NPM_LOCK = json.dumps(
    {
        "packages": {
            "": {"version": "0.0.1"},
            "node_modules/next": {"version": "15.1.4"},
            "node_modules/next/node_modules/react": {"version": "18.0.0"},
        }
    }
)
MANIFESTS = {
    "pyproject.toml": """
[project]
name = "Shop"
dependencies = ["Django>=5.1", "psycopg[binary]~=3.2 ; python_version > '3.9'", "not a requirement"]
[project.optional-dependencies]
test = ["pytest>=8"]
[project.scripts]
shop = "shop.cli:main"
[dependency-groups]
dev = ["ruff"]
""",
    "setup.py": "needed = ['flask>=3']\nsetup(name='x', install_requires=needed + ['attrs'])\n",
    "setup.cfg": "[metadata]\nname = x\n[options]\ninstall_requires =\n    fastapi>=0.115\n    attrs\n",
    "requirements.txt": "-r other.txt\naiohttp==3.11 \\\n    --hash=sha256:00\n# no\nhttps://x/y.whl\n",
    "Pipfile": '[packages]\nflask = "*"\n[dev-packages]\npytest = {version = ">=8"}\n',
    "go.mod": "module example.org/shop\n\ngo 1.23\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.10.0\n"
    "\tgolang.org/x/sys v0.1.0 // indirect\n)\n",
    "Cargo.toml": '[package]\nname = "shop"\n[dependencies]\naxum = "0.8"\n'
    'serde = { version = "1", features = ["derive"] }\n[dev-dependencies]\ntokio-test = "0.4"\n',
    "pom.xml": """<project xmlns="http://maven.apache.org/POM/4.0.0"><artifactId>shop</artifactId>
<parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId>
<version>3.4.0</version></parent><properties><gson.version>2.11.0</gson.version></properties>
<dependencies><dependency><groupId>com.google.code.gson</groupId><artifactId>gson</artifactId>
<version>${gson.version}</version></dependency></dependencies></project>""",
    "build.gradle.kts": 'plugins { id("org.springframework.boot") version "3.4.0" }\n'
    'dependencies { implementation("com.google.guava:guava:33.0")\n testImplementation("a.b:c:1") }\n',
    "Gemfile": "source 'x'\ngem 'rails', '~> 8.0'\ngem \"puma\"\n",
    "shop.gemspec": "Gem::Specification.new do |s|\n s.name = 'shop'\n"
    " s.add_dependency 'rack', '>= 3'\n s.add_development_dependency('rspec')\nend\n",
    "composer.json": '{"require": {"php": "^8.3", "laravel/framework": "^11.0"}}',
    "Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup>'
    '<PackageReference Include="Dapper" Version="2.1.0"/></ItemGroup></Project>',
    "pubspec.yaml": "name: shop\ndependencies:\n  flutter:\n    sdk: flutter\n  http: ^1.2.0\n",
    "Package.swift": '.package(url: "https://example.org/vapor/vapor.git", from: "4.1.0"),\n'
    '.package(url: "https://example.org/a/b", exact: "1.2.0", traits: ["X"]),\n'
    '.package(url: "https://example.org/a/c", branch: "main")',
    "mix.exs": 'def project, do: [app: :shop, version: "0.1.0"]\ndefp deps do\n [{:phoenix, "~> 1.7"},\n'
    '  {:own, path: "own"}, {:credo, ">= 1.7.0", only: [:dev, :test]}]\nend\n'
    'def run({:ok, "text"}), do: {:error, "no"}\n',
    "libs.versions.toml": '[versions]\nktor = "3.0.1"\n[libraries]\n'
    'server = { module = "io.ktor:ktor-server", version.ref = "ktor" }\n'
    'gson = { group = "com.google.code.gson", name = "gson", version = "2.11.0" }\n'
    'guava = "com.google.guava:guava:33.0"\n[plugins]\nk = { id = "org.x", version = "2.1" }\n',
    "CMakeLists.txt": "find_package(OpenSSL 3.0 REQUIRED)\n",
    "package.json": PACKAGE,
}
EXPECTED = {
    "pyproject.toml": (
        "django",
        {"django": ">=5.1", "psycopg": "~=3.2", "pytest": ">=8", "ruff": ""},
    ),
    "setup.py": ("flask", {"flask": ">=3", "attrs": ""}),
    "setup.cfg": ("fastapi", {"fastapi": ">=0.115", "attrs": ""}),
    "requirements.txt": ("aiohttp", {"aiohttp": "==3.11"}),
    "Pipfile": ("flask", {"flask": "", "pytest": ">=8"}),
    "go.mod": ("gin", {"github.com/gin-gonic/gin": "v1.10.0"}),
    "Cargo.toml": ("axum", {"axum": "0.8", "serde": "1", "tokio-test": "0.4"}),
    "pom.xml": (
        "spring-boot",
        {
            "com.google.code.gson:gson": "2.11.0",
            "org.springframework.boot:spring-boot-starter-parent": "3.4.0",
        },
    ),
    "build.gradle.kts": (
        "spring-boot",
        {"com.google.guava:guava": "33.0", "a.b:c": "1", "org.springframework.boot": "3.4.0"},
    ),
    "Gemfile": ("rails", {"rails": "~> 8.0", "puma": ""}),
    "shop.gemspec": ("", {"rack": ">= 3", "rspec": ""}),
    "composer.json": ("laravel", {"laravel/framework": "^11.0"}),
    "Shop.csproj": ("asp.net", {"Dapper": "2.1.0", "Microsoft.NET.Sdk.Web": ""}),
    "pubspec.yaml": ("flutter", {"flutter": "", "http": "^1.2.0"}),
    "Package.swift": ("vapor", {"vapor": "4.1.0", "b": "1.2.0", "c": ""}),
    "mix.exs": ("phoenix", {"phoenix": "~> 1.7", "own": "", "credo": ">= 1.7.0"}),
    "libs.versions.toml": (
        "ktor",
        {
            "io.ktor:ktor-server": "3.0.1",
            "com.google.code.gson:gson": "2.11.0",
            "com.google.guava:guava": "33.0",
            "org.x": "2.1",
        },
    ),
    "CMakeLists.txt": ("", {"OpenSSL": "3.0"}),
    "package.json": ("next", {"next": "^15.1.0", "react": "19.0.0", "vitest": "^3.0.0"}),
}


def context(files: dict[str, str | bytes], **more: object) -> CodebaseContext:
    raw = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    paths = [*raw, *more.pop("paths", ())]  # type: ignore[misc]  # a list of names
    return codebase_context(raw, more.pop("sizes", {}), paths, now=NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", MANIFESTS)
def test_manifest_tells_framework_and_dependencies(name: str) -> None:
    made = context({name: MANIFESTS[name]})

    assert is_manifest(name)
    assert (made.framework, {one.name: one.version for one in made.dependencies}) == EXPECTED[name]
    assert made.problems == ()


def test_lock_file_tells_the_version_that_is_used() -> None:
    made = context({"package.json": PACKAGE, "package-lock.json": NPM_LOCK})

    assert {one.name: one.version for one in made.dependencies}["next"] == "15.1.4"
    assert made.package_manager == "npm"


@pytest.mark.parametrize(
    ("name", "lock", "dependency", "version"),
    [
        ("pyproject.toml", ("uv.lock", '[[package]]\nname = "django"\nversion = "5.1.3"\n'), "django", "5.1.3"),
        ("package.json", ("yarn.lock", 'react@19.0.0:\n  version "19.0.1"\n'), "react", "19.0.1"),
        ("package.json", ("pnpm-lock.yaml", "packages:\n  react@19.0.2:\n    x: 1\n"), "react", "19.0.2"),
        ("Cargo.toml", ("Cargo.lock", '[[package]]\nname = "axum"\nversion = "0.8.1"\n'), "axum", "0.8.1"),
        ("Gemfile", ("Gemfile.lock", "GEM\n  specs:\n    rails (8.0.1)\n      rack (>= 2)\n"), "rails", "8.0.1"),
        ("pyproject.toml", ("pdm.lock", '[[package]]\nname = "django"\nversion = "5.1.4"\n'), "django", "5.1.4"),
        ("Pipfile", ("Pipfile.lock", '{"default": {"Flask": {"version": "==3.1.0"}}}'), "flask", "3.1.0"),
        ("package.json", ("bun.lock", '{ "packages": {\n    "react": ["react@19.0.3", "", {}, "sha512-x"],\n} }'), "react", "19.0.3"),
        ("pubspec.yaml", ("pubspec.lock", 'packages:\n  http:\n    version: "1.2.3"\n'), "http", "1.2.3"),
        ("mix.exs", ("mix.lock", '%{\n  "phoenix": {:hex, :phoenix, "1.7.14", "c7", [:mix], [], "hexpm", "f9"},\n}'), "phoenix", "1.7.14"),
        ("Package.swift", ("Package.resolved", '{"pins": [{"identity": "vapor", "state": {"version": "4.106.1"}}], "version": 3}'), "vapor", "4.106.1"),
        ("Package.swift", ("Package.resolved", '{"object": {"pins": [{"package": "vapor", "state": {"version": "4.0.9"}}]}}'), "vapor", "4.0.9"),
        ("composer.json", ("composer.lock", '{"packages": [{"name": "laravel/framework", "version": "v11.9"}]}'), "laravel/framework", "v11.9"),
    ],
    ids=lambda one: one if isinstance(one, str) else one[0],
)  # fmt: skip
def test_locks_of_all_package_managers_are_read(
    name: str, lock: tuple[str, str], dependency: str, version: str
) -> None:
    made = context({name: MANIFESTS[name], lock[0]: lock[1]})

    assert {one.name: one.version for one in made.dependencies}[dependency] == version


def test_repository_is_not_its_own_framework() -> None:
    made = context({"pyproject.toml": '[project]\nname = "flask"\ndependencies = ["werkzeug"]\n'})

    assert made.framework == ""


def test_what_only_tests_need_is_no_framework() -> None:
    made = context({"pyproject.toml": '[dependency-groups]\ntest = ["django"]\n'})

    assert made.framework == ""
    assert [one.dev for one in made.dependencies] == [True]


def test_root_comes_before_its_parts() -> None:
    made = context({"package.json": PACKAGE, "tools/api/requirements.txt": "django"})

    assert made.frameworks == ("next", "react", "django")


def test_flutter_is_not_the_android_that_its_plugins_are_made_of() -> None:
    plugin = 'plugins { id("com.android.library") version "8.7" }\n'

    made = context({"pubspec.yaml": MANIFESTS["pubspec.yaml"], "android/build.gradle": plugin})

    assert made.frameworks == ("flutter", "android")


def test_language_is_the_one_with_most_code() -> None:
    sizes = {"markdown": 9_000, "json": 8_000, "html": 7_000, "python": 500, "go": 500, "bash": 3}

    made = context({}, sizes=sizes)

    assert made.language == "go"
    assert list(made.languages) == ["go", "python", "bash"]


def test_first_files_are_where_it_starts_and_what_it_says() -> None:
    paths = ["README.md", "shop/cli.py", "shop/other.py", "Makefile", "tests/main.py"]

    made = context({"pyproject.toml": MANIFESTS["pyproject.toml"]}, paths=paths)

    assert [one.path for one in made.relevant_files] == [
        "README.md",
        "shop/cli.py",
        "pyproject.toml",
        "Makefile",
    ]
    assert made.relevant_files[0].priority == "high"


@pytest.mark.parametrize("name", MANIFESTS)
@pytest.mark.parametrize(
    "data",
    [b"", b"\x00\xff", b"[" * 50_000, b"{}", b"[]", b"null", b'{"dependencies": 7}', b"<a"],
    ids=lambda one: repr(one[:12]),
)
def test_broken_manifest_is_named_and_the_rest_is_read(name: str, data: bytes) -> None:
    other = "sub/go.mod" if name != "go.mod" else "sub/package.json"

    made = context({name: data, other: MANIFESTS[other.rpartition("/")[2]]})

    assert len(made.dependencies) >= 1
    assert all(name in problem for problem in made.problems)


def test_entities_of_a_stranger_are_not_unfolded() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "x">]><project><artifactId>&b;</artifactId></project>'

    assert context({"pom.xml": bomb}).problems == ("pom.xml is no XML",)


@given(st.dictionaries(st.sampled_from(sorted(MANIFESTS)), st.binary(max_size=200), max_size=3))
def test_nothing_in_a_manifest_raises(files: dict[str, bytes]) -> None:
    json.dumps(codebase_context(files, {}, list(files), now=NOW).to_json())


def test_answer_has_the_shape_of_the_api() -> None:
    made = context({"package.json": PACKAGE}, paths=["odd\udcff.py"]).to_json()

    assert list(made)[:5] == [
        "framework",
        "language",
        "relevantFiles",
        "dependencies",
        "analyzedAt",
    ]
    json.dumps(made).encode()


@pytest.mark.parametrize(
    "path", ["tests/fixtures/package.json", "examples/x/go.mod", "a/b/c/d/e/go.mod", "src/go.py"]
)
def test_manifests_of_tests_do_not_count(path: str) -> None:
    assert not is_manifest(path)
