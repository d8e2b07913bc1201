#!/usr/bin/env python3
"""What a program links.

    symbols.py no-heap PROGRAM        no operator new or delete, no malloc family, no exceptions, no RTTI
    symbols.py bare LIBRARY           asks for nothing but memory functions, elementary arithmetic and compiler support
    symbols.py no-copyleft FILE...    no library under a copyleft licence (GPL, LGPL, EPL): programs by ldd and nm,
                                      static libraries by nm
    symbols.py dll LIBRARY            a DLL that asks for Windows alone and exports pdm_ names alone
"""
import os
import re
import subprocess
import sys

NM = os.environ.get("NM", "nm")  # of the machine that the program is for
HEAP = re.compile(r"^(_Zn[wa]|_Zd[la]|malloc|calloc|realloc|reallocarray|aligned_alloc|posix_memalign|memalign|"
                  r"free|__cxa_throw|__cxa_allocate_exception|__cxa_begin_catch|_ZTI|_ZTV|__dynamic_cast)")
# What a static library for firmware may ask for: <string.h> and <math.h>, and what the compiler puts in by itself.
BARE = re.compile(r"^(memcpy|memmove|memset|memcmp|strlen|frexp|ldexp|sqrtf?|fabsf?|floor|ceil|_GLOBAL_OFFSET_TABLE_|"
                  r"__(popcount|clz|ctz|mul|div|udiv|mod|umod)[a-z]*[0-9]+|__stack_chk_fail|__aeabi_[a-z0-9_]+)$")
# The C and C++ run-time libraries carry exceptions of their licences made for this.
RUNTIME = {"linux-vdso", "libstdc++", "libm", "libgcc_s", "libc", "libpthread", "ld-linux", "libdl", "librt"}
# What the design takes and a product can ship: libraries by name, with their licence.
PERMISSIVE = {"libz": "zlib", "libsodium": "ISC", "libsqlite3": "public domain", "libssl": "Apache-2.0",
              "libcrypto": "Apache-2.0", "libspdlog": "MIT", "libfmt": "MIT", "libpugixml": "MIT"}
WINDOWS = {"kernel32.dll", "msvcrt.dll", "ucrtbase.dll"}
COPYLEFT_SYMBOLS = re.compile(r"^(fftwf?_|Mat_Open|Mat_Var|H5[A-Z]+[a-z]|sf_open|modbus_)")


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def symbols(program):
    for line in output(NM, "--no-sort", program).splitlines():
        if line and not line.endswith(":"):  # names of the members of a library
            yield line.split()[-1].split("@")[0]


def no_heap(program):
    return [f"{program}: {s}" for s in symbols(program) if HEAP.match(s)]


def bare(library):
    defined = {line.split()[-1] for line in output(NM, "--defined-only", library).splitlines() if " " in line}
    asked = {line.split()[-1] for line in output(NM, "--undefined-only", library).splitlines() if " " in line}
    assert any(s.startswith("pdm_line_") for s in defined), f"{library} holds no line"
    return no_heap(library) + [f"{library}: asks for {s}" for s in sorted(asked - defined) if not BARE.match(s)]


def no_copyleft(program):
    wrong = []
    for line in [] if program.endswith(".a") else output("ldd", program).splitlines():
        library = re.split(r"[.]so|[.](?=\d)", line.split()[0].rsplit("/", 1)[-1])[0]
        library = re.sub(r"-x86-64|-aarch64.*", "", library)
        if library not in RUNTIME and library not in PERMISSIVE:
            wrong.append(f"{program}: links {library}, whose licence is not on the list")
    return wrong + [f"{program}: holds {s}" for s in symbols(program) if COPYLEFT_SYMBOLS.match(s)]


def dll(library):
    listed = output(os.environ.get("OBJDUMP", "objdump"), "-p", library)
    asked = re.findall(r"DLL Name: (\S+)", listed)
    exported = re.findall(r"^\s+\[ *\d+\](?: \+base\[ *\d+\])?\s+(?:[0-9a-f]{4} )?([A-Za-z_]\w*)$", listed, re.MULTILINE)
    assert "pdm_line_create" in exported, f"{library} exports no line"
    return ([f"{library}: asks for {d}" for d in asked if d.lower() not in WINDOWS] +
            [f"{library}: exports {e}" for e in exported if not e.startswith("pdm_")])


def main():
    check = {"dll": dll, "no-heap": no_heap, "bare": bare, "no-copyleft": no_copyleft}[sys.argv[1]]
    wrong = [w for program in sys.argv[2:] for w in check(program)]
    print(*wrong, f"{len(sys.argv) - 2} programs, {len(wrong)} wrong", sep="\n")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
