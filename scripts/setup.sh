#!/bin/sh
# Makes a checkout ready to run: installs what package-lock.json says, once, and sees that a Node of 24 or later is there.
# Quick when there is nothing to do. `npm test` and `npm run demo` call it first.
set -eu
cd "$(dirname "$0")/.."

if ! [ node_modules/.package-lock.json -nt package-lock.json ]; then
  echo "Installing dependencies (once) ..." >&2
  npm ci --no-audit --no-fund --loglevel=error >&2
  touch node_modules/.package-lock.json
fi

PATH="$PWD/node_modules/.bin:$PATH"
version=$(node -p 'process.versions.node')
if [ "${version%%.*}" -lt 24 ]; then
  echo "Tidemark needs Node 24 or later; here is $version, and npm has none for this machine: install one from https://nodejs.org" >&2
  exit 2
fi
