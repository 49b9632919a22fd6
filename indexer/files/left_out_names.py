"""Names of directories and files that are not a project's own work: tables, nothing else."""

import re


def _names(table: str) -> frozenset[str]:
    return frozenset(table.split())


# Tools put these there, and nobody works in them.
NEVER_ENTERED = _names(
    """
    node_modules bower_components jspm_packages site-packages dist-packages .venv virtualenv .tox
    .nox .bundle .yarn .eggs __pypackages__ .gradle .terraform ace-builds mathjax
    """
)
# Other people's code, by convention.
VENDORED_DIRECTORIES = _names(
    """
    vendor vendors _vendor vendored third_party thirdparty third-party 3rdparty 3rd-party 3rd_party
    godeps pods carthage
    """
)
# Below one of these a vendor is somebody who sells.
OWN_CODE = _names(
    """
    java kotlin scala groovy models views controllers components pages domain entities services
    modules handlers routes screens features
    """
)
# A project's own code may be called so, too, but not at its root.
VENDORED_AT_ROOT = _names(
    """
    deps extern external externals dependencies venv env
    """
)
GENERATED_DIRECTORIES = _names(
    """
    __pycache__ .git .svn .hg .mypy_cache .pytest_cache .ruff_cache .next .nuxt .svelte-kit
    .parcel-cache .turbo .angular .idea .vs .ipynb_checkpoints __generated__ .nyc_output .cache
    .sass-cache .dart_tool .serverless xcuserdata .hypothesis
    """
)
LOCK_FILES = _names(
    """
    package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb deno.lock
    composer.lock gemfile.lock cargo.lock poetry.lock pdm.lock uv.lock pipfile.lock pixi.lock
    gopkg.lock glide.lock go.sum go.work.sum mix.lock rebar.lock pubspec.lock podfile.lock
    cartfile.resolved package.resolved packages.lock.json paket.lock project.assets.json flake.lock
    conda-lock.yml esy.lock shard.lock stack.yaml.lock .terraform.lock.hcl gradle.lockfile
    buildscript-gradle.lockfile chart.lock module.bazel.lock .pnp.cjs .pnp.loader.mjs
    .package-lock.json
    """
)
# What autotools, Gradle, Maven and the like copy into a repository.
COPIED_FILES = _names(
    """
    gradlew gradlew.bat mvnw mvnw.cmd config.guess config.sub ltmain.sh install-sh libtool
    aclocal.m4 libtool.m4 ltoptions.m4 ltsugar.m4 ltversion.m4 lt~obsolete.m4 cpplint.py erlang.mk
    depcomp ppport.h .ds_store
    """
)
MINIFIED_NAME = re.compile(r"[.-]min\.(?:js|mjs|cjs|css|html|json|svg)$|\.bundle\.(?:js|css)$")
GENERATED_NAME = re.compile(
    r"\.(?:js|mjs|cjs|css|ts)\.map$|_pb2(?:_grpc)?\.pyi?$|\.pb(?:\.gw|\.validate)?\.go$|_grpc\.pb\.go$"
    r"|\.pb\.(?:cc|h|rs|swift|dart)$|\.g\.dart$|\.freezed\.dart$|\.designer\.(?:cs|vb)$"
    r"|\.g(?:\.i)?\.cs$|\.feature\.cs$|\.zep\.(?:c|h|php)$|_tlb\.pas$|\.po~$|\.rej$|\.orig$"
)
PORTED_LIBRARY = re.compile(
    r"^(?:jquery(?:[.-](?:\d[\d.]*|slim|ui|migrate|cookie|validate|effects)+)?"
    r"|bootstrap(?:[.-](?:bundle|grid|reboot|theme))?|modernizr[.-][\w.-]*|html5shiv|underscore-\d[\d.]*"
    r"|angular-\d[\d.]*|react-\d[\d.]*|d3\.v\d+|normalize|font-awesome|prototype-\d[\d.]*"
    r"|mootools-[\w.-]*|require-\d[\d.]*|ckeditor|tiny_mce|respond\.src)\.(?:js|css|less|scss)$"
)
# Surely no text; what may be (.dat, .db, .ai, .pb) is judged by its content.
BINARY_EXTENSIONS = _names(
    """
    png jpg jpeg gif webp avif bmp ico icns tif tiff psd heic xcf mp3 mp4 m4a m4v ogg ogv oga wav
    flac aac webm mov avi mkv wmv woff woff2 ttf otf eot zip gz tgz bz2 xz zst lz4 7z rar tar jar
    war ear aar apk ipa dmg iso deb rpm msi exe dll dylib class pyc pyo pyd wasm sqlite sqlite3 pdf
    doc docx xls xlsx ppt pptx odt ods parquet npy npz pkl h5 hdf5 onnx pth safetensors tflite swf
    fla crx keystore jks p12 pfx dds blend glb ktx
    """
)
