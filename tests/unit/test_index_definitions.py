"""What each of the named languages defines, with its kind, its nesting and nothing besides."""
# ruff: noqa: E501 - small programs have the lines that they have

import pytest

from indexer.chunks import MOST, outline
from indexer.syntax.definitions import DEFINITIONS

# language: (text, "kind name" of everything that it defines)
DEFINED = {
    "python": (
        "X = 1\ntype Pair = tuple\nclass Outer:\n    class Inner:\n        async def deep(self): ...\ndef f(): ...\n",
        "constant X, type Pair, class Outer, class Inner, function deep, function f",
    ),
    "javascript": (
        "const a = 1\nclass A {\n  #own() {}\n  field = () => 1\n}\nexports.b = () => 1\nfunction* g() {}\nconst o = {\n  m() {},\n  n: () => 1,\n}\n",
        "constant a, class A, method #own, property field, function b, function g, constant o, method m, function n",
    ),
    "typescript": (
        "export interface I {\n  f(): void\n}\ntype T = 1\nenum E { A }\nnamespace N {\n  export function g() {}\n}\ndeclare module 'm' {\n  function h(): void\n}\nabstract class C {\n  abstract a(): void\n  private p = async () => {}\n}\nexport const c = (): number => 1\n",
        "interface I, method f, type T, enum E, module N, function g, module m, function h, class C, method a, property p, function c",
    ),
    "tsx": (
        "export const Button: FC<P> = ({ a }) => <b>{a}</b>\nexport default function App() {\n  const go = () => 1\n  return <Button/>\n}\nclass Page extends Component {\n  render() { return <i/> }\n}\n",
        "function Button, function App, function go, class Page, method render",
    ),
    "go": (
        "package a\nvar (\n\tV = 2\n)\nconst C = 1\ntype (\n\tI interface{ M() }\n\tS[T any] struct{}\n)\nfunc (s *S[T]) M() {}\nfunc F[T any](t T) T { return t }\n",
        "variable V, constant C, type I, type S, method M, function F",
    ),
    "rust": (
        "pub struct S<T>(T);\nimpl<T> Tr for S<T> {\n    async fn m(&self) {}\n}\nimpl Tr for a::B {}\ntrait Tr {\n    fn t();\n}\nmod inner {\n    pub enum E { A }\n}\nmacro_rules! x { () => {} }\nstatic K: i32 = 1;\n",
        "struct S, impl S, function m, impl B, trait Tr, function t, module inner, enum E, macro x, constant K",
    ),
    "java": (
        "public record P(int x) {\n  P {}\n}\n@interface A {}\nenum E {\n  ONE { void one() {} };\n}\nclass Outer<T> {\n  Outer() {}\n  class Inner {\n    <U> U deep(U u) { return u; }\n  }\n}\ninterface I {}\n",
        "class P, method P, interface A, enum E, method one, class Outer, method Outer, class Inner, method deep, interface I",
    ),
    "c": (
        "#define MAX(a) (a)\ntypedef struct { int x; } t;\nstruct s { int x; };\nunion u { int x; };\nenum e { A };\nstatic char **f(int a) { return 0; }\n",
        "macro MAX, type t, struct s, union u, enum e, function f",
    ),
    "cpp": (
        "namespace a::b {\nclass C {\n  struct In {};\n  ~C() {}\n  bool operator==(const C&) const { return true; }\n};\n}\ntemplate <class T> concept K = true;\nusing A = int;\nint a::b::C::n() { return 1; }\nconst A& r() { return x; }\n",
        "module a::b, class C, struct In, function ~C, function operator==, concept K, type A, function a::b::C::n, function r",
    ),
    "csharp": (
        "namespace N;\npublic record Person(string Name);\npublic record struct Point(int X);\npublic partial class C<T> {\n  public C() {}\n  public int P { get; set; }\n  class Nested {\n    void M() {}\n  }\n}\ndelegate void D(int x);\ninterface I {}\nenum E { A }\n",
        "class Person, class Point, class C, method C, property P, class Nested, method M, type D, interface I, enum E",
    ),
    "ruby": (
        "module A\n  class B < C::D\n    LIMIT = 1\n    attr_reader :x\n    def self.s; end\n    class << self\n      def t; end\n    end\n  end\nend\n",
        "module A, class B, constant LIMIT, method x, method s, method t",
    ),
    "php": (
        "<html><?php if ($x): ?>\n<p><?= $a ?></p>\n<?php endif;\nabstract class A {\n  const K = 1;\n  public function m() {}\n}\ninterface I {}\ntrait T {}\nenum E: string {\n  case A = 'a';\n}\nfunction f() {}\n?>\n</html>\n",
        "class A, constant K, method m, interface I, trait T, enum E, function f",
    ),
    "kotlin": (
        "data class D(val a: Int) {\n    companion object {\n        fun make() = D(1)\n    }\n    inner class In {\n        fun deep() {}\n    }\n}\nobject O\nfun String.ext() = 1\ntypealias A = Int\nval top = 1\n",
        "class D, function make, class In, function deep, object O, function ext, type A, constant top",
    ),
    "swift": (
        "struct S: P {\n  init(x: Int) {}\n  enum K { case a }\n}\nextension A.B {\n  func z() {}\n}\nprotocol P {\n  func p()\n}\nactor Q {}\nfunc f<T>(_ x: T) -> T { x }\ntypealias T = Int\nlet g = 1\n",
        "class S, method init, class K, class A.B, function z, protocol P, function p, class Q, function f, type T, constant g",
    ),
    "bash": (
        "deploy() { echo; }\nfunction stop {\n  echo\n}\nmy-func() { :; }\n",
        "function deploy, function stop, function my-func",
    ),
}
# What is no symbol is a place to cut at: language, then the heading of every part.
PARTS = {
    "markdown": "# One\n{}\n## Two `x`\n{}\nThree\n-----\n{}\n",
    "json": '{{\n"one": [\n{}],\n"two": [\n{}],\n"three": {{\n"in": [\n{}]\n}}\n}}\n',
    "yaml": "one:\n{}\ntwo:\n  in:\n{}\n'three':\n{}\n",
    "toml": "one = 1\n{}\n[two.in]\n{}\n[[three]]\n{}\n",
}
FILLING = {
    "markdown": "words\n" * 50,
    "json": "1,\n" * 50 + "1\n",
    "yaml": "    - a\n" * 50,
    "toml": "".join(f"k{n} = 1\n" for n in range(50)),
}
HEADINGS = {
    "markdown": ["One", "One.Two `x`", "One.Two `x`.Three"],
    "json": ["one", "two", "three"],
    "yaml": ["one", "two", "three"],
    "toml": ["one", "two.in", "three"],
}


def test_every_language_with_a_grammar_is_tested_here() -> None:
    assert {*DEFINED, *PARTS} == set(DEFINITIONS)


@pytest.mark.parametrize("language", DEFINED)
def test_kinds_and_names_are_those_of_the_language(language: str) -> None:
    text, expected = DEFINED[language]

    found = [f"{one.kind} {one.name.lstrip('#:')}" for one in outline(language, text).symbols]

    assert sorted(found) == sorted(expected.replace("#", "").split(", "))


@pytest.mark.parametrize("language", sorted(set(DEFINED) - {"bash"}))
def test_error_in_the_middle_costs_only_what_is_wrong(language: str) -> None:
    text, expected = DEFINED[language]
    first = expected.split(", ", maxsplit=1)[0].split()[1]

    broken = outline(language, text + "\n)) @@ ((( unfinished = {\n")

    assert first in {one.name for one in broken.symbols}


@pytest.mark.parametrize("language", PARTS)
def test_parts_are_cut_at_headings_and_keys(language: str) -> None:
    text = PARTS[language].format(*[FILLING[language]] * 3)

    made = outline(language, text)

    assert made.symbols == ()
    assert [one for one in HEADINGS[language] if one not in {c.name for c in made.chunks}] == []
    assert all(one.end - one.start < MOST for one in made.chunks)


@pytest.mark.parametrize(
    ("language", "text", "heading"),
    [
        ("cpp", "namespace n {{\nclass C {{\n{}void last() {{ x; }}\n}};\n}}\n", "n.C.last"),
        ("csharp", "class A {{\nclass C {{\n{}void last() {{ x; }}\n}}\n}}\n", "A.C.last"),
        ("typescript", "namespace N {{\nclass C {{\n{}last() {{ x }}\n}}\n}}\n", "N.C.last"),
        ("java", "class A {{\nenum C {{ X;\n{}void last() {{ x(); }}\n}}\n}}\n", "A.C.last"),
        ("swift", "extension A {{\nstruct C {{\n{}func last() {{ x }}\n}}\n}}\n", "A.C.last"),
        ("rust", "mod n {{\nimpl C {{\n{}fn last() {{ x }}\n}}\n}}\n", "n.C.last"),
        ("ruby", "module M\nclass C\n{}def last; end\nend\nend\n", "M.C.last"),
        ("php", "<?php\ntrait C {{\n{}function last() {{ x(); }}\n}}\n", "C.last"),
    ],
    ids=lambda one: one if one.isalpha() else "",
)
def test_piece_of_a_large_class_says_where_it_is(language: str, text: str, heading: str) -> None:
    comment = "#" if language == "ruby" else "//"
    filled = text.format(f"{comment} padding\n\n" * 90)

    assert heading in {one.name for one in outline(language, filled).chunks}


def test_kind_does_not_depend_on_chance() -> None:
    text = "export const c = (): number => 1\nconst d = () => 2\n"

    assert [one.kind for one in outline("typescript", text).symbols] == ["function", "function"]
