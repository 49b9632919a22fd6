"""Which file names belong to which language: tables, nothing else.

Each line is a language and its words; the first line with a word wins.
"""

_CODE_EXTENSIONS = """
python py pyi pyw pyx pxd pxi py3 wsgi bzl star gyp gypi
javascript js mjs cjs jsx es6 jsm jscad
typescript ts mts cts
tsx tsx
go go
rust rs
java java
c c
cpp cc cpp cxx c++ hh hpp hxx h++ ipp tpp txx inl ino cppm ixx cu cuh
csharp cs csx cake
ruby rb rake gemspec ru rbw rbi rbs jbuilder podspec thor builder rabl
php php phtml php3 php4 php5 php7 php8 phps phpt
kotlin kt kts ktm
swift swift
bash sh bash zsh ksh ash bats command ebuild eclass
fish fish
powershell ps1 psm1 psd1
batch bat cmd
vue vue
svelte svelte
astro astro
scala scala sc sbt
groovy groovy gradle gvy
lua lua luau rockspec
perl pl pm pod t psgi
r r
julia jl
dart dart
elixir ex exs heex leex eex
erlang erl hrl
haskell hs lhs
ocaml ml mli mll mly
fsharp fs fsi fsx
clojure clj cljs cljc edn
commonlisp lisp lsp cl asd
scheme scm ss rkt sld
emacslisp el
vimscript vim
objectivec m mm
zig zig
nim nim nims
crystal cr
d d di
v vv
pascal pas pp dpr lpr
fortran f f90 f95 f03 f08 for
ada adb ads
cobol cob cbl
assembly s asm nasm
coffeescript coffee litcoffee
elm elm
purescript purs
reason re rei
tcl tcl exp
awk awk
jq jq
nix nix
hcl tf tfvars hcl
bicep bicep
solidity sol
sql sql pgsql psql plsql ddl
graphql graphql gql graphqls
proto proto
thrift thrift
css css
scss scss sass
less less
html html htm xhtml
jinja jinja jinja2 j2 njk
handlebars hbs handlebars mustache
erb erb
razor cshtml razor vbhtml
haml haml
slim slim
pug pug jade
liquid liquid
twig twig
gotemplate gotmpl tmpl gohtml tpl
smarty smarty
visualbasic vb vbs bas
matlab mlx
verilog v sv svh
vhdl vhd vhdl
cmake cmake
dockerfile dockerfile containerfile
makefile mk mak make
meson meson
autoconf ac m4 am
yacc y yy
lex l ll
wgsl wgsl
glsl glsl vert frag geom comp
hlsl hlsl fx
nushell nu
elvish elv elvish
gherkin feature
stylus styl
prolog pro plt
apex apex trigger
abap abap
gdscript gd
haxe hx
vala vala vapi
wat wat wast
lombokscript jpage
"""

_PROSE_EXTENSIONS = """
markdown md markdown mdown mkd mkdn mdx mdc rmd qmd
restructuredtext rst rest
asciidoc adoc asciidoc
org org
textile textile
wiki mediawiki wiki creole
tex tex sty cls bib ltx latex
roff 1 2 3 4 5 6 7 8 9 man roff mdoc
text txt text log
"""

_DATA_EXTENSIONS = """
json json jsonc json5 geojson webmanifest ipynb har avsc topojson jsonl ndjson sarif
yaml yml yaml
toml toml
xml xml xsd xsl xslt wsdl plist csproj vbproj fsproj vcxproj props targets nuspec resx xaml
xml storyboard xib rss atom pom filters
svg svg
csv csv tsv
ini ini cfg conf cnf properties xcconfig editorconfig desktop service rc env
diff diff patch
gettext po pot
pem pem crt cer csr key asc pub
graphviz dot gv
plantuml puml plantuml
mermaid mmd mermaid
snapshot snap
"""

_CODE_NAMES = """
dockerfile dockerfile containerfile
makefile makefile gnumakefile bsdmakefile kbuild
cmake cmakelists.txt
ruby rakefile gemfile guardfile capfile vagrantfile podfile fastfile appfile brewfile
ruby dangerfile berksfile thorfile puppetfile steepfile .irbrc .pryrc
python sconstruct sconscript wscript snakefile build build.bazel workspace workspace.bazel
groovy jenkinsfile
meson meson.build meson_options.txt
bash .bashrc .bash_profile .bash_aliases .bash_logout .profile .zshrc .zshenv .zprofile
bash .zlogin .envrc gradlew pkgbuild
vimscript .vimrc .gvimrc _vimrc
just justfile .justfile
earthly earthfile
procfile procfile
caddyfile caddyfile
"""

_DATA_NAMES = """
json .babelrc .eslintrc .prettierrc .jshintrc .jscsrc .bowerrc .swcrc .stylelintrc .nycrc
json .arcconfig .watchmanconfig composer.lock pipfile.lock flake.lock deno.lock
json .all-contributorsrc
yaml .clang-format .clang-tidy .clangd .gemrc cff yarn.lock pnpm-lock.yaml .rubocop
toml pipfile cargo.lock poetry.lock pdm.lock uv.lock
gomod go.mod go.work
gosum go.sum go.work.sum
requirements requirements.txt
ini .editorconfig .codespellrc
ini .gitconfig .gitmodules .npmrc .yarnrc .pylintrc pylintrc .coveragerc .flake8
ini .pydistutils.cfg .pypirc .env
ignore .gitignore .dockerignore .npmignore .eslintignore .prettierignore .hgignore
ignore .gcloudignore .helmignore .ignore .rgignore .gitleaksignore .git-blame-ignore-revs
gitattributes .gitattributes
codeowners codeowners
htaccess .htaccess .htpasswd
text .mailmap .gitkeep .keep .nojekyll .python-version .ruby-version .nvmrc .node-version
text .tool-versions
"""

_PROSE_NAMES = """
text license licence copying copyright notice authors contributors maintainers changelog
text changes news todo install history thanks credits readme unlicense owners version
"""

_INTERPRETERS = """
bash sh bash dash ash ksh zsh mksh
python python pypy uv
ruby ruby jruby rbx macruby
javascript node nodejs bun
typescript deno ts-node tsx
perl perl
php php
lua lua luajit
tcl tclsh wish expect
awk awk gawk mawk
r rscript
scala scala
groovy groovy
swift swift
kotlin kotlin kotlinc
go gorun
rust rust-script cargo
makefile make
fish fish
powershell pwsh
elixir elixir iex
erlang escript
haskell runhaskell runghc stack
julia julia
clojure clojure bb
emacslisp emacs
nushell nu
elvish elvish
jq jq
scheme guile racket csi
ocaml ocaml
crystal crystal
dart dart
csharp dotnet-script csi
java java jshell
"""

# What editors and linguist call our languages, where they say it otherwise.
_ALIASES = """
bash sh shell shell-script zsh ksh
cpp c++
javascript js javascriptreact js2 node
typescript ts
tsx typescriptreact
csharp cs c#
python py python3
ruby rb
rust rs rustic
markdown md gfm
restructuredtext rst
makefile make
perl cperl
emacslisp emacs-lisp
vimscript vim viml
objectivec objc
go golang
yaml yml
dockerfile docker
objectivec objective-c objective-c++
visualbasic visual-basic visual-basic-.net visual-basic-6.0 vba
fsharp f#
emacslisp elisp
commonlisp common-lisp
vimscript vim-script
assembly unix-assembly nasm motorola-68k-assembly
json json-with-comments json5 jupyter-notebook
erb html+erb
jinja html+django html+jinja
razor html+razor
php html+php blade hack
elixir html+eex html+heex
text plain-text
ini java-properties editorconfig
gomod go-module
gosum go-checksums
ignore ignore-list
gitattributes git-attributes
requirements pip-requirements
batch batchfile
"""


def _words(table: str) -> dict[str, str]:
    """Return word -> language of *table*; the first line with a word wins."""
    words: dict[str, str] = {}
    for line in table.split("\n"):
        language, *names = line.split() or [""]
        for name in names:
            words.setdefault(name, language)
    return words


def _firsts(table: str) -> frozenset[str]:
    return frozenset(line.split()[0] for line in table.split("\n") if line)


EXTENSIONS = _words(_CODE_EXTENSIONS) | _words(_PROSE_EXTENSIONS) | _words(_DATA_EXTENSIONS)
NAMES = _words(_CODE_NAMES) | _words(_DATA_NAMES) | _words(_PROSE_NAMES)
INTERPRETERS = _words(_INTERPRETERS)
CODE = _firsts(_CODE_EXTENSIONS) | _firsts(_CODE_NAMES)
PROSE = _firsts(_PROSE_EXTENSIONS)
DATA = (_firsts(_DATA_EXTENSIONS) | _firsts(_DATA_NAMES)) - PROSE
EDITOR_NAMES = _words(_ALIASES) | {name: name for name in CODE | PROSE | DATA}
