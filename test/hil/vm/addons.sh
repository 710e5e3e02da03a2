#!/bin/bash
# addons.sh CACHE ROOT NODE_MODULES: builds the native packages for the Node in ROOT, once a version, from the sources that npm installed.
set -euo pipefail
cache=$1
root=$2
modules=$3
gyp=$(npm root --global 2>/dev/null)/npm/node_modules/node-gyp/bin/node-gyp.js
# SQLite takes minutes at -O3, which nothing here needs.
export CC=aarch64-linux-gnu-gcc CXX=aarch64-linux-gnu-g++ LINK=aarch64-linux-gnu-g++ CFLAGS=-O1 CXXFLAGS=-O1
# Debian keeps the headers of libuv apart.
headers=$root/headers
if [ ! -d "$headers" ]; then
  rm -rf "$headers.part"
  mkdir -p "$headers.part/include"
  cp -rL "$root/usr/include/node" "$headers.part/include/"
  cp -r "$root"/usr/include/uv* "$headers.part/include/node/"
  mv "$headers.part" "$headers"
fi
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
  (cd "$work/node_modules/$package" && node "$gyp" rebuild --release --jobs=max --arch=arm64 --nodedir="$headers" > "$work/log" 2>&1) ||
    { tail -40 "$work/log" >&2; exit 1; }
  mkdir -p "$cache/addons"
  rm -rf "$built.part"
  mkdir "$built.part"
  cp "$work/node_modules/$package"/build/Release/*.node "$built.part/"
  mv "$built.part" "$built"
  rm -rf "$work"
done
