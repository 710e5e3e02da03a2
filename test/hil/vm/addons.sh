#!/bin/bash
# addons.sh CACHE NODE_MODULES: builds the native packages for arm64, once a version, from the sources that npm installed.
set -euo pipefail
cache=$1
modules=$2
gyp=$(npm root --global 2>/dev/null)/npm/node_modules/node-gyp/bin/node-gyp.js
headers=$(npm config get nodedir 2>/dev/null || true)
[ "$headers" = undefined ] && headers=
export CC=aarch64-linux-gnu-gcc CXX=aarch64-linux-gnu-g++ LINK=aarch64-linux-gnu-g++
for package in epoll i2c-bus better-sqlite3; do
  version=$(node -p "require('$modules/$package/package.json').version")
  built=$cache/addons/$package-$version
  [ -d "$built" ] && continue
  work=$(mktemp -d)
  # Headers of nan and the like are found beside the package, as npm lays them out.
  mkdir "$work/node_modules"
  for each in nan bindings node-addon-api file-uri-to-path; do
    [ ! -d "$modules/$each" ] || cp -r "$modules/$each" "$work/node_modules/"
  done
  cp -r "$modules/$package" "$work/node_modules/"
  rm -rf "$work/node_modules/$package/build"
  (cd "$work/node_modules/$package" && node "$gyp" rebuild --release --arch=arm64 ${headers:+--nodedir="$headers"} > "$work/log" 2>&1) ||
    { tail -40 "$work/log" >&2; exit 1; }
  mkdir -p "$cache/addons"
  rm -rf "$built.part"
  mkdir "$built.part"
  cp "$work/node_modules/$package"/build/Release/*.node "$built.part/"
  mv "$built.part" "$built"
  rm -rf "$work"
done
