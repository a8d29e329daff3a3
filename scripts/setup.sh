#!/usr/bin/env bash
# Makes .venv from requirements.lock (hashes checked) and fetches the npm components meanwhile. Called by make.
set -euo pipefail
cd "$(dirname "$0")/.."

python=""
for candidate in ${PYTHON:-} python3.11 python3.12 python3 python; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Novation needs Python 3.11 or 3.12 and found neither: install one, or name it with PYTHON=/path/to/python3.11." >&2
    exit 1
fi

echo "Setting up .venv from requirements.lock, about half a minute, once ..."
mkdir -p .cache
# Best effort here: what needs a component says so itself when it is missing.
"$python" novation/chain/components.py >.cache/components.log 2>&1 &
components=$!
trap 'kill "$components" 2>/dev/null || true' EXIT

if ! "$python" -m venv --clear .venv >.cache/setup.log 2>&1; then
    cat .cache/setup.log >&2
    echo "$python cannot make a virtual environment: on Debian and Ubuntu install python3-venv." >&2
    exit 1
fi
# uv installs in seconds what takes pip a minute; pip is the fallback, with the same hashes. It does not read pip's
# configuration, so an index that is set there is used by the fallback only.
sed -n '/^uv==/,/[^\\]$/p' requirements.lock >.cache/uv.lock
if ! { .venv/bin/pip install -q --no-deps --require-hashes -r .cache/uv.lock &&
    .venv/bin/uv pip install -q --python .venv/bin/python --no-deps --require-hashes -r requirements.lock; } \
    >>.cache/setup.log 2>&1; then
    echo "uv could not install, trying pip: about a minute more ..."
    if ! .venv/bin/pip install -q --no-deps --require-hashes -r requirements.lock >>.cache/setup.log 2>&1; then
        tail -5 .cache/setup.log >&2
        echo "The packages could not be installed (whole log: .cache/setup.log)." >&2
        exit 1
    fi
fi

# The package is importable from anywhere in its environment. No .pth file: `ape run` takes the tree off sys.path.
ln -sfn "$PWD/novation" "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/novation"

trap - EXIT
wait "$components" || { echo "Not every npm component is there, the tests that need one will say so:" && tail -1 .cache/components.log; }
touch .venv/.ready
