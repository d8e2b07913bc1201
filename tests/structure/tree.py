#!/usr/bin/env python3
"""The top level of the tree holds what the design names and nothing else; what is tracked ends its lines well."""
import pathlib
import subprocess
import sys

ALLOWED = set("CMakeLists.txt CMakePresets.json README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md LICENSE include src "
              "examples bench tests cmake docs .ci pyproject.toml .clang-format .clang-tidy .editorconfig .gitattributes "
              ".gitignore".split())


def main():
    root = pathlib.Path(sys.argv[1])
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        print("SKIPPED: not a git work tree")
        return
    tracked = [f for f in listed.stdout.split("\0") if f]
    wrong = [f"{name}: not a name of the top level" for name in sorted({f.split("/")[0] for f in tracked} - ALLOWED)]
    for name in tracked:
        file = root / name
        if name.startswith("include/") and not name.startswith("include/pdm/"):
            wrong.append(f"{name}: headers stand in include/pdm")
        if not file.is_file() or file.suffix not in (".hpp", ".cpp", ".h", ".c", ".py", ".sh", ".cmake", ".md", ".txt"):
            continue
        text = file.read_bytes()
        if text and not text.endswith(b"\n"):
            wrong.append(f"{name}: no newline at the end")
        if b"\r\n" in text:
            wrong.append(f"{name}: CRLF")
        if text.startswith(b"#!") and not file.stat().st_mode & 0o100:
            wrong.append(f"{name}: a script that cannot be run (chmod +x)")
    print(*wrong, f"{len(tracked)} files, {len(wrong)} wrong", sep="\n")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
