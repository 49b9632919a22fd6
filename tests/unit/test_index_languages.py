"""Languages by name and by content."""

import pytest

from indexer.languages import is_code, is_data, is_prose, language_of

_WITH_GRAMMAR = {
    "python": ["a.py", "a.pyi", "SConstruct"],
    "javascript": ["a.js", "a.mjs", "a.cjs", "a.jsx"],
    "typescript": ["a.ts", "a.mts", "types.d.ts"],
    "tsx": ["a.tsx"],
    "go": ["a.go"],
    "rust": ["src/lib.rs"],
    "java": ["A.java"],
    "c": ["a.c", "a.h"],
    "cpp": ["a.cc", "a.cpp", "a.hpp", "a.cxx"],
    "csharp": ["A.cs"],
    "ruby": ["a.rb", "Rakefile", "Gemfile", "a.gemspec", "lib/tasks/a.rake"],
    "php": ["a.php", "a.blade.php"],
    "kotlin": ["a.kt", "build.gradle.kts"],
    "swift": ["a.swift"],
    "bash": ["a.sh", "a.bash", ".bashrc", "a.zsh"],
    "markdown": ["README.md", "a.markdown"],
    "json": ["a.json", "tsconfig.jsonc", ".eslintrc"],
    "yaml": ["a.yml", "a.yaml"],
    "toml": ["Cargo.toml", "Pipfile"],
}
_WITHOUT_GRAMMAR = {
    "vue": ["a.vue"],
    "svelte": ["a.svelte"],
    "scala": ["a.scala", "build.sbt"],
    "lua": ["a.lua"],
    "css": ["a.css"],
    "html": ["a.html"],
    "sql": ["a.sql"],
    "dockerfile": ["Dockerfile", "Dockerfile.alpine", "deploy/api.dockerfile"],
    "makefile": ["Makefile", "GNUmakefile", "rules.mk"],
    "restructuredtext": ["a.rst"],
    "xml": ["pom.xml", "a.csproj"],
    "proto": ["a.proto"],
    "groovy": ["build.gradle", "Jenkinsfile"],
    "cmake": ["CMakeLists.txt"],
    "gomod": ["go.mod"],
    "requirements": ["requirements.txt", "requirements-dev.txt"],
    "text": ["a.txt", "LICENSE", "notes", "a.unheardof", ".gitkeep"],
}


@pytest.mark.parametrize(
    ("path", "language"),
    [(path, name) for name, paths in (_WITH_GRAMMAR | _WITHOUT_GRAMMAR).items() for path in paths],
)
def test_a_name_tells_the_language(path: str, language: str) -> None:
    assert language_of(path, b"") == language


@pytest.mark.parametrize(
    ("path", "head", "language"),
    [
        pytest.param("bin/x", b"#!/usr/bin/env python3\n", "python", id="env"),
        pytest.param("bin/x", b"#!/usr/bin/env -S deno run\n", "typescript", id="env with flag"),
        pytest.param("bin/x", b"#! /bin/sh -e\n", "bash", id="shell with argument"),
        pytest.param("bin/x", b"#!/usr/bin/python3.11\n", "python", id="with version"),
        pytest.param("bin/x", b"#!/usr/bin/env A=1 ruby\n", "ruby", id="env with variable"),
        pytest.param("configure", b"#!/bin/sh\n# -*- mode: python -*-\n", "python", id="emacs"),
        pytest.param("x", b"# -*- coding: utf-8; mode: ruby -*-\n", "ruby", id="emacs with more"),
        pytest.param("x", b"a = 1\n# vim: set ft=python :\n", "python", id="vim"),
        pytest.param("x", b"# vim: ft=nonsense\n", "text", id="unknown mode"),
        pytest.param("x", b'<?xml version="1.0"?>\n<a/>', "xml", id="xml"),
        pytest.param("x", b"<!DOCTYPE html><html>", "html", id="html"),
        pytest.param("x", b"<?php echo 1;", "php", id="php"),
        pytest.param("x", b'{"a": 1}', "json", id="json"),
        pytest.param("x", b"", "text", id="nothing"),
        pytest.param("x.py", b"#!/bin/sh\n", "python", id="the extension is stronger"),
        pytest.param("i18n/de.ts", b'<?xml version="1.0"?>\n<!DOCTYPE TS>', "xml", id="Qt's .ts"),
        pytest.param("i18n/de.ts", b"<!DOCTYPE TS><TS>", "xml", id="Qt's .ts, bare"),
        pytest.param("a.ts", b"const a: number = 1", "typescript", id="TypeScript's .ts"),
        pytest.param("a.h", b"#pragma once\nnamespace a {\nclass B {};\n}", "cpp", id="C++ header"),
        pytest.param("a.h", b"#include <string>\nstd::string f();", "cpp", id="C++ library"),
        pytest.param("a.h", b"int f(struct class_ *c);\n", "c", id="C header"),
        pytest.param(
            "a.h",
            b'#ifdef __cplusplus\nextern "C" {\nnamespace a {\n#endif\nint f(void);\n',
            "c",
            id="C header that C++ may include",
        ),
        pytest.param(
            "a.h", b"#import <A.h>\n@interface B : C\n@end", "objectivec", id="ObjC header"
        ),
        pytest.param("a.m", b"function y = f(x)\n% doc\nend\n", "matlab", id="Matlab"),
        pytest.param("a.m", b"#import <A.h>\n@implementation B", "objectivec", id="Objective-C"),
        pytest.param("a.pl", b"use strict;\nmy $a = 1;", "perl", id="Perl"),
        pytest.param("a.pl", b":- module(a, [b/1]).\n", "prolog", id="Prolog"),
        pytest.param("jq.1", b'.TH "JQ" "1"\n', "roff", id="manual page"),
        pytest.param("notes.1", b"first\n", "text", id="numbered text"),
        pytest.param("a.h.in", b"", "c", id="template of a header"),
        pytest.param("settings.py.example", b"", "python", id="example settings"),
        pytest.param("a.txt", "\ufeff#!x".encode("utf-16"), "text", id="UTF-16"),
        pytest.param("x", "\ufeff#!/bin/bash\n".encode(), "bash", id="byte order mark"),
        pytest.param("caf\udce9.py", b"", "python", id="name that is no UTF-8"),
        pytest.param("x", b"\xff\x00\xfe" * 50, "text", id="not text at all"),
    ],
)
def test_content_tells_languages_apart(path: str, head: bytes, language: str) -> None:
    assert language_of(path, head) == language


@pytest.mark.parametrize("name", sorted(_WITH_GRAMMAR | _WITHOUT_GRAMMAR))
def test_each_language_is_of_one_kind(name: str) -> None:
    assert [is_code(name), is_prose(name), is_data(name)].count(True) == 1


def test_kinds_are_what_they_are_for() -> None:
    assert is_code("python")
    assert is_code("vue")
    assert is_prose("markdown")
    assert is_prose("text")
    assert is_data("yaml")
    assert not is_code("no such language")


def test_a_head_made_to_be_slow_is_not() -> None:
    for path in ("a.h", "a.m", "a.pl", "x", "a.v", "a.inc"):
        for piece in (b"\n", b" ", b"#ifdef __cplusplus\n", b"-*- ", b"vim:", b"class A "):
            assert language_of(path, piece * 4_096)
