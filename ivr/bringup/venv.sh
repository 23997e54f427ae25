#!/usr/bin/env bash
# Make (or renew) the virtual environment: venv.sh FOLDER PYTHON [EXTRA]
#
# A fresh Debian has no `ensurepip`: then pip's own wheel is taken out of Debian's packages, without root and
# without installing anything on the machine.
set -euo pipefail
folder=$1 python=$2 extra=${3:-}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is needed; $("$python" --version) was found. Name another: make PYTHON=/path/to/python3" >&2
    exit 1
}

make_venv() {
    if "$python" -c 'import ensurepip, venv' 2>/dev/null && "$python" -m venv "$folder" >/dev/null 2>&1; then
        return
    fi
    echo "· no ensurepip here: taking pip from Debian's package"
    local tmp; tmp=$(mktemp -d); trap 'rm -rf "$tmp"' RETURN
    (cd "$tmp" && { apt-get download -q python3-pip-whl || { apt-get update -q && apt-get download -q python3-pip-whl; }; } \
        && dpkg-deb -x python3-pip-whl*.deb .) >/dev/null 2>"$tmp/why" || {
        cat "$tmp/why" >&2
        echo "The virtual environment cannot be made: install python3-venv (apt-get install python3-venv) and try again." >&2
        exit 1
    }
    "$python" -m venv --without-pip "$folder"
    local wheel; wheel=$(find "$tmp" -name 'pip-*.whl' | head -n 1)
    "$folder/bin/python" "$wheel/pip" install -q --no-index "$wheel"
}

if [ ! -x "$folder/bin/python" ] || ! "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    echo "· making the virtual environment in $folder"
    rm -rf "$folder"
    make_venv
fi
echo "· installing Python packages${extra:+ ($extra)}"
"$folder/bin/python" -m pip install -q --disable-pip-version-check -c constraints.txt -e ".${extra:+[$extra]}" \
    2> >(grep -v 'is ignored: it is neither' >&2)
